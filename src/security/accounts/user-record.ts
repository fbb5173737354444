import type { Role } from '../roles/role.ts';

/** A person who may sign in to the administration. Times are epoch ms. */
export interface UserRecord {
  /** UUID. */
  readonly id: string;
  /** As its owner writes it; 3 to 32 letters, digits, dots, hyphens and underscores. Unique whatever the case. */
  readonly name: string;
  readonly role: Role;
  readonly isEnabled: boolean;
  /** Goes up by one with each change of password, role, second factor or state: older sessions end. */
  readonly version: number;
  /** PHC string; null: signs in through an identity provider only. */
  readonly passwordHash: string | null;
  /** Issuer and subject of the identity provider, joined by a space; null: none. Unique. */
  readonly identity: string | null;
  readonly secondFactor: SecondFactor | null;
  readonly createdAtMs: number;
  readonly lastLoginAtMs: number | null;
}

export interface SecondFactor {
  /** The TOTP secret, sealed for `users`, the user's id, `totp_secret`. */
  readonly sealedSecret: string;
  /** False until the first right code: a factor that was never tried locks nobody out. */
  readonly isConfirmed: boolean;
  /** Step of the last code that was taken; null before the first. */
  readonly lastStep: number | null;
  /** SHA-256 of the recovery codes that are left. */
  readonly recoveryHashes: readonly string[];
}
