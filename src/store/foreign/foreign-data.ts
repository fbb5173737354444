/** A row of another program's table, as its driver gave it: nothing about it is known. */
export type ForeignRow = Readonly<Record<string, unknown>>;

/** A table that may be read. */
export interface ForeignTableWish {
  readonly name: string;
  /** Columns that are read where they are there: they differ between the eras of a program. */
  readonly columns: readonly string[];
}

export interface ForeignTable {
  /** Those of the wish that the table has. */
  readonly columns: readonly string[];
  /** What else the table has; not read. */
  readonly otherColumns: readonly string[];
  /** In the order of the column `id`, where there is one. */
  readonly rows: readonly ForeignRow[];
}

/** What was read of another program's database. */
export interface ForeignData {
  /** The database in a word for sentences; holds no user and no password. */
  readonly label: string;
  /** By name; a table that is not there is absent. */
  readonly tables: ReadonlyMap<string, ForeignTable>;
  /** Names of tables that nobody asked for; not read. */
  readonly otherTables: readonly string[];
}
