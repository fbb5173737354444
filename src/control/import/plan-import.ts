import { isDeepStrictEqual } from 'node:util';
import type { GatewayConfig, ProviderConfig, VirtualKeyConfig } from '../../config/schema/gateway-config-schema.ts';
import { describeNote } from './describe-note.ts';
import { hashedSecret } from './hashed-secret.ts';
import type { ImportCounts } from './import-counts.ts';
import type { ImportDraft, ImportSubject } from './import-draft.ts';
import { mergeProvider, type ProviderPlan } from './merge-provider.ts';

/** What becomes of a virtual key of the draft. `kept`: one of its id, or of its secret, is there already and stays as it is. */
export interface VirtualKeyPlan {
  readonly id: string;
  readonly what: 'new' | 'same' | 'kept';
  readonly line: string;
}

/** What an import would do. Nothing is written by the making of it. */
export interface ImportPlan {
  readonly providers: readonly ProviderPlan[];
  readonly virtualKeys: readonly VirtualKeyPlan[];
  readonly counts: Readonly<Record<'providers' | 'keys' | 'virtualKeys', ImportCounts>>;
  /** To be printed before anything is written; without any secret. */
  readonly lines: readonly string[];
  /** The configuration as it would be; the one that is there when there is nothing to add. */
  readonly merged: GatewayConfig;
}

/** Lays a draft beside the configuration that is there. What is there under the same id stays as it is; provider keys are told by their secret. */
export function planImport(draft: ImportDraft, present: GatewayConfig): ImportPlan {
  const presentById = new Map((present.providers ?? []).map((provider) => [provider.id, provider]));
  const merges = draft.providers.map((provider) => mergeProvider(provider, presentById.get(provider.id) ?? null));
  const virtualKeys = planVirtualKeys(draft.virtualKeys, present.virtualKeys ?? []);
  const merged = mergeAll(draft, present, merges, virtualKeys);
  const providers = merges.map(({ plan }) => plan);
  const counts = countsOf(draft, providers, virtualKeys);
  const lines = [
    ...providers.map(({ line }) => line),
    ...virtualKeys.map(({ line }) => line),
    ...draft.notes.map(describeNote),
    ...Object.entries(counts).map(([name, count]) => describeCounts(NAMES[name] ?? name, count)),
  ];
  return { providers, virtualKeys, counts, lines, merged };
}

const NAMES: Readonly<Record<string, string>> = { providers: 'Providers', keys: 'Provider keys', virtualKeys: 'Virtual keys' };

function describeCounts(name: string, { added, skipped, leftOut }: ImportCounts): string {
  return `${name}: ${added} to add, ${skipped} there already, ${leftOut} left out.`;
}

function planVirtualKeys(drafted: readonly VirtualKeyConfig[], present: readonly VirtualKeyConfig[]): readonly VirtualKeyPlan[] {
  const byId = new Map(present.map((key) => [key.id, key]));
  const byHash = new Map(present.map((key) => [hashOf(key), key]));
  return drafted.map((key) => {
    const there = byId.get(key.id);
    if (there === undefined) {
      const other = byHash.get(hashOf(key));
      if (other === undefined) return { id: key.id, what: 'new', line: `+ virtual key ${key.id}` };
      return { id: key.id, what: 'kept', line: `= virtual key ${key.id} (its secret is there already as ${other.id})` };
    }
    if (isDeepStrictEqual(comparable(there), comparable(key)))
      return { id: key.id, what: 'same', line: `= virtual key ${key.id} (there already, unchanged)` };
    const loss = hashOf(there) === hashOf(key) ? '' : '; it has another secret, and clients with the old one are refused';
    return { id: key.id, what: 'kept', line: `~ virtual key ${key.id} (there already and different; left as it is${loss})` };
  });
}

function hashOf({ secret, secretHash }: VirtualKeyConfig): string {
  return secretHash ?? hashedSecret(secret ?? '') ?? '';
}

/** Without the form in which the secret is kept, and with what is the default anyway. */
function comparable(key: VirtualKeyConfig): unknown {
  const { secret: _, secretHash: __, ...fields } = key;
  return { name: key.id, enabled: true, ...fields, hash: hashOf(key) };
}

function mergeAll(
  draft: ImportDraft,
  present: GatewayConfig,
  merges: readonly ReturnType<typeof mergeProvider>[],
  virtualKeys: readonly VirtualKeyPlan[],
): GatewayConfig {
  const after = new Map(merges.map(({ plan, provider }) => [plan.id, provider]));
  const before = present.providers ?? [];
  const kept = new Set(before.map(({ id }) => id));
  const providers: ProviderConfig[] = [
    ...before.map((provider) => after.get(provider.id) ?? provider),
    ...merges.filter(({ plan }) => !kept.has(plan.id)).map(({ provider }) => provider),
  ];
  const added = draft.virtualKeys.filter((_, index) => virtualKeys[index]?.what === 'new');
  return {
    ...present,
    ...(providers.length === 0 ? {} : { providers }),
    ...(added.length === 0 ? {} : { virtualKeys: [...(present.virtualKeys ?? []), ...added] }),
  };
}

function countsOf(draft: ImportDraft, providers: readonly ProviderPlan[], virtualKeys: readonly VirtualKeyPlan[]): ImportPlan['counts'] {
  const leftOut = (subject: ImportSubject): number =>
    draft.notes.filter((note) => note.kind === 'left-out' && note.subject === subject).reduce((sum, { where }) => sum + where.length, 0);
  const isNew = ({ what }: { readonly what: string }): boolean => what === 'new';
  const sum = (name: 'added' | 'skipped' | 'leftOut'): number => providers.reduce((total, { keys }) => total + keys[name], 0);
  return {
    providers: { added: providers.filter(isNew).length, skipped: providers.filter((plan) => !isNew(plan)).length, leftOut: leftOut('provider') },
    keys: { added: sum('added'), skipped: sum('skipped'), leftOut: sum('leftOut') + leftOut('key') },
    virtualKeys: {
      added: virtualKeys.filter(isNew).length,
      skipped: virtualKeys.filter((plan) => !isNew(plan)).length,
      leftOut: leftOut('virtual key'),
    },
  };
}
