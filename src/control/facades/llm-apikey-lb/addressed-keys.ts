import { kindOfProvider } from '../../../config/kind-of-provider.ts';
import { normaliseSecret } from '../../../config/normalise-secret.ts';
import { presetOfAddress } from '../../../config/preset-of-address.ts';
import type { ProviderConfig } from '../../../config/schema/gateway-config-schema.ts';
import { slugsFrom } from '../../../config/slug.ts';
import type { ConfigDraft } from '../../config/config-draft.ts';
import type { Changed, ChangeReason } from '../../config/config-service.ts';
import type { ControlServices } from '../../control-services.ts';
import { OperationError } from '../../operation-error.ts';
import { patchBody } from '../../operations/patch-body.ts';
import { addKey } from '../../operations/provider-keys.ts';
import { addProvider, keysOf } from '../../operations/providers.ts';
import { keyIdOf } from '../key-id.ts';
import { addressOf, isSameAddress, openaiProtocols, presetOf } from '../openai-address.ts';

type Body = Readonly<Record<string, unknown>>;

/** Where keys are sent that speak as OpenAI does. */
export interface KeyAddress {
  readonly preset: string;
  readonly base: string;
}

/** What to change of a key; `fields` as those of a provider key, null takes one away. */
export interface AddressedPatch extends Partial<KeyAddress> {
  /** Empty: the one that is there. */
  readonly secret: string;
  readonly fields: Body;
}

/** Keys that know their address themselves: those of one vendor and one address are the pool of one provider. */
export class AddressedKeys {
  readonly #services: Pick<ControlServices, 'config' | 'presets'>;

  constructor(services: Pick<ControlServices, 'config' | 'presets'>) {
    this.#services = services;
  }

  /** Adds a key to the pool of its address, which is made when it is the first; gives its id. */
  create(reason: ChangeReason, address: KeyAddress, secret: string, fields: Body): Promise<Changed<string>> {
    return this.#services.config.change(reason, (draft) => {
      const provider = this.#poolOf(draft, address);
      return keyIdOf(provider, addKey(draft, provider, { ...fields, secret }));
    });
  }

  /**
   * Gives the key's id, which is another one when it left a pool that it shared.
   * @throws {OperationError} `secret_required` when its address changes and its secret is not given.
   */
  update(reason: ChangeReason, provider: string, key: string, patch: AddressedPatch): Promise<Changed<string>> {
    return this.#services.config.change(reason, (draft) => {
      const known = draft.require('provider-key', `${provider}/${key}`);
      const secret = normaliseSecret(patch.secret);
      const body = patchBody(known.body, secret === '' ? patch.fields : { ...patch.fields, secret });
      const address = this.#newAddress(draft, provider, patch);
      if (address === null) {
        draft.replace('provider-key', known.id, body);
        if (secret !== '') draft.markEntered(known.id);
        return keyIdOf(provider, key);
      }
      if (secret === '') throw new OperationError('secret_required', 'The address of the key changes: give its secret again.');
      return this.#move(draft, { provider, key, body }, address);
    });
  }

  /** Null: it stays where it is. */
  #newAddress(draft: ConfigDraft, provider: string, { preset, base }: AddressedPatch): KeyAddress | null {
    const { presets } = this.#services;
    const { body } = draft.require('provider', provider);
    const now = { preset: presetOf(body), base: addressOf(body, presets) };
    const next = { preset: preset ?? now.preset, base: base ?? now.base };
    return next.preset === now.preset && isSameAddress(next.base, now.base, next.preset, presets) ? null : next;
  }

  /** A key that is alone takes its provider along. */
  #move(draft: ConfigDraft, { provider, key, body }: { provider: string; key: string; body: Body }, address: KeyAddress): string {
    const keyId = `${provider}/${key}`;
    if (keysOf(draft, provider).length === 1) {
      const before = draft.require('provider', provider).body;
      draft.replace('provider', provider, { ...before, preset: address.preset, protocols: this.#protocolsOf(address) });
      draft.replace('provider-key', keyId, body);
      draft.markEntered(keyId);
      return keyIdOf(provider, key);
    }
    draft.remove('provider-key', keyId);
    const target = this.#poolOf(draft, address);
    const { id: _id, ...fields } = body;
    return keyIdOf(target, addKey(draft, target, draft.find('provider-key', `${target}/${key}`) === undefined ? body : fields));
  }

  /** The provider of an address that takes any model, as keys without a list do. */
  #poolOf(draft: ConfigDraft, address: KeyAddress): string {
    const { presets } = this.#services;
    const pool = draft.list('provider').find(({ body }) => {
      const { models } = body as ProviderConfig;
      const isOpen = kindOfProvider(body as ProviderConfig) === 'llm' && (models === undefined || models.includes('*'));
      return isOpen && presetOf(body) === address.preset && isSameAddress(addressOf(body, presets), address.base, address.preset, presets);
    });
    if (pool !== undefined) return pool.id;
    const id = this.#freeId(draft, address);
    addProvider(draft, { id, preset: address.preset, protocols: this.#protocolsOf(address) });
    return id;
  }

  #protocolsOf({ preset, base }: KeyAddress): NonNullable<ProviderConfig['protocols']> {
    return openaiProtocols(preset, base, this.#services.presets);
  }

  /** Never the vendor's own name: `x-llm-provider` would then mean this provider alone, and not all of the vendor. */
  #freeId(draft: ConfigDraft, { preset, base }: KeyAddress): string {
    const { presets, config } = this.#services;
    const taken = [...draft.list('provider'), ...config.view().list('provider')].map(({ id }) => id);
    const name = presetOfAddress(base, presets) === preset ? `${preset}-main` : `${preset}-${new URL(base).host}`;
    return slugsFrom([...new Set(taken), name], 'provider').at(-1) ?? name;
  }
}
