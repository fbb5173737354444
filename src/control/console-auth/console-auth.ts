import type { AuditEntry } from '../../domain/audit-entry.ts';
import type { OidcConfig } from '../../config/admin-access.ts';
import type { UserStore } from '../../security/accounts/user-store.ts';
import type { ValueStore } from '../../security/accounts/value-store.ts';
import { PasswordHasher } from '../../security/passwords/password-hasher.ts';
import { AccessTokens } from '../../security/sessions/access-tokens.ts';
import { CsrfTokens } from '../../security/sessions/csrf-tokens.ts';
import type { SessionArchive } from '../../security/sessions/session-archive.ts';
import { Sessions } from '../../security/sessions/sessions.ts';
import { LoginThrottle } from '../../security/sign-in/login-throttle.ts';
import { AuditTrail } from './audit-trail.ts';
import type { AuthSecrets } from './auth-secrets.ts';
import type { CallerDirectory } from './caller-directory.ts';
import { ConsoleAccounts } from './console-accounts.ts';
import { FirstStart } from './first-start.ts';
import { OidcSignIn } from './oidc/oidc-sign-in.ts';
import { OwnAccount } from './own-account.ts';
import { PasswordGate } from './password-gate.ts';
import { PrincipalReader } from './principal-reader.ts';
import { SecondFactors } from './second-factors.ts';
import type { SecretBox } from './secret-box.ts';
import { SessionDirectory } from './session-directory.ts';
import { SessionOpener } from './session-opener.ts';
import { SignIn } from './sign-in.ts';
import { UserDirectory } from './user-directory.ts';

export interface ConsoleAuthParts {
  readonly users: UserStore;
  readonly sessionArchive: SessionArchive;
  readonly values: ValueStore;
  readonly callers: CallerDirectory;
  readonly secrets: AuthSecrets;
  /** ADMIN_TOKEN or ADMIN_KEY; null: unset. */
  readonly adminToken: string | null;
  /** Null: no master key, so second factors cannot be set up. */
  readonly sealer: SecretBox | null;
  /** Whoever reaches the gateway may make an account as viewer. */
  readonly allowRegistration: boolean;
  /** Null: nobody signs in through an identity provider. */
  readonly oidc: OidcConfig | null;
  /** PUBLIC_URL; null: unset. */
  readonly publicUrl: string | null;
  readonly audit: (entry: AuditEntry) => Promise<void>;
  /** Takes secrets out of a text for the audit log. */
  readonly mask: (text: string) => string;
  /** Wall clock, epoch ms. */
  readonly nowMs: () => number;
  readonly monotonicMs: () => number;
  /** A UUID, the later the greater. */
  readonly newId: () => string;
  readonly hasher?: PasswordHasher;
}

/** Everything about signing in to the control plane. */
export interface ConsoleAuth {
  readonly reader: PrincipalReader;
  readonly csrfTokens: CsrfTokens;
  readonly firstStart: FirstStart;
  readonly signIn: SignIn;
  readonly ownAccount: OwnAccount;
  readonly users: UserDirectory;
  readonly sessions: SessionDirectory;
  readonly oidc: OidcSignIn;
  /** Tells the throttle where users signed in before; to be called once after a start. */
  readonly rememberPlaces: () => Promise<void>;
  /** Deletes sessions that are long over; gives how many. */
  readonly sweep: (nowMs: number) => Promise<number>;
}

/** Joins the blocks of `src/security` to the operations of signing in. Opens nothing and starts nothing. */
export function createConsoleAuth(parts: ConsoleAuthParts): ConsoleAuth {
  const { users, values, callers, secrets, adminToken, sealer, allowRegistration, nowMs, monotonicMs, newId } = parts;
  const accounts = new ConsoleAccounts(users, callers);
  const sessions = new Sessions({ store: parts.sessionArchive, accounts, nowMs, newId });
  const accessTokens = new AccessTokens({ secret: secrets.jwtSecret, nowMs, newId });
  const csrfTokens = new CsrfTokens(secrets.csrfKey);
  const throttle = new LoginThrottle(monotonicMs);
  const gate = new PasswordGate(throttle, parts.hasher ?? new PasswordHasher());
  const trail = new AuditTrail({ audit: parts.audit, mask: parts.mask, nowMs, newId });
  const opener = new SessionOpener({ sessions, accessTokens, csrfTokens });
  const secondFactors = new SecondFactors({ users, sealer, nowMs });
  const reader = new PrincipalReader({ adminToken, callers, sessions, accessTokens, csrfTokens });
  const directory = new SessionDirectory({ archive: parts.sessionArchive, sessions, users, accounts, trail, nowMs });
  const oidcParts = { config: parts.oidc, publicUrl: parts.publicUrl, transactionKey: secrets.transactionKey, monotonicMs };
  return {
    reader,
    csrfTokens,
    firstStart: new FirstStart({ users, values, opener, gate, trail, allowRegistration, nowMs, newId }),
    signIn: new SignIn({ users, callers, sessions, opener, gate, secondFactors, trail, nowMs }),
    ownAccount: new OwnAccount({ users, sessions, opener, gate, secondFactors, trail }),
    users: new UserDirectory({ users, sessions, gate, trail, nowMs, newId }),
    sessions: directory,
    oidc: new OidcSignIn({ ...oidcParts, users, sessions, opener, trail, nowMs, newId }),
    rememberPlaces: () => directory.rememberPlaces(throttle),
    sweep: (now) => directory.sweep(now),
  };
}
