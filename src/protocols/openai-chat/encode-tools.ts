import type { CanonicalRequest, CanonicalTool } from '../../domain/canonical/canonical-request.ts';
import type { Drops } from '../../domain/canonical/drops.ts';
import { legalToolName, TOOL_NAMES } from '../../domain/canonical/tool-name.ts';
import type { ModelTraits } from '../../domain/model-traits.ts';
import type { JsonObject } from '../../lib/json-reading.ts';
import { closeEmptySchema, isStrictSchema } from '../openai-strict-schema.ts';
import type { ToolChoiceParam, ToolParam } from './wire-types.ts';

/** Members of the body that say which tools there are and how they are to be used. Nothing when there are none. */
export function encodeTools(request: CanonicalRequest, traits: ModelTraits, drops: Drops): JsonObject {
  if (traits.lacks.has('tools')) {
    dropTools(request, drops);
    return {};
  }
  const tools = allowedTools(request);
  for (const { cacheMark } of request.tools) if (cacheMark === true) drops.add('cache-marks');
  if (tools.length === 0) return {};
  const choice = encodeChoice(request, tools, mayForce(request, traits), drops);
  return {
    tools: tools.map((tool) => encodeTool(tool, drops)),
    ...(choice === null ? {} : { tool_choice: choice }),
    // True is what every server does unasked.
    ...(request.parallelToolCalls === false ? { parallel_tool_calls: false } : {}),
  };
}

/** The tools of which the model may call some. OpenAI's `allowed_tools` is known to few servers; a shorter list says the same to all. */
function allowedTools({ tools, toolChoice }: CanonicalRequest): readonly CanonicalTool[] {
  if (toolChoice?.type !== 'allowed') return tools;
  return tools.filter(({ name }) => toolChoice.names.includes(name));
}

function encodeTool(tool: CanonicalTool, drops: Drops): ToolParam {
  const description = tool.description === null ? {} : { description: tool.description };
  const name = legalToolName(tool.name, TOOL_NAMES.openai);
  if (tool.kind === 'custom') {
    const format = tool.grammar === null || tool.grammar === undefined ? {} : { format: tool.grammar };
    return { type: 'custom', custom: { name, ...description, ...format } };
  }
  const schema = tool.parameters ?? { type: 'object', properties: {} };
  const parameters = tool.strict === true ? closeEmptySchema(schema) : schema;
  return { type: 'function', function: { name, ...description, parameters, ...encodeStrict(tool, parameters, drops) } };
}

function encodeStrict({ strict }: CanonicalTool, parameters: JsonObject, drops: Drops): { readonly strict?: boolean } {
  if (strict === null) return {};
  if (!strict || isStrictSchema(parameters)) return { strict };
  drops.add('strict-tools');
  return {};
}

function mayForce(request: CanonicalRequest, traits: ModelTraits): boolean {
  if (!traits.forcedTool) return false;
  return traits.forcedToolWhileThinking || traits.thinking === null || request.reasoning?.isOn === false;
}

function encodeChoice({ toolChoice }: CanonicalRequest, tools: readonly CanonicalTool[], isForceable: boolean, drops: Drops): ToolChoiceParam | null {
  switch (toolChoice?.type) {
    case undefined:
      return null;
    case 'auto':
    case 'none':
      return toolChoice.type;
    case 'required':
      return force('required', isForceable, drops);
    case 'allowed':
      return toolChoice.isRequired ? force('required', isForceable, drops) : 'auto';
    case 'named': {
      const name = legalToolName(toolChoice.name, TOOL_NAMES.openai);
      const isCustom = tools.some((tool) => tool.name === toolChoice.name && tool.kind === 'custom');
      return force(isCustom ? { type: 'custom', custom: { name } } : { type: 'function', function: { name } }, isForceable, drops);
    }
  }
}

function force(choice: ToolChoiceParam, isForceable: boolean, drops: Drops): ToolChoiceParam {
  if (isForceable) return choice;
  drops.add('forced-tool');
  return 'auto';
}

function dropTools({ tools, toolChoice, parallelToolCalls }: CanonicalRequest, drops: Drops): void {
  if (tools.length > 0) drops.add('tools');
  if (parallelToolCalls === false) drops.add('parallel-off');
  if (toolChoice?.type === 'required' || toolChoice?.type === 'named' || (toolChoice?.type === 'allowed' && toolChoice.isRequired)) {
    drops.add('forced-tool');
  }
  for (const { grammar, strict, cacheMark } of tools) {
    if (grammar !== null && grammar !== undefined) drops.add('custom-tool-grammar');
    if (strict === true) drops.add('strict-tools');
    if (cacheMark === true) drops.add('cache-marks');
  }
}
