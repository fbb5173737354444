import type { BootstrapConfig } from '../../config/bootstrap-config.ts';
import { compileSnapshot } from '../../config/compile-snapshot.ts';
import { validateConfig } from '../../config/validate-config.ts';
import type { ControlServices } from '../../control/control-services.ts';
import { traitsOf } from '../../presets/model-traits.ts';
import { PRESETS } from '../../presets/presets.ts';
import { hashToken } from '../../security/hash-token.ts';

const SOURCE = 'the request';

/** Compiles a provider that stands in no configuration, on the way that configurations take. */
export function compileProbeTargets(
  { httpsProxy, noProxy }: Pick<BootstrapConfig, 'httpsProxy' | 'noProxy'>,
  prices: ControlServices['prices'],
): ControlServices['compileProbeTarget'] {
  const outgoingProxy = httpsProxy === null ? null : { url: httpsProxy, except: noProxy };
  const context = { presets: PRESETS, prices, traits: traitsOf, revision: 0, source: SOURCE, hashSecret: hashToken, outgoingProxy };
  return (provider) => {
    const config = validateConfig({ providers: [provider] }, { presets: PRESETS, source: SOURCE, locate: () => null });
    const [compiled] = compileSnapshot(config, context).providers;
    if (compiled === undefined) throw new Error('A configuration of one provider compiled into none.');
    return compiled;
  };
}
