import { Type } from 'typebox';
import { problemOfBaseUrl } from '../../../config/base-url.ts';
import { normaliseSecret } from '../../../config/normalise-secret.ts';
import { AnyObject, IdParams } from '../../admin-api/contract/fields.ts';
import type { ControlServices } from '../../control-services.ts';
import { defineRoute, type AdminAnswer, type AdminRoute } from '../../http/admin-route.ts';
import type { RouteGroup } from '../../http/control-server.ts';
import { errorHeaders } from '../../http/error-answer.ts';
import { OperationError } from '../../operation-error.ts';
import { ProviderKeys } from '../../operations/provider-keys.ts';
import { Providers } from '../../operations/providers.ts';
import { reasonOfCall } from '../../operations/reason-of-call.ts';
import { AddressedKeys } from './addressed-keys.ts';
import { lbFigureRoutes } from './lb-figure-routes.ts';
import { recordOf, recordsOf } from './lb-key-record.ts';
import type { NumberedThings } from '../numbered-things.ts';
import { presetOf } from '../openai-address.ts';

type Body = Readonly<Record<string, unknown>>;

/** What that program offers to choose from. */
const VENDORS: Readonly<Record<string, { readonly baseUrl: string; readonly models: readonly string[] }>> = {
  openai: {
    baseUrl: 'https://api.openai.com/v1',
    models: ['gpt-4o-mini', 'gpt-4o', 'gpt-4.1-mini', 'gpt-4.1', 'gpt-4.1-nano', 'o3-mini', 'o4-mini'],
  },
  gemini: {
    baseUrl: 'https://generativelanguage.googleapis.com/v1beta/openai/',
    models: ['gemini-3-pro-preview', 'gemini-3-flash-preview', 'gemini-2.5-pro', 'gemini-2.5-flash', 'gemini-2.5-flash-lite'],
  },
  deepseek: { baseUrl: 'https://api.deepseek.com/v1', models: ['deepseek-chat', 'deepseek-reasoner'] },
  custom: { baseUrl: 'http://localhost:11434/v1', models: [] },
};
/** Last part of a field's path → how that program names the mistake, the first one first. */
const MISTAKES: readonly (readonly [RegExp, string])[] = [
  [/(?:^|\.)(?:provider|preset)$/u, 'provider_invalid'],
  [/(?:^|\.)(?:apiKey|secret)$/u, 'apiKey_invalid'],
  [/(?:^|\.)(?:baseUrl|protocols(?:\..*)?)$/u, 'baseUrl_invalid'],
];
const MOST_WEIGHT = 1000;

const KeyBody = Type.Object({
  name: Type.Optional(Type.String({ maxLength: 2048 })),
  provider: Type.Optional(Type.String({ maxLength: 64, description: 'openai, gemini, deepseek or custom.' })),
  apiKey: Type.Optional(Type.String({ maxLength: 65_536, description: 'Empty in a change: the one that is there.' })),
  baseUrl: Type.Optional(Type.String({ maxLength: 2048 })),
  models: Type.Optional(Type.Array(Type.String({ maxLength: 256 }), { description: 'Empty: all.' })),
  enabled: Type.Optional(Type.Boolean()),
  weight: Type.Optional(Type.Unknown({ description: 'From 1 to 1000; what is no number is 1.' })),
});
interface WrittenKey {
  readonly name?: string;
  readonly provider?: string;
  readonly apiKey?: string;
  readonly baseUrl?: string;
  readonly models?: readonly string[];
  readonly enabled?: boolean;
  readonly weight?: unknown;
}

/** `/admin/presets`, `/admin/keys`, `/admin/stats` and `/admin/timeseries` as llm-apikey-lb answers them: every key has an address of its own. */
export function llmApikeyLb(services: ControlServices, numbered: NumberedThings): RouteGroup {
  const changing = [createKey(services), updateKey(services, numbered), deleteKey(services, numbered)];
  return { routes: [presets(services), listKeys(services), ...changing, ...lbFigureRoutes(services)], renderError: renderLbError };
}

function presets(services: ControlServices): AdminRoute {
  return defineRoute({
    method: 'GET',
    path: '/admin/presets',
    access: 'providers:read',
    summary: 'llm-apikey-lb: vendors to choose from.',
    answers: { 200: AnyObject },
    handle: async () => {
      const shown = Object.entries(VENDORS).map(([id, vendor]) => [id, { label: services.presets.get(id)?.label ?? id, ...vendor }] as const);
      return { body: { presets: Object.fromEntries(shown) } };
    },
  });
}

function listKeys(services: ControlServices): AdminRoute {
  return defineRoute({
    method: 'GET',
    path: '/admin/keys',
    access: 'provider-keys:read',
    summary: 'llm-apikey-lb: every provider key with its address.',
    answers: { 200: AnyObject },
    handle: async () => ({ body: { keys: recordsOf(services) } }),
  });
}

function createKey(services: ControlServices): AdminRoute {
  const addressed = new AddressedKeys(services);
  return defineRoute({
    method: 'POST',
    path: '/admin/keys',
    access: 'provider-keys:write',
    summary: 'llm-apikey-lb: add a key to the pool of its vendor and address.',
    body: KeyBody,
    answers: { 200: AnyObject },
    handle: async (call) => {
      const written = call.body as WrittenKey;
      const preset = requireVendor(written.provider, null);
      const secret = normaliseSecret(written.apiKey ?? '');
      if (secret === '') throw mistake('apiKey', 'is needed');
      const base = requireBase(written.baseUrl);
      const reason = reasonOfCall(call, 'provider-key.create', `add a key for ${preset}`);
      const fields = withoutNulls(fieldsOf({ weight: 1, enabled: true, ...written }));
      const { result } = await addressed.create(reason, { preset, base }, secret, fields);
      return { body: { id: result } };
    },
  });
}

function updateKey(services: ControlServices, numbered: NumberedThings): AdminRoute {
  const addressed = new AddressedKeys(services);
  return defineRoute({
    method: 'PUT',
    path: '/admin/keys/:id',
    access: 'provider-keys:write',
    summary: 'llm-apikey-lb: change a key; one whose address changes needs its secret again.',
    params: IdParams,
    body: KeyBody,
    answers: { 200: AnyObject },
    handle: async (call) => {
      const { provider, key } = requireKey(numbered, call.params.id);
      const written = call.body as WrittenKey;
      const known = presetOf(new Providers(services).require(provider).body);
      const preset = written.provider === undefined ? undefined : requireVendor(written.provider, known);
      const base = written.baseUrl === undefined ? undefined : requireBase(written.baseUrl);
      const shown = recordOf(services, new ProviderKeys(services).get(provider, key));
      // What is sent back as it was shown was not meant to be changed.
      const { enabled, ...others } = written;
      const fields = fieldsOf(enabled === undefined || enabled === shown.enabled ? others : { ...others, enabled });
      const patch = { ...(preset === undefined ? {} : { preset }), ...(base === undefined ? {} : { base }), secret: written.apiKey ?? '', fields };
      const { result } = await addressed.update(reasonOfCall(call, 'provider-key.update', `change key ${key} of ${provider}`), provider, key, patch);
      return { body: { ok: true, id: result } };
    },
  });
}

function deleteKey(services: ControlServices, numbered: NumberedThings): AdminRoute {
  return defineRoute({
    method: 'DELETE',
    path: '/admin/keys/:id',
    access: 'provider-keys:write',
    summary: 'llm-apikey-lb and API Key Rotator: remove a key.',
    params: IdParams,
    answers: { 200: AnyObject },
    handle: async (call) => {
      const { provider, key } = requireKey(numbered, call.params.id);
      const reason = reasonOfCall(call, 'provider-key.delete', `remove key ${key} of ${provider}`);
      await new ProviderKeys(services).remove(reason, provider, key, null);
      return { body: { ok: true, message: 'API key deleted successfully' } };
    },
  });
}

/** @throws {OperationError} `not_found`. */
function requireKey(numbered: NumberedThings, id: string): { readonly provider: string; readonly key: string } {
  const named = numbered.findKey(id);
  if (named === null) throw new OperationError('not_found', 'There is no such key.');
  return named;
}

/** `known`: the one that the key has already, whatever that program knows. */
function requireVendor(written: string | undefined, known: string | null): string {
  const vendor = written?.trim().toLowerCase() ?? '';
  if (Object.hasOwn(VENDORS, vendor) || vendor === known) return vendor;
  throw mistake('provider', `must be ${Object.keys(VENDORS).join(', ')}`.replace(/, ([^,]*)$/u, ' or $1'));
}

function requireBase(written: string | undefined): string {
  const base = written?.trim() ?? '';
  const problem = problemOfBaseUrl(base);
  if (problem !== null) throw mistake('baseUrl', problem);
  return base;
}

/** Fields of a provider key; null takes one away. */
function fieldsOf({ name, models, enabled, weight }: WrittenKey): Body {
  const names = models?.map((model) => model.trim()).filter((model) => model !== '') ?? [];
  return {
    ...(name === undefined || name.trim() === '' ? {} : { name: name.trim() }),
    ...(models === undefined ? {} : { models: names.length === 0 ? null : [...new Set(names)] }),
    ...(enabled === undefined ? {} : { enabled }),
    ...(weight === undefined ? {} : { weight: weightOf(weight) }),
  };
}

function withoutNulls(fields: Body): Body {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== null));
}

function weightOf(written: unknown): number {
  const number = Math.floor(Number(written));
  return Number.isNaN(number) ? 1 : Math.min(Math.max(number, 1), MOST_WEIGHT);
}

function mistake(path: string, message: string): OperationError {
  return new OperationError('invalid_field', `${path} ${message}.`, { problems: [{ path, message }] });
}

/** One word that its clients read, and a sentence for people beside it. */
function renderLbError(error: OperationError): AdminAnswer {
  const { code, message, problems, status } = error;
  const body = (word: string): Body => ({ error: word, message, ...(problems.length === 0 ? {} : { problems }) });
  if (code === 'secret_required') return { status: 400, body: body('apiKey_required') };
  if (code !== 'invalid_field') return { status, headers: errorHeaders(error), body: body(code) };
  if (problems.some(({ path, message: why }) => path === 'apiKey' && why === 'is needed')) return { status: 400, body: body('apiKey_required') };
  const [, word] = MISTAKES.find(([pattern]) => problems.some(({ path }) => pattern.test(path))) ?? [null, code];
  return { status, body: body(word) };
}
