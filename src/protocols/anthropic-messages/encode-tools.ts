import type { CanonicalRequest, CanonicalTool, ToolChoice } from '../../domain/canonical/canonical-request.ts';
import { legalToolName, TOOL_NAMES } from '../../domain/canonical/tool-name.ts';
import type { ModelTraits } from '../../domain/model-traits.ts';
import { unreachable } from '../../lib/unreachable.ts';
import type { BlockContext } from './encode-content.ts';
import { sanitiseSchema } from './sanitise-schema.ts';
import type { WireTool, WireToolChoice } from './wire-types.ts';

export interface EncodedTools {
  readonly tools: readonly WireTool[];
  /** Null: the API's own choice, or no tools to choose from. */
  readonly toolChoice: WireToolChoice | null;
}

/** Free text that a tool takes is the one member of an object here. */
const FREE_TEXT = { type: 'object', properties: { input: { type: 'string' } }, required: ['input'], additionalProperties: false };

export function encodeTools(request: CanonicalRequest, isThinking: boolean, context: BlockContext): EncodedTools {
  const { toolChoice: choice } = request;
  if (context.traits.lacks.has('tools')) {
    dropTools(request, context);
    return { tools: [], toolChoice: null };
  }
  const names = choice?.type === 'allowed' ? new Set(choice.names) : null;
  const offered = names === null ? request.tools : request.tools.filter(({ name }) => names.has(name));
  const tools = offered.map((tool) => encodeTool(tool, context));
  return { tools, toolChoice: tools.length === 0 ? null : encodeChoice(request, isThinking, context) };
}

function dropTools(request: CanonicalRequest, { drops }: BlockContext): void {
  if (request.tools.length > 0) drops.add('tools');
  if (isForced(request.toolChoice)) drops.add('forced-tool');
  if (request.parallelToolCalls === false) drops.add('parallel-off');
  if (request.tools.some(({ strict }) => strict === true)) drops.add('strict-tools');
  if (request.tools.some(({ grammar }) => grammar !== null && grammar !== undefined)) drops.add('custom-tool-grammar');
  if (request.tools.some(({ cacheMark }) => cacheMark === true)) drops.add('cache-marks');
}

function encodeTool(tool: CanonicalTool, context: BlockContext): WireTool {
  if (tool.grammar !== null && tool.grammar !== undefined) context.drops.add('custom-tool-grammar');
  const description = tool.description === null ? {} : { description: tool.description };
  const schema = tool.kind === 'custom' || tool.parameters === null ? FREE_TEXT : { ...tool.parameters, type: 'object' };
  const strict = tool.strict === true ? strictSchema(schema, context) : null;
  return context.marks.note(
    {
      name: legalToolName(tool.name, TOOL_NAMES.anthropic),
      ...description,
      input_schema: strict ?? schema,
      ...(strict === null ? {} : { strict: true as const }),
    },
    tool,
  );
}

/** The schema under which arguments are guaranteed; null when the API guarantees none, or not all that the schema says. */
function strictSchema(schema: Readonly<Record<string, unknown>>, { traits, drops }: BlockContext): Readonly<Record<string, unknown>> | null {
  const clean = hasGuarantees(traits) ? sanitiseSchema(schema) : null;
  if (clean !== null && !clean.isReduced) return clean.schema;
  drops.add('strict-tools');
  return null;
}

function hasGuarantees(traits: ModelTraits): boolean {
  return traits.jsonSchema && !traits.lacks.has('jsonSchema');
}

function encodeChoice(request: CanonicalRequest, isThinking: boolean, { traits, drops }: BlockContext): WireToolChoice | null {
  const { toolChoice: choice } = request;
  if (choice?.type === 'none') return { type: 'none' };
  const isOff = request.parallelToolCalls === false;
  const parallel = isOff ? { disable_parallel_tool_use: true as const } : {};
  const mayForce = traits.forcedTool && (!isThinking || traits.forcedToolWhileThinking);
  if (isForced(choice) && !mayForce) drops.add('forced-tool');
  const wire = choice === null ? null : mayForce ? wireChoice(choice) : ({ type: 'auto' } as const);
  return wire === null ? (isOff ? { type: 'auto', ...parallel } : null) : { ...wire, ...parallel };
}

function wireChoice(choice: Exclude<ToolChoice, { readonly type: 'none' }>): WireToolChoice {
  switch (choice.type) {
    case 'auto':
      return { type: 'auto' };
    case 'required':
      return { type: 'any' };
    case 'named':
      return { type: 'tool', name: legalToolName(choice.name, TOOL_NAMES.anthropic) };
    case 'allowed':
      return { type: choice.isRequired ? 'any' : 'auto' };
    default:
      return unreachable(choice);
  }
}

function isForced(choice: ToolChoice | null): boolean {
  return choice?.type === 'required' || choice?.type === 'named' || (choice?.type === 'allowed' && choice.isRequired);
}
