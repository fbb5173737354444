import type { ProviderConfig } from '../../config/schema/gateway-config-schema.ts';
import type { PresetCatalogue } from '../../domain/preset.ts';
import type { ImportNotes } from './import-notes.ts';
import { textOf } from './old-values.ts';
import { quoteOldName } from './quote-old-name.ts';
import { type RotatorConfig, rotatorKeys, type RotatorKey } from './rotator-keys.ts';
import { type OldDialect, spokenAddress } from './spoken-address.ts';

interface Format {
  readonly dialect: OldDialect;
  /** The header that its keys go in when nothing is written, in lower case. */
  readonly header: string;
  /** What `output_format` calls the same. */
  readonly output: readonly string[];
}

const FORMATS: Readonly<Record<string, Format>> = {
  openai_compatible: { dialect: 'openai', header: 'authorization', output: ['openai', 'openai_responses'] },
  anthropic_native: { dialect: 'anthropic', header: 'x-api-key', output: ['anthropic'] },
  gemini_native: { dialect: 'google', header: 'x-goog-api-key', output: ['gemini'] },
};
const NAME = /^[!#$%&'*+.^_`|~0-9A-Za-z-]{1,128}$/u;

/** A config of the type LLM: a service of models under `/llm/{slug}`. A text says why it cannot be used. */
export function modelServiceOfRotator(
  config: RotatorConfig,
  pool: readonly RotatorKey[],
  presets: PresetCatalogue,
  notes: ImportNotes,
): Omit<ProviderConfig, 'id'> | string {
  const { row, where } = config;
  const name = textOf(row['api_format']) || 'openai_compatible';
  const format = Object.hasOwn(FORMATS, name) ? FORMATS[name] : undefined;
  if (format === undefined) return `its API format ${quoteOldName(name)} is not known`;
  const base = textOf(row['target_base_url']);
  if (base === '') return 'it has no base URL';
  const spoken = spokenAddress({ [format.dialect]: base }, presets);
  if (typeof spoken === 'string') return `its base URL ${spoken}`;
  if (spoken.isExtended) notes.changed('field', where, 'the base URL gets the version behind it that its clients wrote into their paths');
  noteOthers(config, format, notes);
  const auth = authOf(config, format);
  const { scheme, keys } = rotatorKeys(pool, auth?.in !== 'query', where, notes);
  return {
    preset: spoken.preset,
    protocols: spoken.protocols,
    ...(auth === null ? {} : { auth: { ...auth, ...(scheme === null ? {} : { scheme }) } }),
    keys,
  };
}

/** Null: as the protocol has it. */
function authOf({ row }: RotatorConfig, { header }: Format): { readonly in: 'header' | 'query'; readonly name: string } | null {
  const name = textOf(row['api_key_name']);
  const isQuery = textOf(row['api_key_location']).toLowerCase() === 'query';
  if (!NAME.test(name) || (!isQuery && name.toLowerCase() === header)) return null;
  return { in: isQuery ? 'query' : 'header', name };
}

function noteOthers({ row, where }: RotatorConfig, format: Format, notes: ImportNotes): void {
  const output = textOf(row['output_format']);
  if (output !== '' && output !== 'none' && !format.output.includes(output))
    notes.told(
      where,
      `answers were converted to ${quoteOldName(output)}; here a request in any protocol is translated by itself, so nothing is to be set`,
    );
  for (const column of ['method', 'target_url'])
    if (textOf(row[column]) !== '') notes.leftOut('field', where, `${column} means nothing for its type; left out`);
}
