import { Type, type TObject, type TSchema } from 'typebox';

/** A closed object: a field that it does not know is refused by its path. */
export const CLOSED = { additionalProperties: false } as const;

export const PageQueryFields = {
  limit: Type.Optional(Type.Integer({ minimum: 1, maximum: 1000, description: 'Things of a page. Default 100.' })),
  cursor: Type.Optional(Type.String({ minLength: 1, maxLength: 1000, description: '`next` of the page before.' })),
};

export const SearchField = Type.Optional(Type.String({ maxLength: 200, description: 'Words that all have to stand in it, whatever the case.' }));

/** A page of things. */
export function pageSchema(item: TSchema): TObject {
  return Type.Object({
    items: Type.Array(item),
    next: Type.Union([Type.String(), Type.Null()], { description: '`cursor` of the next page; null: this is the last one.' }),
    total: Type.Integer(),
  });
}

/** The same object for a change: every field may be left out, and null takes it away. */
export function patchSchema(schema: TObject, leaveOut: readonly string[] = []): TObject {
  const fields = Object.entries(schema.properties as Record<string, TSchema>).filter(([name]) => !leaveOut.includes(name));
  return Type.Object(Object.fromEntries(fields.map(([name, field]) => [name, Type.Optional(Type.Union([field, Type.Null()]))])), CLOSED);
}

/** The object without some of its fields. */
export function without(schema: TObject, names: readonly string[]): TObject {
  const fields = Object.entries(schema.properties as Record<string, TSchema>).filter(([name]) => !names.includes(name));
  return Type.Object(Object.fromEntries(fields), CLOSED);
}

export const IdParams = Type.Object({ id: Type.String({ minLength: 1, maxLength: 200 }) });
export const KeyParams = Type.Object({ id: Type.String({ minLength: 1, maxLength: 200 }), key: Type.String({ minLength: 1, maxLength: 200 }) });

/** What every change answers. */
export const ChangedSchema = Type.Object({
  revision: Type.Integer({ description: 'The revision of the configuration that is in force now.' }),
});

/** A thing whose fields are told in the configuration reference. */
export const AnyObject = Type.Record(Type.String(), Type.Unknown());
