import type { KyselyPlugin, PluginTransformQueryArgs, PluginTransformResultArgs, QueryResult, RootOperationNode, UnknownRow } from 'kysely';

/** Counts the statements that came back, and does something behind one of them. */
export class StatementCounter implements KyselyPlugin {
  readonly #last: number;
  readonly #act: () => void;
  count = 0;

  constructor(last: number, act: () => void) {
    this.#last = last;
    this.#act = act;
  }

  transformQuery({ node }: PluginTransformQueryArgs): RootOperationNode {
    return node;
  }

  transformResult({ result }: PluginTransformResultArgs): Promise<QueryResult<UnknownRow>> {
    this.count += 1;
    if (this.count === this.#last) this.#act();
    return Promise.resolve(result);
  }
}
