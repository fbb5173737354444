import { ConfigError } from '../../config/config-error.ts';
import { normaliseSecret } from '../../config/normalise-secret.ts';
import type { ProviderConfig } from '../../config/schema/gateway-config-schema.ts';
import type { CompiledProvider } from '../../config/snapshot.ts';
import type { Preset } from '../../domain/preset.ts';
import type { ProtocolName } from '../../domain/protocol.ts';
import { isPrivateHost } from '../../lib/network-address.ts';
import type { ProbeTarget } from '../../ports/upstream-probe.ts';
import type { ControlServices } from '../control-services.ts';
import { spokenAddress } from '../import/spoken-address.ts';
import type { FieldProblem } from '../operation-error.ts';
import { problemsOfProvider, refuseFields } from './refuse-fields.ts';

/** A provider that is asked before it is saved, with a secret of its own. */
export interface UnsavedProvider extends Pick<
  ProviderConfig,
  'preset' | 'protocols' | 'auth' | 'headers' | 'query' | 'allowPrivateNetwork' | 'verifyTls'
> {
  /** In place of `protocols`, as LLM Gateway writes it. */
  readonly baseUrl?: string;
  /** In place of `secret`, as LLM Gateway writes it. */
  readonly apiKey?: string;
  readonly secret?: string;
}

const ID = 'unsaved';

/**
 * Compiles it like one that is saved, except that an address of the own network has to be allowed in so many words.
 * @throws {OperationError} `invalid_field`, with the fields as they were written.
 */
export function targetOfUnsaved(
  unsaved: UnsavedProvider,
  { presets, compileProbeTarget }: Pick<ControlServices, 'presets' | 'compileProbeTarget'>,
): ProbeTarget<CompiledProvider> {
  const { baseUrl, apiKey, secret: written, protocols, ...fields } = unsaved;
  if (baseUrl !== undefined && protocols !== undefined)
    throw refuseFields([{ path: 'baseUrl', message: 'says the same as protocols: give one of them' }]);
  if (apiKey !== undefined && written !== undefined) throw refuseFields([{ path: 'apiKey', message: 'says the same as secret: give one of them' }]);
  const secret = normaliseSecret(apiKey ?? written ?? '');
  const preset = presets.get(fields.preset ?? '');
  const address = baseUrl === undefined ? { protocols } : addressOf(baseUrl.trim(), fields.preset, preset, presets);
  const config: ProviderConfig = {
    id: ID,
    ...fields,
    ...(address.protocols === undefined ? {} : { protocols: address.protocols }),
    ...('preset' in address ? { preset: address.preset } : {}),
    allowPrivateNetwork: fields.allowPrivateNetwork ?? preset?.local === true,
    ...(secret === '' ? {} : { keys: [{ id: ID, secret }] }),
  };
  const nameOf = (path: string): string => writtenName(path, baseUrl !== undefined, apiKey !== undefined);
  const provider = compiled(config, compileProbeTarget, nameOf);
  if (!provider.allowPrivateNetwork) refuseOwnNetwork(provider, nameOf);
  return { provider, secret: secret === '' ? null : secret };
}

function addressOf(
  baseUrl: string,
  presetId: string | undefined,
  preset: Preset | undefined,
  presets: ControlServices['presets'],
): Pick<ProviderConfig, 'preset' | 'protocols'> {
  if (presetId !== undefined) return { protocols: { [mainProtocolOf(preset)]: baseUrl } };
  const spoken = spokenAddress({ openai: baseUrl }, presets);
  if (typeof spoken === 'string') throw refuseFields([{ path: 'baseUrl', message: spoken }]);
  return { preset: spoken.preset, protocols: spoken.protocols };
}

function mainProtocolOf(preset: Preset | undefined): ProtocolName {
  const [first = 'openai-chat'] = Object.keys(preset?.protocols ?? {}) as ProtocolName[];
  return preset?.translateTo ?? first;
}

function compiled(config: ProviderConfig, compile: ControlServices['compileProbeTarget'], nameOf: (path: string) => string): CompiledProvider {
  try {
    return compile(config);
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    throw refuseFields(onlyOnce(problemsOfProvider(error).map(({ path, message }) => ({ path: nameOf(path), message }))));
  }
}

/** One address may stand for several protocols; it is told once. */
function onlyOnce(problems: readonly FieldProblem[]): readonly FieldProblem[] {
  return [...new Map(problems.map((problem) => [`${problem.path}\n${problem.message}`, problem])).values()];
}

function refuseOwnNetwork(provider: CompiledProvider, nameOf: (path: string) => string): void {
  for (const [protocol, { origin }] of provider.protocols) {
    if (!isOwnNetwork(new URL(origin).hostname)) continue;
    const message = 'leads into the own network; send allowPrivateNetwork: true if that is meant';
    throw refuseFields([{ path: nameOf(`protocols.${protocol}`), message }]);
  }
}

/** Names without a dot are of the own network too. */
function isOwnNetwork(host: string): boolean {
  return isPrivateHost(host) || !/[.:]/u.test(host.replace(/\.$/u, ''));
}

function writtenName(path: string, isBaseUrl: boolean, isApiKey: boolean): string {
  if (isBaseUrl && path.startsWith('protocols')) return 'baseUrl';
  if (path.startsWith('keys')) return isApiKey ? 'apiKey' : 'secret';
  return path;
}
