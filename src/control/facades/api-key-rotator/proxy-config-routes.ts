import { Type } from 'typebox';
import { AnyObject, IdParams } from '../../admin-api/contract/fields.ts';
import { defineRoute, type AdminRoute } from '../../http/admin-route.ts';
import { Providers } from '../../operations/providers.ts';
import { reasonOfCall } from '../../operations/reason-of-call.ts';
import { findConfig, requireConfig, type RotatorParts } from './rotator-parts.ts';
import { patchOfRow, providerOfRow, shownConfig, type RotatorRow } from './rotator-shapes.ts';

const BASE = '/admin/proxy-configs';
const Text = Type.Optional(Type.String({ maxLength: 2048 }));
const Nullable = Type.Optional(Type.Union([Type.String({ maxLength: 2048 }), Type.Null()]));
const RowBody = Type.Object({
  name: Text,
  slug: Text,
  config_type: Type.Optional(Type.String({ maxLength: 16, description: 'GENERIC or LLM.' })),
  is_active: Type.Optional(Type.Boolean()),
  method: Nullable,
  target_url: Nullable,
  target_base_url: Nullable,
  api_key_location: Nullable,
  api_key_name: Nullable,
  api_format: Nullable,
  output_format: Nullable,
});
const StatusBody = Type.Object({ is_active: Type.Boolean() });

/** Providers as API Key Rotator knows them. */
export function proxyConfigRoutes(parts: RotatorParts): readonly AdminRoute[] {
  return [...readingRoutes(parts), ...writingRoutes(parts), statusRoute(parts), deleteRoute(parts)];
}

function shown({ services, numbered }: RotatorParts, provider: string): RotatorRow & Readonly<Record<string, unknown>> {
  return shownConfig(new Providers(services).get(provider), numbered, services.presets);
}

function readingRoutes(parts: RotatorParts): readonly AdminRoute[] {
  return [
    defineRoute({
      method: 'GET',
      path: BASE,
      access: 'providers:read',
      summary: 'API Key Rotator: list proxy configs.',
      answers: { 200: Type.Array(AnyObject) },
      handle: async () => {
        const { services, numbered } = parts;
        const { items } = new Providers(services).list({ limit: Number.MAX_SAFE_INTEGER });
        return { body: items.map((view) => shownConfig(view, numbered, services.presets)) };
      },
    }),
    defineRoute({
      method: 'GET',
      path: `${BASE}/:id`,
      access: 'providers:read',
      summary: 'API Key Rotator: a proxy config.',
      params: IdParams,
      answers: { 200: AnyObject },
      handle: async ({ params }) => ({ body: shown(parts, requireConfig(parts, params.id)) }),
    }),
  ];
}

function writingRoutes(parts: RotatorParts): readonly AdminRoute[] {
  const { services } = parts;
  const providers = new Providers(services);
  return [
    defineRoute({
      method: 'POST',
      path: BASE,
      access: 'providers:write',
      summary: 'API Key Rotator: add a proxy config, without keys.',
      body: RowBody,
      answers: { 201: AnyObject },
      handle: async (call) => {
        const provider = providerOfRow(call.body as RotatorRow, services.presets);
        const { result } = await providers.create(reasonOfCall(call, 'provider.create', `add provider ${provider.id}`), provider);
        return { status: 201, body: shown(parts, result) };
      },
    }),
    defineRoute({
      method: 'PUT',
      path: `${BASE}/:id`,
      access: 'providers:write',
      summary: 'API Key Rotator: change a proxy config; what is absent stays.',
      params: IdParams,
      body: RowBody,
      answers: { 200: AnyObject },
      handle: async (call) => {
        const id = requireConfig(parts, call.params.id);
        const patch = patchOfRow(call.body as RotatorRow, shown(parts, id), providers.require(id).body, services.presets);
        await providers.update(reasonOfCall(call, 'provider.update', `change provider ${id}`), id, patch, null);
        return { body: shown(parts, id) };
      },
    }),
  ];
}

function statusRoute(parts: RotatorParts): AdminRoute {
  return defineRoute({
    method: 'PUT',
    path: `${BASE}/:id/status`,
    access: 'providers:write',
    summary: 'API Key Rotator: switch a proxy config on or off.',
    params: IdParams,
    body: StatusBody,
    answers: { 200: AnyObject },
    handle: async (call) => {
      const id = requireConfig(parts, call.params.id);
      const enabled = call.body.is_active;
      const reason = reasonOfCall(call, 'provider.update', `switch provider ${id} ${enabled ? 'on' : 'off'}`);
      await new Providers(parts.services).update(reason, id, { enabled }, null);
      return { body: { message: 'Status updated successfully' } };
    },
  });
}

function deleteRoute(parts: RotatorParts): AdminRoute {
  return defineRoute({
    method: 'DELETE',
    path: `${BASE}/:id`,
    access: 'providers:write',
    summary: 'API Key Rotator: remove a proxy config with its keys; one that is not there is no failure.',
    params: IdParams,
    answers: { 200: AnyObject },
    handle: async (call) => {
      const id = findConfig(parts, call.params.id);
      const reason = reasonOfCall(call, 'provider.delete', `remove provider ${id ?? ''}`);
      if (id !== null) await new Providers(parts.services).remove(reason, id, null);
      return { body: { message: 'Config deleted successfully' } };
    },
  });
}
