import { Type } from 'typebox';
import { answerSession, originOf } from '../../admin-api/session-answer.ts';
import { AnyObject } from '../../admin-api/contract/fields.ts';
import type { SignIn } from '../../console-auth/sign-in.ts';
import { defineRoute, type AdminAnswer, type AdminRoute } from '../../http/admin-route.ts';
import type { RouteGroup } from '../../http/control-server.ts';
import { errorHeaders } from '../../http/error-answer.ts';
import type { OperationError } from '../../operation-error.ts';
import { proxyConfigRoutes } from './proxy-config-routes.ts';
import { proxyKeyRoutes } from './proxy-key-routes.ts';
import type { RotatorParts } from './rotator-parts.ts';

export interface ApiKeyRotatorParts extends RotatorParts {
  readonly signIn: Pick<SignIn, 'login'>;
  /** PUBLIC_URL; null: the address that was asked. */
  readonly publicUrl: string | null;
}

const HOST = /^[\w.:[\]-]{1,255}$/u;
const LoginBody = Type.Object({
  username: Type.String({ minLength: 1, maxLength: 128 }),
  password: Type.String({ minLength: 1, maxLength: 1024 }),
  code: Type.Optional(Type.String({ maxLength: 64, description: 'Of the second factor.' })),
});

/** `/admin/login`, `/admin/app-config`, `/admin/proxy-configs` and PATCH `/admin/keys/:id` as API Key Rotator answers them. */
export function apiKeyRotator(parts: ApiKeyRotatorParts): readonly RouteGroup[] {
  return [
    { routes: [login(parts)], renderError: renderLoginError },
    { routes: [appConfig(parts), ...proxyConfigRoutes(parts), ...proxyKeyRoutes(parts)], renderError: renderRotatorError },
  ];
}

function login(parts: ApiKeyRotatorParts): AdminRoute {
  return defineRoute({
    method: 'POST',
    path: '/admin/login',
    access: 'public',
    summary: 'API Key Rotator: sign in; the token in the answer is what its other routes ask for.',
    body: LoginBody,
    answers: { 200: AnyObject },
    handle: async (call) => {
      const { username, password, code = null } = call.body;
      const opened = await parts.signIn.login({ username, password, code, kind: 'refresh' }, originOf(call));
      return answerSession(opened, call, { message: 'Login successful', success: true });
    },
  });
}

function appConfig(parts: ApiKeyRotatorParts): AdminRoute {
  return defineRoute({
    method: 'GET',
    path: '/admin/app-config',
    access: 'settings:read',
    summary: 'API Key Rotator: under which address clients reach the gateway.',
    answers: { 200: AnyObject },
    handle: async ({ headers, isSecure }) => {
      const host = headers['host'] ?? '';
      const asked = HOST.test(host) ? `${isSecure ? 'https' : 'http'}://${host}` : '';
      return { body: { proxy_public_base_url: parts.publicUrl ?? asked } };
    },
  });
}

function renderLoginError(error: OperationError): AdminAnswer {
  const { code, message, status } = error;
  const word = code === 'invalid_credentials' ? 'Invalid credentials' : status === 400 ? 'Invalid request' : message;
  return { status, headers: errorHeaders(error), body: { error: word, success: false, ...(status === 400 ? {} : { code }) } };
}

function renderRotatorError(error: OperationError): AdminAnswer {
  const { code, message, problems, status } = error;
  return { status, headers: errorHeaders(error), body: { error: message, code, ...(problems.length === 0 ? {} : { problems }) } };
}
