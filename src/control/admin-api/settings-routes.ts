import { Type } from 'typebox';
import { SettingsSchema } from '../../config/schema/settings-schema.ts';
import { defineRoute, type AdminAnswer, type AdminRoute } from '../http/admin-route.ts';
import { etagOf, readIfMatch } from '../http/if-match.ts';
import { reasonOfCall } from '../operations/reason-of-call.ts';
import type { SettingsOperations } from '../operations/settings.ts';
import { AnyObject, patchSchema } from './contract/fields.ts';

const PATH = '/api/admin/settings';
const PatchBody = patchSchema(SettingsSchema);
const SettingsAnswer = Type.Object({
  effective: AnyObject,
  set: AnyObject,
  revision: Type.Integer(),
  origin: Type.Enum(['database', 'file', 'environment']),
  updatedAtMs: Type.Union([Type.Integer(), Type.Null()]),
});

/** Settings: what is in force, and what was written down. */
export function settingsRoutes(settings: SettingsOperations): readonly AdminRoute[] {
  const update = (method: 'PUT' | 'PATCH'): AdminRoute =>
    defineRoute({
      method,
      path: PATH,
      access: 'settings:write',
      summary: 'Change settings: what is given is replaced whole, null takes one back to its default, what is absent stays.',
      body: PatchBody,
      answers: { 200: SettingsAnswer },
      handle: async (call) => {
        const reason = reasonOfCall(call, 'settings.update', 'change settings');
        await settings.update(reason, call.body as Record<string, unknown>, readIfMatch(call.headers));
        return shown(settings);
      },
    });
  return [
    defineRoute({
      method: 'GET',
      path: PATH,
      access: 'settings:read',
      summary: 'The settings in force with their defaults (effective), and those that were written down (set).',
      answers: { 200: SettingsAnswer },
      handle: async () => shown(settings),
    }),
    update('PUT'),
    update('PATCH'),
  ];
}

function shown(settings: SettingsOperations): AdminAnswer {
  const view = settings.get();
  return { body: view, headers: { etag: etagOf(view.revision) } };
}
