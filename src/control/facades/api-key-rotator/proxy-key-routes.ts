import { Type } from 'typebox';
import { kindOfProvider } from '../../../config/kind-of-provider.ts';
import type { ProviderConfig } from '../../../config/schema/gateway-config-schema.ts';
import { AnyObject, IdParams } from '../../admin-api/contract/fields.ts';
import { defineRoute, type AdminCall, type AdminRoute } from '../../http/admin-route.ts';
import { keySchemeOf } from '../../import/key-scheme.ts';
import { OperationError } from '../../operation-error.ts';
import { ProviderKeys } from '../../operations/provider-keys.ts';
import { Providers } from '../../operations/providers.ts';
import { reasonOfCall } from '../../operations/reason-of-call.ts';
import { refuseFields } from '../../operations/refuse-fields.ts';
import { requireConfig, type RotatorParts } from './rotator-parts.ts';
import { shownKey } from './rotator-shapes.ts';

const KEYS = '/admin/proxy-configs/:id/keys';
const Secret = Type.String({ minLength: 1, maxLength: 65_536 });
const KeyBody = Type.Object({ key_value: Secret, is_active: Type.Optional(Type.Boolean()) });
const BatchBody = Type.Object({ keys: Type.Array(Type.String({ maxLength: 65_536 }), { maxItems: 100_000 }) });
const FlagBody = Type.Object({ is_active: Type.Optional(Type.Boolean()), enabled: Type.Optional(Type.Boolean()) });
const MOST_TOLD = 100;

/** Provider keys as API Key Rotator knows them. Their values are shown masked. */
export function proxyKeyRoutes(parts: RotatorParts): readonly AdminRoute[] {
  return [listRoute(parts), addRoute(parts), batchRoute(parts), clearRoute(parts), switchRoute(parts)];
}

function listRoute(parts: RotatorParts): AdminRoute {
  return defineRoute({
    method: 'GET',
    path: KEYS,
    access: 'provider-keys:read',
    summary: 'API Key Rotator: list the keys of a proxy config, masked.',
    params: IdParams,
    answers: { 200: Type.Array(AnyObject) },
    handle: async ({ params }) => {
      const { items } = new ProviderKeys(parts.services).list(requireConfig(parts, params.id), { limit: Number.MAX_SAFE_INTEGER });
      return { body: items.map((view) => shownKey(view, parts.numbered)) };
    },
  });
}

function addRoute(parts: RotatorParts): AdminRoute {
  return defineRoute({
    method: 'POST',
    path: KEYS,
    access: 'provider-keys:write',
    summary: 'API Key Rotator: add a key to a proxy config.',
    params: IdParams,
    body: KeyBody,
    answers: { 201: AnyObject },
    handle: async (call) => {
      const id = requireConfig(parts, call.params.id);
      const { key_value: written, is_active: enabled = true } = call.body;
      const [secret = null] = await plainSecrets(parts, call, id, [written]);
      if (secret === null) throw refuseFields([{ path: 'key_value', message: OTHER_WORD }]);
      const keys = new ProviderKeys(parts.services);
      const { result } = await keys.create(reasonOfCall(call, 'provider-key.create', `add a key to ${id}`), id, { secret, enabled });
      return { status: 201, body: shownKey(keys.get(id, result), parts.numbered) };
    },
  });
}

function batchRoute(parts: RotatorParts): AdminRoute {
  return defineRoute({
    method: 'POST',
    path: `${KEYS}/batch`,
    access: 'provider-keys:write',
    summary: 'API Key Rotator: add many keys; those that are there already are skipped.',
    params: IdParams,
    body: BatchBody,
    answers: { 200: AnyObject },
    handle: async (call) => {
      const id = requireConfig(parts, call.params.id);
      const secrets = await plainSecrets(parts, call, id, call.body.keys);
      const reason = reasonOfCall(call, 'provider-key.batch', `add keys to ${id}`);
      const sent = secrets.map((secret) => secret ?? '');
      const { result } = await new ProviderKeys(parts.services).createMany(reason, id, sent, {});
      const odd = secrets.flatMap((secret, index) => (secret === null ? [{ line: index + 1, message: OTHER_WORD }] : []));
      const failed = [...result.failed, ...odd].toSorted((a, b) => a.line - b.line);
      const told = failed.slice(0, MOST_TOLD).map(({ line, message }) => `#${line} ${message}`);
      const counts = { success_count: result.added, failed_count: failed.length, skipped_count: result.skipped };
      return { body: { ...counts, ...(told.length === 0 ? {} : { failed_keys: told }) } };
    },
  });
}

function clearRoute(parts: RotatorParts): AdminRoute {
  return defineRoute({
    method: 'DELETE',
    path: KEYS,
    access: 'provider-keys:write',
    summary: 'API Key Rotator: remove all keys of a proxy config.',
    params: IdParams,
    answers: { 200: AnyObject },
    handle: async (call) => {
      const id = requireConfig(parts, call.params.id);
      const reason = reasonOfCall(call, 'provider-key.clear', `remove all keys of ${id}`);
      const { result } = await new ProviderKeys(parts.services).removeAll(reason, id);
      return { body: { deleted_count: result } };
    },
  });
}

function switchRoute(parts: RotatorParts): AdminRoute {
  return defineRoute({
    method: 'PATCH',
    path: '/admin/keys/:id',
    access: 'provider-keys:write',
    summary: 'API Key Rotator: switch a key on or off.',
    params: IdParams,
    body: FlagBody,
    answers: { 200: AnyObject },
    handle: async (call) => {
      const named = parts.numbered.findKey(call.params.id);
      if (named === null) throw new OperationError('not_found', 'API key not found');
      const enabled = call.body.is_active ?? call.body.enabled;
      if (enabled === undefined) throw refuseFields([{ path: 'is_active', message: 'is needed' }]);
      const { provider, key } = named;
      const reason = reasonOfCall(call, 'provider-key.update', `switch key ${key} of ${provider} ${enabled ? 'on' : 'off'}`);
      await new ProviderKeys(parts.services).update(reason, provider, key, { enabled }, null);
      return { body: { message: 'API key status updated successfully' } };
    },
  });
}

const OTHER_WORD = 'begins with another word than the other keys of the config do';

/**
 * Secrets without the word before them. That program sent a key as it was written, with its word; here the word belongs to the provider, and the
 * first keys bring it. Null: its word is another one.
 */
async function plainSecrets(
  { services }: RotatorParts,
  call: Pick<AdminCall, 'principal' | 'address' | 'requestId'>,
  id: string,
  written: readonly string[],
): Promise<readonly (string | null)[]> {
  const providers = new Providers(services);
  const { body } = providers.require(id);
  const { auth } = body as ProviderConfig;
  if (kindOfProvider(body as ProviderConfig) !== 'rest' || auth?.in !== 'header') return written;
  const { scheme, keys } = keySchemeOf(written.filter((text) => text.trim() !== ''));
  const isFirst = new ProviderKeys(services).list(id, { limit: 1 }).total === 0;
  const adopted = isFirst && auth.scheme === undefined && scheme !== null && keys.length > 0 ? scheme : auth.scheme;
  if (adopted !== auth.scheme) {
    const reason = reasonOfCall(call, 'provider.update', `send keys of ${id} behind the word ${adopted ?? ''}`);
    await providers.update(reason, id, { auth: { ...auth, scheme: adopted } }, null);
  }
  return written.map((text) => {
    const [only] = keySchemeOf([text]).keys;
    const word = keySchemeOf([text]).scheme;
    return word === null || word.toLowerCase() === adopted?.toLowerCase() ? (only?.secret ?? '') : null;
  });
}
