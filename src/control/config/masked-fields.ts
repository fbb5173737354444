import { MASK } from '../../security/audit/mask-text.ts';

type Body = Readonly<Record<string, unknown>>;

/** Fields of a provider whose values may be secret: names are shown, values are not. */
const MAPS = ['headers', 'query'] as const;

/** A provider's body fit to be shown: values of constant headers and parameters masked, and credentials of its proxy. */
export function maskProvider(body: Body): Body {
  const shown: Record<string, unknown> = { ...body };
  for (const field of MAPS) {
    const values = body[field];
    if (typeof values === 'object' && values !== null) shown[field] = Object.fromEntries(Object.keys(values).map((name) => [name, MASK]));
  }
  if (typeof body['proxyUrl'] === 'string' && hasCredentials(body['proxyUrl'])) shown['proxyUrl'] = MASK;
  return shown;
}

/** Takes masks that come back as what they stood for, so that a form can be sent as it was shown. */
export function unmaskProvider(patch: Body, before: Body): Body {
  const meant: Record<string, unknown> = { ...patch };
  for (const field of MAPS) {
    const values = patch[field];
    if (typeof values !== 'object' || values === null) continue;
    const known = (before[field] ?? {}) as Body;
    meant[field] = Object.fromEntries(Object.entries(values).map(([name, value]) => [name, value === MASK ? (known[name] ?? value) : value]));
  }
  if (patch['proxyUrl'] === MASK) meant['proxyUrl'] = before['proxyUrl'];
  return meant;
}

/** Values that a patch gives, and does not only send back as masks: `headers.x-team`. */
export function enteredValues(patch: Body): readonly string[] {
  return MAPS.flatMap((field) => {
    const values = patch[field];
    if (typeof values !== 'object' || values === null) return [];
    return Object.entries(values).flatMap(([name, value]) => (value === MASK ? [] : [`${field}.${name}`]));
  });
}

function hasCredentials(url: string): boolean {
  if (!URL.canParse(url)) return true;
  const { username, password } = new URL(url);
  return username !== '' || password !== '';
}
