import type { Failure } from '../../domain/failure.ts';
import type { Lease } from '../key-pool/lease.ts';
import { TokenFailure } from '../upstream/sign/token-failure.ts';
import type { AttemptOutcome } from './attempt-outcome.ts';
import type { Exchange } from './exchange.ts';
import type { Proof } from './finish-request.ts';
import type { GatewayContext } from './gateway-context.ts';

/** With what the lease's key is proved to the upstream; null: it must be fetched first. */
export function proofAtHand(context: GatewayContext, exchange: Exchange, lease: Lease): Proof | null {
  const auth = authOf(exchange, lease);
  if (auth.in === 'header' || auth.in === 'query') return { auth, text: lease.key.secret };
  const text = context.signer.proofAtHand(lease.target.provider, auth, lease.key.secret);
  return text === null ? null : { auth, text };
}

/** Waits for the proof; a failure to get one is the key's. */
export async function fetchProof(context: GatewayContext, exchange: Exchange, lease: Lease): Promise<Proof | AttemptOutcome> {
  const auth = authOf(exchange, lease);
  try {
    return { auth, text: await context.signer.fetchProof(lease.target.provider, auth, lease.key.secret) };
  } catch (error) {
    if (!(error instanceof TokenFailure)) throw error;
    const failure: Failure = {
      kind: error.kind,
      scope: error.kind === 'transport' ? 'provider' : 'key',
      status: error.status,
      reason: error.message,
    };
    return { kind: 'failed', failure, answer: null };
  }
}

/** The upstream did not take the proof: it is not used again. True: there can be another for the same key. */
export function proofRefused(context: GatewayContext, lease: Lease, proof: Proof): boolean {
  return context.signer.refused(proof.auth, lease.key.secret, proof.text);
}

function authOf(exchange: Exchange, { target }: Lease): Proof['auth'] {
  const base = target.via ?? exchange.match.base;
  return (base === null ? undefined : target.provider.authByProtocol[base]) ?? target.provider.auth;
}
