import { textFingerprint } from './text-fingerprint.ts';

const LEGAL = /^[a-zA-Z0-9_-]{1,64}$/;

/**
 * An id that every protocol takes: `^[a-zA-Z0-9_-]+$` (Anthropic) of at most 64 characters (OpenAI). Legal ids stay; others are changed, the same
 * one always in the same way, so that a call and its result still find each other.
 */
export function legalToolCallId(id: string): string {
  if (LEGAL.test(id)) return id;
  const clean = id.replaceAll(/[^a-zA-Z0-9_-]/g, '_').slice(0, 40);
  return `${clean === '' ? 'call' : clean}_${textFingerprint(id)}`;
}
