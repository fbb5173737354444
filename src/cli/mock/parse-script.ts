import type { MockQuota, MockRule, MockScript } from './mock-rule.ts';

const RULE_FIELDS: Readonly<Record<string, string>> = {
  match: 'object',
  times: 'number',
  status: 'number',
  headers: 'object',
  retryAfterSeconds: 'number',
  retryAfterDateSeconds: 'number',
  body: 'string or object',
  text: 'string',
  toolCalls: 'object',
  thinking: 'string',
  streamError: 'object',
  strict: 'boolean',
  usage: 'object',
  omitUsage: 'boolean',
  delayMs: 'number',
  firstByteDelayMs: 'number',
  chunks: 'number',
  intervalMs: 'number',
  cutAfterBytes: 'number',
  cutWith: 'string',
  hang: 'boolean',
  refuse: 'boolean',
  contentEncoding: 'string',
  trickle: 'object',
  raw: 'string or object',
  rawBase64: 'string',
  writeSizes: 'object',
  rawHttp: 'string',
  redirect: 'string',
  early: 'boolean',
  informational: 'object',
  endless: 'boolean',
  comments: 'number',
  commentsOnly: 'boolean',
};
const MATCH_FIELDS: Readonly<Record<string, string>> = {
  key: 'string or object',
  model: 'string',
  path: 'string',
  method: 'string',
  nth: 'number or object',
};
const QUOTA_FIELDS: Readonly<Record<string, string>> = { requestsPerMinute: 'number', windowSeconds: 'number' };

/** Checks a script that came as data. Throws a sentence with the path of the first field that is wrong. */
export function parseScript(value: unknown): MockScript {
  const script = checkFields(value, 'the script', { strict: 'boolean', rules: 'object', quotas: 'object' });
  const rules = script['rules'] ?? [];
  if (!Array.isArray(rules)) throw new Error('rules must be a list.');
  rules.forEach((rule: unknown, index) => {
    const fields = checkFields(rule, `rules[${index}]`, RULE_FIELDS);
    if (fields['match'] === undefined) return;
    const match = checkFields(fields['match'], `rules[${index}].match`, MATCH_FIELDS);
    if (typeof match['path'] === 'string') checkPattern(match['path'], `rules[${index}].match.path`);
  });
  const quotas = checkFields(script['quotas'] ?? {}, 'quotas', null);
  for (const [key, quota] of Object.entries(quotas)) {
    const fields = checkFields(quota, `quotas.${key}`, QUOTA_FIELDS);
    if (fields['requestsPerMinute'] === undefined) throw new Error(`quotas.${key} needs requestsPerMinute.`);
  }
  return { strict: script['strict'] === true, rules: rules as readonly MockRule[], quotas: quotas as Readonly<Record<string, MockQuota>> };
}

function checkFields(value: unknown, path: string, known: Readonly<Record<string, string>> | null): Readonly<Record<string, unknown>> {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw new Error(`${path} must be an object.`);
  for (const [name, field] of Object.entries(value)) {
    if (known === null) continue;
    const types = known[name];
    if (types === undefined) throw new Error(`${path} has the unknown field ${name}; known are ${Object.keys(known).join(', ')}.`);
    if (!types.split(' or ').includes(typeof field)) throw new Error(`${path}.${name} must be ${types}.`);
  }
  return value as Readonly<Record<string, unknown>>;
}

function checkPattern(source: string, path: string): void {
  try {
    new RegExp(source);
  } catch {
    throw new Error(`${path} is no regular expression.`);
  }
}
