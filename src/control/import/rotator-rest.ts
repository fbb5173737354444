import { problemOfBaseUrl } from '../../config/base-url.ts';
import type { ProviderConfig } from '../../config/schema/gateway-config-schema.ts';
import type { ForeignRow } from '../../store/foreign/foreign-data.ts';
import type { ImportNotes } from './import-notes.ts';
import { textOf } from './old-values.ts';
import { type RotatorConfig, rotatorKeys, type RotatorKey } from './rotator-keys.ts';

type Method = NonNullable<NonNullable<ProviderConfig['rest']>['methods']>[number];

const METHODS: ReadonlySet<string> = new Set(['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS']);
const NAME = /^[!#$%&'*+.^_`|~0-9A-Za-z-]{1,128}$/u;

/** A config of the type GENERIC: one REST address with one method. A text says why it cannot be used. */
export function restOfRotator(config: RotatorConfig, pool: readonly RotatorKey[], notes: ImportNotes): Omit<ProviderConfig, 'id'> | string {
  const { row, where } = config;
  const method = textOf(row['method']).toUpperCase();
  if (!METHODS.has(method)) return 'it names no method that is known';
  const [targetUrl = '', query] = textOf(row['target_url']).split('?', 2);
  if (targetUrl === '') return 'it has no target URL';
  const problem = problemOfBaseUrl(targetUrl);
  if (problem !== null) return `its target URL ${problem}`;
  if (query !== undefined && query !== '')
    notes.leftOut('field', where, 'the query of its target URL is left out; clients have to send it themselves');
  const name = textOf(row['api_key_name']);
  if (!NAME.test(name)) return 'it does not say in which header or parameter its key goes';
  const isQuery = textOf(row['api_key_location']).toLowerCase() === 'query';
  noteUnused(row, ['target_base_url', 'api_format', 'output_format'], where, notes);
  const { scheme, keys } = rotatorKeys(pool, !isQuery, where, notes);
  return {
    kind: 'rest',
    rest: { targetUrl, methods: [method as Method] },
    auth: { in: isQuery ? 'query' : 'header', name, ...(scheme === null ? {} : { scheme }) },
    keys,
  };
}

/** Fields of the other type say nothing; their defaults are no loss. */
function noteUnused(row: ForeignRow, columns: readonly string[], where: string, notes: ImportNotes): void {
  for (const column of columns) {
    const value = textOf(row[column]);
    if (value !== '' && value !== 'none' && value !== 'openai_compatible')
      notes.leftOut('field', where, `${column} means nothing for its type; left out`);
  }
}
