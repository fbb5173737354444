import type { SecondFactor, UserRecord } from '../../security/accounts/user-record.ts';
import type { UserStore } from '../../security/accounts/user-store.ts';
import type { SealPurpose } from '../../security/sealing/secret-sealer.ts';
import { spendRecoveryCode } from '../../security/second-factor/recovery-codes.ts';
import { generateTotpSecret, otpauthUrl, verifyTotp } from '../../security/second-factor/totp.ts';
import { OperationError } from '../operation-error.ts';
import type { SecretBox } from './secret-box.ts';

export interface SecondFactorsParts {
  readonly users: UserStore;
  /** Null: no master key, so no secret can be kept. */
  readonly sealer: SecretBox | null;
  readonly nowMs: () => number;
}

/** A secret for an authenticator app, shown once. */
export interface NewSecondFactor {
  readonly factor: SecondFactor;
  readonly secret: string;
  readonly otpauthUrl: string;
}

/** Codes of authenticator apps and recovery codes, each good for one use. */
export class SecondFactors {
  readonly #parts: SecondFactorsParts;

  constructor(parts: SecondFactorsParts) {
    this.#parts = parts;
  }

  /** A factor that asks nothing before its first right code. @throws {OperationError} `unavailable`. */
  async make(user: UserRecord): Promise<NewSecondFactor> {
    const secret = generateTotpSecret();
    const sealedSecret = await this.#sealer().seal(secret, purposeOf(user));
    const factor: SecondFactor = { sealedSecret, isConfirmed: false, lastStep: null, recoveryHashes: [] };
    return { factor, secret, otpauthUrl: otpauthUrl(secret, user.name) };
  }

  /**
   * Takes a code of the app: the step that it belonged to. Null: wrong, or taken before.
   * @throws {OperationError} `unavailable`.
   */
  async takeAppCode(user: UserRecord, factor: SecondFactor, code: string): Promise<number | null> {
    const secret = await this.#sealer().open(factor.sealedSecret, purposeOf(user));
    const step = verifyTotp(code, { secret, lastStep: factor.lastStep }, this.#parts.nowMs());
    return step !== null && (await this.#parts.users.takeTotpStep(user.id, step)) ? step : null;
  }

  /** Takes a code of the app or a recovery code. @throws {OperationError} `unavailable`. */
  async takeCode(user: UserRecord, factor: SecondFactor, code: string): Promise<boolean> {
    if (/^\s*(?:\d\s*){6}$/u.test(code)) return (await this.takeAppCode(user, factor, code)) !== null;
    const left = spendRecoveryCode(code, factor.recoveryHashes);
    return left !== null && this.#parts.users.spendRecoveryCode(user.id, factor.recoveryHashes, left);
  }

  #sealer(): SecretBox {
    const { sealer } = this.#parts;
    if (sealer !== null) return sealer;
    throw new OperationError('unavailable', 'Second factors need a master key, with which their secrets are sealed; set HEADGATE_MASTER_KEY.');
  }
}

function purposeOf(user: UserRecord): SealPurpose {
  return { table: 'users', row: user.id, column: 'totp_secret' };
}
