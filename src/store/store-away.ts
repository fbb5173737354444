import { reasonOf } from './reason-of.ts';

/**
 * The database could not do what it was asked, and may be able to a moment later: it is away, went away meanwhile, did not answer in time, is
 * locked or full. What was asked may be done or not. The driver's own codes are kept.
 */
export class StoreAway extends Error {
  override readonly name = 'StoreAway';

  constructor(cause: unknown) {
    super(reasonOf(cause), { cause });
    if (!(cause instanceof Error)) return;
    for (const name of ['code', 'errcode'] as const)
      if (name in cause) Object.assign(this, { [name]: (cause as unknown as Record<string, unknown>)[name] });
  }
}
