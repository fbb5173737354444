import type { BootstrapConfig } from '../../config/bootstrap-config.ts';
import { SealError } from '../../security/sealing/seal-error.ts';
import { StoreAway } from '../../store/store-away.ts';
import { StoreError } from '../../store/store-error.ts';
import { openControlStore, type ControlStore } from '../control/open-control-store.ts';
import { untilBack } from './until-back.ts';

/** @throws {StoreError | SealError} What a person has to put right. @throws {StoreAway} for everything else. */
async function openStoreNow(bootstrap: BootstrapConfig): Promise<ControlStore> {
  try {
    return await openControlStore(bootstrap);
  } catch (error) {
    if (error instanceof StoreError || error instanceof SealError || error instanceof StoreAway) throw error;
    throw new StoreAway(error);
  }
}

/** Opens the database and works on it; it is closed when that fails. @throws as {@link openStoreNow}, and whatever the work throws. */
export async function openStoreFor<Result>(bootstrap: BootstrapConfig, work: (store: ControlStore) => Promise<Result>): Promise<Result> {
  const store = await openStoreNow(bootstrap);
  try {
    return await work(store);
  } catch (error) {
    await store.close().catch(() => undefined);
    throw error;
  }
}

/** Opens the database as soon as it can be opened. @throws {StoreError | SealError}, and whatever aborts the signal. */
export function openWhenBack(bootstrap: BootstrapConfig, signal: AbortSignal): Promise<ControlStore> {
  return untilBack(() => openStoreNow(bootstrap), signal);
}
