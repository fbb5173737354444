import { LOST_GEMINI_SIGNATURE } from '../lost-gemini-signature.ts';
import { STATE_TAG_BASE64, unwrapState, wrapState, type OpaqueState } from '../../domain/canonical/opaque-state.ts';

/** Both words that Google documents for it; clients send them too. */
const LOST_SIGNATURES: ReadonlySet<unknown> = new Set([LOST_GEMINI_SIGNATURE, 'context_engineering_is_the_way_to_go']);

/** True for a signature that holds the state of another family. */
export function isForeignSignature(signature: string): boolean {
  return signature.startsWith(STATE_TAG_BASE64) && readForeign(signature) !== null;
}

/** True for a word that stands in for a lost signature, and proves nothing. */
export function isLostSignature(signature: string): boolean {
  return LOST_SIGNATURES.has(signature);
}

/** What a client's `thoughtSignature` proves; null for none, and for the word that stands in for a lost one. */
export function readSignature(signature: unknown): OpaqueState | null {
  if (typeof signature !== 'string' || signature === '' || LOST_SIGNATURES.has(signature)) return null;
  return readForeign(signature) ?? { family: 'gemini', form: 'signature', data: signature };
}

/** The state as a client of this protocol gets it: its own family's as it is, others in a wrap. SDKs take it for base64, so it is. */
export function writeSignature(state: OpaqueState): string {
  return state.family === 'gemini' ? state.data : Buffer.from(wrapState(state)).toString('base64');
}

function readForeign(signature: string): OpaqueState | null {
  return signature.startsWith(STATE_TAG_BASE64) ? unwrapState(Buffer.from(signature, 'base64').toString('latin1')) : null;
}
