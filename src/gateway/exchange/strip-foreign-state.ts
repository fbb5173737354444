import type { CompiledProvider } from '../../config/snapshot.ts';
import { scanTopLevel } from '../../lib/json-bytes.ts';
import { isObject, parseJson } from '../../lib/json-reading.ts';
import type { WireProtocol } from '../../protocols/wire-protocol.ts';
import type { RequestFacts } from './request-facts.ts';

const WANTED = ['model', 'stream_options'] as const;

/**
 * The facts of a request between equal protocols without what an earlier turn, served elsewhere, left in it: reasoning state of other vendors,
 * and names of items that only the gateway knows (`find`). Nearly every request holds neither and stays as it came.
 */
export function stripForeignState(
  facts: RequestFacts,
  wire: WireProtocol,
  provider: CompiledProvider,
  find: (id: string) => string | null,
): RequestFacts {
  const { bytes } = facts;
  const { madeItems } = wire;
  if (bytes === null || wire.withoutForeignState === undefined) return facts;
  const namesItems = madeItems !== undefined && bytes.includes(madeItems.reference);
  // A server of unknown make may stand before Google's.
  const mayReadGoogle = provider.family === null || provider.family === 'gemini';
  const holdsGoogles = !mayReadGoogle && wire.googleStateSign !== undefined && bytes.includes(wire.googleStateSign);
  if (!namesItems && !holdsGoogles && !bytes.includes(wire.foreignStateSign)) return facts;
  const body = parseJson(bytes);
  if (!isObject(body)) return facts;
  const whole = namesItems ? madeItems.putBack(body, find) : body;
  const clean = Buffer.from(JSON.stringify(wire.withoutForeignState(whole, mayReadGoogle)));
  const scan = scanTopLevel(clean, WANTED);
  const [modelSpan = null, streamOptionsSpan = null] = scan.values;
  return { ...facts, bytes: clean, modelSpan: facts.modelSpan === null ? null : modelSpan, streamOptionsSpan, insertAt: scan.insertAt };
}
