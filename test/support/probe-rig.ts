import type { MockRule } from '../../src/cli/mock/mock-rule.ts';
import type { MockUpstream } from '../../src/cli/mock/mock-upstream.ts';
import { startMockUpstream } from '../../src/cli/mock/start-mock-upstream.ts';
import type { BaseUrl, CompiledProvider } from '../../src/config/snapshot.ts';
import type { ProtocolName } from '../../src/domain/protocol.ts';
import { LiveUpstreamProbe, type UpstreamProbeParts } from '../../src/gateway/upstream/probe/live-upstream-probe.ts';
import { GoogleTokens } from '../../src/gateway/upstream/sign/google-tokens.ts';
import { postForm } from '../../src/gateway/upstream/sign/post-form.ts';
import { RequestSigner } from '../../src/gateway/upstream/sign/request-signer.ts';
import { UpstreamPools } from '../../src/gateway/upstream/upstream-pools.ts';
import { systemClock } from '../../src/lib/system-clock.ts';
import type { KeyTest, ModelListing } from '../../src/ports/upstream-probe.ts';
import { AUTH_SCHEMES } from '../../src/presets/auth-schemes.ts';
import { aProvider, aSnapshot } from './snapshot-literals.ts';

/** The secret that goes out unless a test brings another. */
export const PROBE_SECRET = 'sk-probe-Zq7Lw9xT2mVb4Kd8';
export const NEVER_ABORTED = new AbortController().signal;

type Changes = NonNullable<Parameters<typeof aProvider>[1]> & { readonly base?: string };

/** The upstream probe before a mock upstream, with real connections. */
export class ProbeRig {
  readonly mock: MockUpstream;
  readonly upstreams = new UpstreamPools();

  private constructor(mock: MockUpstream) {
    this.mock = mock;
  }

  static async start(): Promise<ProbeRig> {
    return new ProbeRig(await startMockUpstream());
  }

  /** A provider at the mock upstream. */
  provider(speaks: readonly ProtocolName[] = ['openai-chat'], { base = this.mock.origin, ...changes }: Changes = {}): CompiledProvider {
    const path = (protocol: ProtocolName): string => (protocol === 'gemini-generate' ? '/v1beta' : '/v1');
    const protocols = new Map(speaks.map((protocol) => [protocol, baseUrl(`${base}${path(protocol)}`)]));
    const authByProtocol = { 'anthropic-messages': AUTH_SCHEMES.anthropic, 'gemini-generate': AUTH_SCHEMES.gemini };
    return { ...aProvider('p', { authByProtocol, ...changes }), protocols };
  }

  probe(parts: Partial<UpstreamProbeParts> = {}): LiveUpstreamProbe {
    const { upstreams } = this;
    const tokens = new GoogleTokens(
      (provider, url, form) => postForm(upstreams.dispatcher(provider, new URL(url).origin), url, form),
      systemClock.nowMs,
      () => {},
    );
    const signer = new RequestSigner(tokens, systemClock.nowMs);
    return new LiveUpstreamProbe({ currentSnapshot: () => aSnapshot([]), upstreams, signer, clock: systemClock, redact: (text) => text, ...parts });
  }

  list(provider: CompiledProvider, parts?: Partial<UpstreamProbeParts>, secret: string | null = PROBE_SECRET): Promise<ModelListing> {
    return this.probe(parts).listModels({ provider, secret }, NEVER_ABORTED);
  }

  testKey(provider: CompiledProvider, secret: string | null = PROBE_SECRET): Promise<KeyTest> {
    return this.probe().testKey({ provider, secret }, NEVER_ABORTED);
  }

  /** What the mock does with everything. */
  play(...rules: readonly MockRule[]): void {
    this.mock.script({ rules });
  }

  async close(): Promise<void> {
    await this.upstreams.destroy();
    await this.mock.close();
  }
}

export function baseUrl(href: string): BaseUrl {
  const { origin, pathname } = new URL(href);
  return { origin, path: pathname.replace(/\/$/u, ''), href };
}
