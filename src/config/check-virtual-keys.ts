import { problemOfAddressRange } from './address-matcher.ts';
import type { ConfigPath } from './config-path.ts';
import type { ConfigProblems } from './config-problems.ts';
import { parseInstant } from './parse-instant.ts';
import { nearestName } from './nearest-name.ts';
import { safeQuote } from './safe-quote.ts';
import type { VirtualKeyConfig } from './schema/gateway-config-schema.ts';
import { secretDigest } from './secret-digest.ts';

/** Checks virtual keys: one secret each, none twice, and only providers, dates and addresses that exist. */
export function checkVirtualKeys(keys: readonly VirtualKeyConfig[], providerIds: ReadonlySet<string>, problems: ConfigProblems): void {
  const ids = new Map<string, number>();
  const digests = new Map<string, number>();
  for (const [index, key] of keys.entries()) {
    const path: ConfigPath = ['virtualKeys', index];
    const sameId = ids.get(key.id);
    if (sameId !== undefined) problems.add([...path, 'id'], `repeats the id of virtualKeys[${sameId}]`);
    ids.set(key.id, sameId ?? index);
    checkSecret(key, index, digests, problems);
    checkPrevious(key, index, digests, problems);
    checkProviders(key, path, providerIds, problems);
    if (key.expiresAt !== undefined && parseInstant(key.expiresAt) === null)
      problems.add([...path, 'expiresAt'], 'must be a date such as 2027-01-31 or 2027-01-31T12:00:00Z');
    for (const [place, range] of (key.allowFrom ?? []).entries()) {
      const problem = problemOfAddressRange(range);
      if (problem !== null) problems.add([...path, 'allowFrom', place], problem);
    }
  }
}

function checkSecret(key: VirtualKeyConfig, index: number, digests: Map<string, number>, problems: ConfigProblems): void {
  const path: ConfigPath = ['virtualKeys', index];
  if (key.secret !== undefined && key.secretHash !== undefined)
    return problems.add([...path, 'secretHash'], 'stands beside "secret"; one of the two is enough', 'name');
  if (key.secret === undefined && key.secretHash === undefined) return problems.add(path, 'needs the field "secret" or "secretHash"');
  const field = key.secret === undefined ? 'secretHash' : 'secret';
  if (key.secret !== undefined && !/^[\x21-\x7e]+$/u.test(key.secret))
    return problems.add([...path, field], 'must be one word of visible ASCII characters');
  const digest = key.secret === undefined ? digestOf(key.secretHash ?? '') : secretDigest(key.secret);
  claim(digest, [...path, field], index, digests, problems);
}

/** The secret before the present one stands with the time until which it works. */
function checkPrevious(key: VirtualKeyConfig, index: number, digests: Map<string, number>, problems: ConfigProblems): void {
  const path: ConfigPath = ['virtualKeys', index];
  const { previousSecretHash, previousUntil } = key;
  if (previousSecretHash === undefined && previousUntil === undefined) return;
  if (previousSecretHash === undefined) return problems.add([...path, 'previousUntil'], 'needs the field "previousSecretHash" beside it', 'name');
  if (previousUntil === undefined) return problems.add([...path, 'previousSecretHash'], 'needs the field "previousUntil" beside it', 'name');
  if (parseInstant(previousUntil) === null) problems.add([...path, 'previousUntil'], 'must be a date such as 2027-01-31 or 2027-01-31T12:00:00Z');
  claim(digestOf(previousSecretHash), [...path, 'previousSecretHash'], index, digests, problems);
}

/** No secret opens two doors. */
function claim(digest: string, path: ConfigPath, index: number, digests: Map<string, number>, problems: ConfigProblems): void {
  const same = digests.get(digest);
  if (same !== undefined) problems.add(path, `repeats the secret of virtualKeys[${same}]`);
  digests.set(digest, same ?? index);
}

function digestOf(secretHash: string): string {
  return secretHash.slice('sha256:'.length);
}

function checkProviders(key: VirtualKeyConfig, path: ConfigPath, providerIds: ReadonlySet<string>, problems: ConfigProblems): void {
  for (const [place, id] of (key.providers ?? []).entries()) {
    if (providerIds.has(id)) continue;
    const near = nearestName(id, providerIds);
    problems.add(
      [...path, 'providers', place],
      ['unknown provider', safeQuote(id)].filter(Boolean).join(' ') + (near === undefined ? '' : `, did you mean "${near}"?`),
    );
  }
}
