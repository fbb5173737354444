import { scanTopLevel } from '../../lib/json-bytes.ts';
import { isObject, parseJson } from '../../lib/json-reading.ts';
import type { WireProtocol } from '../../protocols/wire-protocol.ts';
import type { RequestFacts } from './request-facts.ts';

const WANTED = ['model', 'stream_options'] as const;

/**
 * The facts of a request between equal protocols without reasoning state of other vendors, which the gateway wrapped for the client when it
 * served an earlier turn elsewhere. Nearly every request holds none and stays as it came.
 */
export function stripForeignState(facts: RequestFacts, wire: WireProtocol): RequestFacts {
  const { bytes } = facts;
  if (bytes === null || wire.withoutForeignState === undefined || !bytes.includes(wire.foreignStateSign)) return facts;
  const body = parseJson(bytes);
  if (!isObject(body)) return facts;
  const clean = Buffer.from(JSON.stringify(wire.withoutForeignState(body)));
  const scan = scanTopLevel(clean, WANTED);
  const [modelSpan = null, streamOptionsSpan = null] = scan.values;
  return { ...facts, bytes: clean, modelSpan: facts.modelSpan === null ? null : modelSpan, streamOptionsSpan, insertAt: scan.insertAt };
}
