import { randomBytes } from 'node:crypto';
import { authRoutes } from '../../src/control/admin-api/auth-routes.ts';
import { oidcRoutes } from '../../src/control/admin-api/oidc-routes.ts';
import { sessionRoutes } from '../../src/control/admin-api/session-routes.ts';
import { totpRoutes } from '../../src/control/admin-api/totp-routes.ts';
import { userRoutes } from '../../src/control/admin-api/user-routes.ts';
import type { CallOrigin } from '../../src/control/console-auth/call-facts.ts';
import type { CallerAccount } from '../../src/control/console-auth/caller-directory.ts';
import { createConsoleAuth, type ConsoleAuthParts } from '../../src/control/console-auth/console-auth.ts';
import { may } from '../../src/control/console-auth/may.ts';
import type { OpenedSession } from '../../src/control/console-auth/opened-session.ts';
import type { AdminRoute } from '../../src/control/http/admin-route.ts';
import { createControlServer } from '../../src/control/http/control-server.ts';
import type { AuditEntry } from '../../src/domain/audit-entry.ts';
import { UuidV7Source } from '../../src/lib/uuid-v7.ts';
import { maskText } from '../../src/security/audit/mask-text.ts';
import { hashToken } from '../../src/security/hash-token.ts';
import { PasswordHasher } from '../../src/security/passwords/password-hasher.ts';
import { Redactor } from '../../src/security/redactor.ts';
import type { Role } from '../../src/security/roles/role.ts';
import { generateMasterKey } from '../../src/security/sealing/master-key.ts';
import type { SealedDataKey } from '../../src/security/sealing/data-key.ts';
import { SecretSealer } from '../../src/security/sealing/secret-sealer.ts';
import { totpCode } from '../../src/security/second-factor/totp.ts';
import { MemorySessionArchive } from './memory-session-archive.ts';
import { MemoryUserStore } from './memory-user-store.ts';
import { MemoryValueStore } from './memory-value-store.ts';

/** The least that argon2 takes: what the cost is, the tests of the hasher tell. */
export const CHEAP = { memoryKib: 8, passes: 1, parallelism: 1 };
export const GOOD_PASSWORD = 'correct horse battery staple';
export const ADMIN_TOKEN = 'an-admin-token-of-the-tests-7f3a';

/** The sign-in of the control plane over stores in memory, with clocks that stand until they are moved. */
export async function consoleAuthRig(change: Partial<ConsoleAuthParts> = {}) {
  const [users, archive, values] = [new MemoryUserStore(), new MemorySessionArchive(), new MemoryValueStore()];
  const callers = new Map<string, CallerAccount>();
  const audit: AuditEntry[] = [];
  const ids = new UuidV7Source();
  const redactor = new Redactor();
  let now = Date.UTC(2026, 10, 20);
  const auth = createConsoleAuth({
    users,
    sessionArchive: archive,
    values,
    callers: {
      findBySecret: (secret) => [...callers.values()].find(({ secretHash }) => secretHash === hashToken(secret)) ?? null,
      findById: (id) => callers.get(id) ?? null,
    },
    secrets: { jwtSecret: randomBytes(32).toString('base64url'), csrfKey: randomBytes(32), transactionKey: randomBytes(32) },
    adminToken: ADMIN_TOKEN,
    sealer: await memorySealer(() => now),
    allowRegistration: false,
    oidc: null,
    publicUrl: null,
    audit: async (entry) => void audit.push(entry),
    mask: (text) => maskText(text, false, redactor),
    nowMs: () => now,
    monotonicMs: () => now,
    newId: () => ids.next(now),
    hasher: new PasswordHasher(CHEAP),
    ...change,
  });
  const rig = {
    auth,
    users,
    archive,
    values,
    callers,
    audit,
    now: () => now,
    pass: (ms: number) => (now += ms),
    code: (secret: string) => totpCode(secret, Math.floor(now / 30_000)),
    /** A user with GOOD_PASSWORD. */
    addUser: (username: string, role: Role = 'admin') =>
      auth.users.create(
        { by: { kind: 'machine', id: 'machine', name: 'test', role: 'admin' }, origin: null },
        { username, password: GOOD_PASSWORD, role },
      ),
    login: (
      username: string,
      more: { password?: string; code?: string; kind?: 'cookie' | 'refresh'; address?: string } = {},
    ): Promise<OpenedSession> =>
      auth.signIn.login(
        { username, password: more.password ?? GOOD_PASSWORD, code: more.code ?? null, kind: more.kind ?? 'refresh' },
        from(more.address),
      ),
  };
  return rig;
}

export type ConsoleAuthRig = Awaited<ReturnType<typeof consoleAuthRig>>;

export function from(address = '203.0.113.9'): CallOrigin {
  return { address, requestId: 'r1', userAgent: 'test' };
}

/** What the routes answer, of which each answers a part. */
export interface AnswerBody {
  readonly token: string;
  readonly refreshToken: string;
  readonly expiresAt: string;
  readonly csrfToken: string;
  readonly user: { readonly id: string; readonly username: string; readonly role: string };
  readonly error: { readonly code: string; readonly message: string; readonly problems?: readonly { readonly path: string }[] };
  readonly id: string;
  readonly role: string;
  readonly permissions: readonly string[];
  readonly items: readonly { readonly id: string; readonly username: string; readonly isCurrent: boolean }[];
  readonly next: string | null;
  readonly secret: string;
  readonly recoveryCodes: readonly string[];
  readonly secondFactor: boolean;
}

/** What an access token and a cookie of a session open; `nobody` or the name. */
export async function whoIs({ auth }: ConsoleAuthRig, opened: OpenedSession): Promise<string> {
  const headers: Record<string, string> =
    opened.kind === 'cookie' ? { cookie: `headgate_session=${opened.cookie}` } : { authorization: `Bearer ${opened.token}` };
  const principal = await auth.reader.authenticate({ method: 'GET', headers, isSecure: false });
  return principal.kind === 'nobody' ? 'nobody' : principal.name;
}

/** Every route of signing in. */
export function consoleAuthRoutes({ auth }: ConsoleAuthRig): readonly AdminRoute[] {
  return [authRoutes, totpRoutes, oidcRoutes, sessionRoutes, userRoutes].flatMap((make) => make(auth));
}

/** The same behind the server of the control plane, without a socket. `x-test-https` makes a request a secure one. */
export async function consoleAuthServer(rig: ConsoleAuthRig) {
  const server = await createControlServer({
    groups: [{ routes: consoleAuthRoutes(rig) }],
    authenticate: (request) => rig.auth.reader.authenticate(request),
    may,
    newRequestId: () => 'r1',
    addressOf: () => '203.0.113.9',
    isSecure: (request) => request.headers['x-test-https'] !== undefined,
    reportProblem: () => {},
    reportDefect: (error) => {
      throw error;
    },
  });
  return async (
    method: 'GET' | 'POST' | 'PATCH' | 'DELETE' | 'HEAD',
    url: string,
    more: { body?: object; headers?: Record<string, string> } = {},
  ) => {
    const { body, headers = {} } = more;
    const answer = await server.fastify.inject({ method, url, headers, ...(body === undefined ? {} : { payload: body }) });
    return {
      status: answer.statusCode,
      headers: answer.headers,
      body: (answer.body === '' ? {} : answer.json()) as AnswerBody,
      cookies: [answer.headers['set-cookie'] ?? []].flat(),
    };
  };
}

async function memorySealer(nowMs: () => number): Promise<SecretSealer> {
  const keys: SealedDataKey[] = [];
  const store = { list: async () => keys, insert: async (key: SealedDataKey) => void keys.push(key), reserveSeals: async () => 1 };
  return SecretSealer.load({ masterKey: generateMasterKey(), store, nowMs });
}
