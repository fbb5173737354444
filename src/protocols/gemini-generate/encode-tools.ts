import type { CanonicalRequest, CanonicalTool } from '../../domain/canonical/canonical-request.ts';
import type { Drops } from '../../domain/canonical/drops.ts';
import { legalToolName, TOOL_NAMES } from '../../domain/canonical/tool-name.ts';
import type { ModelTraits } from '../../domain/model-traits.ts';
import { unreachable } from '../../lib/unreachable.ts';
import { withoutSchemaUri } from './plain-json-schema.ts';
import type { WireFunctionDeclaration, WireToolConfig } from './wire-types.ts';

/** For tools that take free text. */
const ONE_INPUT = { type: 'object', properties: { input: { type: 'string' } }, required: ['input'] };

interface EncodedTools {
  readonly tools: readonly { readonly functionDeclarations: readonly WireFunctionDeclaration[] }[];
  readonly toolConfig: WireToolConfig | null;
}

/** All functions in one tool, and which of them may be called; null when there are none. */
export function encodeTools(request: CanonicalRequest, traits: ModelTraits, drops: Drops): EncodedTools | null {
  const choice = request.toolChoice;
  // A choice of some that may also be none has no mode of its own: the others are not shown.
  const mayCall = canForce(request, traits) ? 'ANY' : 'AUTO';
  const isFiltered = choice?.type === 'allowed' && (!choice.isRequired || mayCall === 'AUTO');
  const offered = isFiltered ? request.tools.filter(({ name }) => choice.names.includes(name)) : request.tools;
  if (offered.length === 0 || traits.lacks.has('tools')) return null;
  return { tools: [{ functionDeclarations: offered.map(encodeDeclaration) }], toolConfig: encodeChoice(request, mayCall, drops) };
}

function canForce(request: CanonicalRequest, traits: ModelTraits): boolean {
  return traits.forcedTool && (traits.forcedToolWhileThinking || request.reasoning?.isOn !== true);
}

function encodeDeclaration(tool: CanonicalTool): WireFunctionDeclaration {
  const parameters = tool.kind === 'custom' ? ONE_INPUT : tool.parameters;
  return {
    name: legalToolName(tool.name, TOOL_NAMES.gemini),
    ...(tool.description === null ? {} : { description: tool.description }),
    ...(parameters === null ? {} : { parametersJsonSchema: withoutSchemaUri(parameters) }),
  };
}

function encodeChoice(request: CanonicalRequest, mayCall: 'ANY' | 'AUTO', drops: Drops): WireToolConfig | null {
  const choice = request.toolChoice;
  if (choice === null) return null;
  switch (choice.type) {
    case 'auto':
      return configOf('AUTO');
    case 'none':
      return configOf('NONE');
    case 'required':
      return forced(mayCall, [], drops);
    case 'named':
      return forced(mayCall, [choice.name], drops);
    case 'allowed':
      return choice.isRequired ? forced(mayCall, choice.names, drops) : configOf('AUTO');
    default:
      return unreachable(choice);
  }
}

function forced(mode: 'ANY' | 'AUTO', names: readonly string[], drops: Drops): WireToolConfig {
  if (mode === 'AUTO') drops.add('forced-tool');
  return configOf(mode, mode === 'ANY' ? names : []);
}

function configOf(mode: 'AUTO' | 'ANY' | 'NONE', names: readonly string[] = []): WireToolConfig {
  return {
    functionCallingConfig: {
      mode,
      ...(names.length > 0 ? { allowedFunctionNames: names.map((name) => legalToolName(name, TOOL_NAMES.gemini)) } : {}),
    },
  };
}
