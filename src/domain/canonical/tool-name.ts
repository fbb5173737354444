import type { CanonicalRequest, CanonicalTool } from './canonical-request.ts';
import type { CanonicalResponse } from './canonical-response.ts';
import { textFingerprint } from './text-fingerprint.ts';

/** Names of tools that a protocol's servers take. */
export const TOOL_NAMES = {
  openai: /^[a-zA-Z0-9_-]{1,64}$/u,
  anthropic: /^[a-zA-Z0-9_-]{1,128}$/u,
  gemini: /^[a-zA-Z_][a-zA-Z0-9_.:-]{0,127}$/u,
} as const;

/** Taken by all of them. */
const EVERYWHERE = /^[a-zA-Z_][a-zA-Z0-9_-]{0,63}$/u;

/** The name if it is legal, else another one that is legal everywhere: the same one always becomes the same, and two never become one. */
export function legalToolName(name: string, legal: RegExp): string {
  return legal.test(name) ? name : otherName(name);
}

function otherName(name: string): string {
  const clean = name.replaceAll(/[^a-zA-Z0-9_-]/gu, '_').slice(0, 40);
  return `${/^[a-zA-Z_]/u.test(clean) ? '' : '_'}${clean}_${textFingerprint(name)}`;
}

/** The client's own names of the tools in an answer, whatever the target had to be told in their place. */
export class ClientToolNames {
  /** By the name that a target may have been told. Empty for nearly every request. */
  readonly #names: ReadonlyMap<string, string>;

  constructor({ tools }: Pick<CanonicalRequest, 'tools'>) {
    this.#names = new Map(tools.filter(isRenamedSomewhere).map(({ name }) => [otherName(name), name]));
  }

  of(name: string): string {
    return this.#names.get(name) ?? name;
  }

  inResponse(response: CanonicalResponse): CanonicalResponse {
    if (this.#names.size === 0) return response;
    return {
      ...response,
      choices: response.choices.map((choice) => ({
        ...choice,
        parts: choice.parts.map((part) => (part.type === 'tool-call' ? { ...part, name: this.of(part.name) } : part)),
      })),
    };
  }
}

function isRenamedSomewhere({ name }: CanonicalTool): boolean {
  return !EVERYWHERE.test(name);
}
