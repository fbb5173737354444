import { Type } from 'typebox';
import type { ConsoleAuth } from '../console-auth/console-auth.ts';
import { SESSION_COOKIE } from '../console-auth/session-cookie.ts';
import { defineRoute, type AdminRoute } from '../http/admin-route.ts';
import { originOf } from './session-answer.ts';

const Text = Type.Optional(Type.String({ maxLength: 4096 }));

/** Signing in through an identity provider. Both are visited by browsers; where they go next does not depend on what they send. */
export function oidcRoutes({ oidc }: ConsoleAuth): readonly AdminRoute[] {
  return [
    defineRoute({
      method: 'GET',
      path: '/api/auth/oidc/login',
      access: 'public',
      summary: 'Go to the identity provider',
      answers: { 302: Type.Object({}) },
      handle: async (call) => {
        const { location, cookie } = await oidc.begin(call);
        return { status: 302, headers: { location, 'set-cookie': cookie } };
      },
    }),
    defineRoute({
      method: 'GET',
      path: '/api/auth/oidc/callback',
      access: 'public',
      summary: 'Come back from the identity provider, with a session of the console',
      // Providers add parameters of their own, which are passed over.
      query: Type.Object({ code: Text, state: Text, iss: Text, error: Text, error_description: Text }, { additionalProperties: true }),
      answers: { 302: Type.Object({}) },
      handle: async (call) => {
        const opened = await oidc.finish(call, call.query, originOf(call));
        const cookie = SESSION_COOKIE.write(opened.cookie, call.isSecure);
        return { status: 302, headers: { location: '/', 'set-cookie': [cookie, oidc.clearCookie(call)] } };
      },
    }),
  ];
}
