import { createSecretKey, type KeyObject } from 'node:crypto';
import { errors, jwtVerify, SignJWT } from 'jose';
import { isRole, type Role } from '../roles/role.ts';

/** `secret`: passed {@link weaknessOfJwtSecret}. `nowMs`: wall clock, epoch ms. `newId`: an id for a token. */
export interface AccessTokensParts {
  readonly secret: string;
  readonly nowMs: () => number;
  readonly newId: () => string;
}

/** Whom an access token speaks for. The session says whether that still holds. */
export interface AccessSubject {
  readonly userId: string;
  readonly sessionId: string;
  readonly role: Role;
  readonly accountVersion: number;
}

export interface AccessClaims extends AccessSubject {
  readonly tokenId: string;
  readonly expiresAtMs: number;
}

export interface IssuedToken {
  readonly token: string;
  readonly expiresAtMs: number;
}

const ALGORITHM = 'HS256';
const TYPE = 'at+jwt';
const ISSUER = 'headgate';
const AUDIENCE = 'headgate-admin';
const LIFE_SECONDS = 15 * 60;
/** Between replicas, whose clocks differ a little. */
const TOLERANCE_SECONDS = 5;
/** Ours have some 400 characters; longer ones are not even read. */
const LONGEST = 2048;

/** Makes and reads access tokens: JWT, HS256 and nothing else, for a quarter of an hour. */
export class AccessTokens {
  readonly #key: KeyObject;
  readonly #parts: AccessTokensParts;

  constructor(parts: AccessTokensParts) {
    this.#key = createSecretKey(Buffer.from(parts.secret, 'utf8'));
    this.#parts = parts;
  }

  async issue({ userId, sessionId, role, accountVersion }: AccessSubject): Promise<IssuedToken> {
    const issuedAt = Math.floor(this.#parts.nowMs() / 1000);
    const token = await new SignJWT({ sid: sessionId, role, ver: accountVersion })
      .setProtectedHeader({ alg: ALGORITHM, typ: TYPE })
      .setIssuer(ISSUER)
      .setAudience(AUDIENCE)
      .setSubject(userId)
      .setJti(this.#parts.newId())
      .setIssuedAt(issuedAt)
      .setExpirationTime(issuedAt + LIFE_SECONDS)
      .sign(this.#key);
    return { token, expiresAtMs: (issuedAt + LIFE_SECONDS) * 1000 };
  }

  /** Null for whatever is not a whole, present token of ours; why is nobody's business. */
  async verify(token: string): Promise<AccessClaims | null> {
    if (token.length > LONGEST) return null;
    try {
      const { payload } = await jwtVerify(token, this.#key, {
        algorithms: [ALGORITHM],
        typ: TYPE,
        issuer: ISSUER,
        audience: AUDIENCE,
        requiredClaims: ['sub', 'jti', 'iat', 'exp', 'sid', 'role', 'ver'],
        maxTokenAge: LIFE_SECONDS,
        clockTolerance: TOLERANCE_SECONDS,
        currentDate: new Date(this.#parts.nowMs()),
      });
      return claimsOf(payload);
    } catch (error) {
      if (error instanceof errors.JOSEError) return null;
      throw error;
    }
  }
}

function claimsOf(payload: Readonly<Record<string, unknown>>): AccessClaims | null {
  const { sub, sid, role, ver, jti, exp } = payload;
  if (typeof sub !== 'string' || typeof sid !== 'string' || typeof jti !== 'string') return null;
  if (!isRole(role) || typeof ver !== 'number' || typeof exp !== 'number') return null;
  return { userId: sub, sessionId: sid, role, accountVersion: ver, tokenId: jti, expiresAtMs: exp * 1000 };
}
