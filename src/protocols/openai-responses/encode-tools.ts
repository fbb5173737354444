import type { CanonicalRequest, CanonicalTool } from '../../domain/canonical/canonical-request.ts';
import type { Drops } from '../../domain/canonical/drops.ts';
import type { ModelTraits } from '../../domain/model-traits.ts';
import { isObject } from '../../lib/json-reading.ts';
import type { WireTool, WireToolChoice } from './wire-types.ts';

/** Tools, flat. */
export function writeTools(request: CanonicalRequest, traits: ModelTraits, drops: Drops): readonly WireTool[] {
  if (request.tools.length === 0) return [];
  if (traits.lacks.has('tools')) {
    drops.add('tools');
    return [];
  }
  return request.tools.map((tool) => {
    if (tool.cacheMark === true) drops.add('cache-marks');
    return writeTool(tool);
  });
}

function writeTool(tool: CanonicalTool): WireTool {
  const description = tool.description === null ? {} : { description: tool.description };
  if (tool.kind === 'custom') {
    return { type: 'custom', name: tool.name, ...description, ...(isObject(tool.grammar) ? { format: flatGrammar(tool.grammar) } : {}) };
  }
  const parameters = tool.parameters ?? { type: 'object', properties: {} };
  // Said in any case: an absent `strict` is true here and makes every property required.
  return { type: 'function', name: tool.name, ...description, parameters, strict: tool.strict ?? false };
}

/** openai-chat puts the grammar one level deeper. */
function flatGrammar(format: Readonly<Record<string, unknown>>): unknown {
  return isObject(format['grammar']) ? { type: 'grammar', ...format['grammar'] } : format;
}

/** Null: nothing to say. */
export function writeToolChoice(request: CanonicalRequest, traits: ModelTraits, drops: Drops): WireToolChoice | null {
  const choice = request.toolChoice;
  if (choice === null || request.tools.length === 0 || traits.lacks.has('tools')) {
    if (choice !== null && isForced(choice) && traits.lacks.has('tools')) drops.add('forced-tool');
    return null;
  }
  const mayForce = traits.forcedTool && (traits.forcedToolWhileThinking || traits.thinking === null || request.reasoning?.isOn === false);
  if (isForced(choice) && !mayForce) {
    drops.add('forced-tool');
    return choice.type === 'allowed' ? { type: 'allowed_tools', mode: 'auto', tools: choice.names.map((name) => refer(name, request)) } : 'auto';
  }
  switch (choice.type) {
    case 'auto':
    case 'none':
    case 'required':
      return choice.type;
    case 'named':
      return refer(choice.name, request);
    case 'allowed': {
      const tools = choice.names.map((name) => refer(name, request));
      return { type: 'allowed_tools', mode: choice.isRequired ? 'required' : 'auto', tools };
    }
  }
}

function isForced(choice: NonNullable<CanonicalRequest['toolChoice']>): boolean {
  return choice.type === 'required' || choice.type === 'named' || (choice.type === 'allowed' && choice.isRequired);
}

function refer(name: string, request: CanonicalRequest): { readonly type: 'function' | 'custom'; readonly name: string } {
  return { type: request.tools.find((tool) => tool.name === name)?.kind ?? 'function', name };
}
