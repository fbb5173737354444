import { Type } from 'typebox';
import type { ConsoleAuth } from '../console-auth/console-auth.ts';
import { defineRoute, type AdminRoute } from '../http/admin-route.ts';
import { ownCallOf } from './own-call.ts';
import { answerSession, SessionAnswer } from './session-answer.ts';

const Password = Type.String({ maxLength: 1024 });
const Code = Type.String({ minLength: 1, maxLength: 64 });

/** The second factor of one's own account. */
export function totpRoutes(auth: ConsoleAuth): readonly AdminRoute[] {
  return [setUp(auth), confirm(auth), remove(auth)];
}

function setUp(auth: ConsoleAuth): AdminRoute {
  return defineRoute({
    method: 'POST',
    path: '/api/auth/totp',
    access: 'signed-in',
    summary: 'Begin a second factor: the secret for an authenticator app, shown once; nothing is asked before it is confirmed',
    body: Type.Object({ password: Password }, { additionalProperties: false }),
    answers: { 200: Type.Object({ secret: Type.String(), otpauthUrl: Type.String() }) },
    handle: async (call) => ({ body: await auth.ownAccount.setUpSecondFactor(await ownCallOf(auth, call), call.body.password) }),
  });
}

function confirm(auth: ConsoleAuth): AdminRoute {
  return defineRoute({
    method: 'POST',
    path: '/api/auth/totp/confirm',
    access: 'signed-in',
    summary: 'Switch the second factor on with its first code; the recovery codes are shown once, and all other sessions end',
    body: Type.Object({ code: Code }, { additionalProperties: false }),
    answers: { 200: Type.Object({ ...SessionAnswer.properties, recoveryCodes: Type.Array(Type.String()) }) },
    handle: async (call) => {
      const { opened, recoveryCodes } = await auth.ownAccount.confirmSecondFactor(await ownCallOf(auth, call), call.body.code);
      return answerSession(opened, call, { recoveryCodes });
    },
  });
}

function remove(auth: ConsoleAuth): AdminRoute {
  return defineRoute({
    method: 'POST',
    path: '/api/auth/totp/disable',
    access: 'signed-in',
    summary: 'Take the second factor off with the password and a code; all other sessions end',
    body: Type.Object({ password: Password, code: Code }, { additionalProperties: false }),
    answers: { 200: SessionAnswer },
    handle: async (call) => {
      const { password, code } = call.body;
      return answerSession(await auth.ownAccount.removeSecondFactor(await ownCallOf(auth, call), password, code), call);
    },
  });
}
