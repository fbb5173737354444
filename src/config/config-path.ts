import { mayBeShown } from './safe-quote.ts';

/** Where something stands in a configuration: `['providers', 0, 'keys', 1, 'weight']`. */
export type ConfigPath = readonly (string | number)[];

const PLAIN_NAME = /^[A-Za-z_][A-Za-z0-9_-]*$/u;

/** `providers[0].keys[1].weight`; names with other signs are quoted in brackets, and one that looks like a secret is not written out. */
export function formatPath(path: ConfigPath): string {
  let text = '';
  for (const step of path) {
    if (typeof step === 'number') text += `[${step}]`;
    else if (!mayBeShown(step)) text += '[…]';
    else if (PLAIN_NAME.test(step)) text += text === '' ? step : `.${step}`;
    else text += `[${JSON.stringify(step)}]`;
  }
  return text;
}
