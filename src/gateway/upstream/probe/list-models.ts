import type { ProtocolName } from '../../../domain/protocol.ts';
import type { ListedModel } from '../../../ports/upstream-probe.ts';
import { protocolOfList } from './choose-protocol.ts';
import type { ProbeCall } from './probe-request.ts';
import { refused, type Asked, type ProbeRun } from './probe-run.ts';
import { readModelList, type ModelPage } from './read-model-list.ts';

const MOST_MODELS = 10_000;
const MOST_PAGES = 50;
const LONGEST_PAGE_NAME = 1024;

export type Listed =
  | { readonly ok: true; readonly status: number; readonly models: readonly ListedModel[]; readonly isComplete: boolean }
  | Extract<Asked, { ok: false }>;

/** Reads a vendor's list of models, page after page. */
export async function listModels(run: ProbeRun): Promise<Listed> {
  const models: ListedModel[] = [];
  const asked = new Set<string | null>();
  let next: string | null = null;
  let status = 0;
  do {
    asked.add(next);
    const page = await askForPage(run, next);
    if (!page.ok) return page;
    status = page.status;
    models.push(...page.models.filter((model) => !run.isRepeated(`${model.id}\n${model.name}\n${model.owned_by ?? ''}`)));
    next = page.next;
  } while (next !== null && !asked.has(next) && next.length <= LONGEST_PAGE_NAME && asked.size < MOST_PAGES && models.length < MOST_MODELS);
  return { ok: true, status, models: models.slice(0, MOST_MODELS), isComplete: next === null && models.length <= MOST_MODELS };
}

/** Asks for the first page, or for that behind `after`. `withoutKey`: as somebody who has none. */
export async function askForPage(
  run: ProbeRun,
  after: string | null,
  withoutKey = false,
): Promise<({ readonly ok: true; readonly status: number } & ModelPage) | Extract<Asked, { ok: false }>> {
  const protocol = protocolOfList(run.provider);
  if (protocol === null) return refused('unsupported', null, 'This provider has no list of models that could be asked for.');
  const asked = await run.ask(listCall(protocol, after), withoutKey);
  if (!asked.ok) return isWithoutList(asked) ? { ...asked, failure: 'unsupported', message: noList(asked.status) } : asked;
  const page = readModelList(asked.json);
  if (page !== null) return { ok: true, status: asked.status, ...page };
  const isPage = asked.body.subarray(0, 64).toString('latin1').trimStart().startsWith('<');
  const what = isPage ? 'a web page; is the base URL right?' : 'something that is no list of models.';
  return { ...refused('malformed', asked.status, `The upstream answered ${asked.status} with ${what}`), upstreamMessage: run.says(asked.body) };
}

function listCall(protocol: ProtocolName, after: string | null): ProbeCall {
  return { protocol, kind: 'other', method: 'GET', path: '/models', query: queryOf(protocol, after), headers: {}, body: null, model: null };
}

/** Those two show few models at once unless they are asked for more. */
function queryOf(protocol: ProtocolName, after: string | null): string {
  const name = after === null ? '' : encodeURIComponent(after);
  switch (protocol) {
    case 'anthropic-messages':
      return `?limit=1000${name === '' ? '' : `&after_id=${name}`}`;
    case 'gemini-generate':
      return `?pageSize=1000${name === '' ? '' : `&pageToken=${name}`}`;
    default:
      return '';
  }
}

function isWithoutList({ status, failure }: Extract<Asked, { ok: false }>): boolean {
  return (status === 404 || status === 405 || status === 501) && failure !== 'auth-rejected';
}

function noList(status: number | null): string {
  return `The upstream answered ${status}: it has no list of models at this address, or the base URL is not right.`;
}
