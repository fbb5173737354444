import type { CanonicalRequest, CanonicalTool } from '../../domain/canonical/canonical-request.ts';
import type { Drops } from '../../domain/canonical/drops.ts';
import { legalToolName, TOOL_NAMES } from '../../domain/canonical/tool-name.ts';
import type { ModelTraits } from '../../domain/model-traits.ts';
import { isObject } from '../../lib/json-reading.ts';
import { closeEmptySchema, isStrictSchema } from '../openai-strict-schema.ts';
import type { WireTool, WireToolChoice } from './wire-types.ts';

/** Tools, flat. */
export function writeTools(request: CanonicalRequest, traits: ModelTraits, drops: Drops): readonly WireTool[] {
  if (request.tools.length === 0) return [];
  if (traits.lacks.has('tools')) {
    drops.add('tools');
    if (request.tools.some(({ strict }) => strict === true)) drops.add('strict-tools');
    return [];
  }
  return request.tools.map((tool) => {
    if (tool.cacheMark === true) drops.add('cache-marks');
    return writeTool(tool, drops);
  });
}

function writeTool(tool: CanonicalTool, drops: Drops): WireTool {
  const name = legalToolName(tool.name, TOOL_NAMES.openai);
  const description = tool.description === null ? {} : { description: tool.description };
  if (tool.kind === 'custom') {
    return { type: 'custom', name, ...description, ...(isObject(tool.grammar) ? { format: flatGrammar(tool.grammar) } : {}) };
  }
  const schema = tool.parameters ?? { type: 'object', properties: {} };
  const parameters = tool.strict === true ? closeEmptySchema(schema) : schema;
  const strict = tool.strict === true && isStrictSchema(parameters);
  if (tool.strict === true && !strict) drops.add('strict-tools');
  // Said in any case: an absent `strict` is true here and makes every property required.
  return { type: 'function', name, ...description, parameters, strict };
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
  return { type: request.tools.find((tool) => tool.name === name)?.kind ?? 'function', name: legalToolName(name, TOOL_NAMES.openai) };
}
