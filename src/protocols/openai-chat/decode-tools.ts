import type { CanonicalRequest, CanonicalTool, ToolChoice } from '../../domain/canonical/canonical-request.ts';
import { isObject, type JsonObject } from '../../lib/json-reading.ts';
import { booleanField, listField, objectField, refuseField, requiredObjectField, requiredTextField, textField, wordField } from '../openai-fields.ts';

/** The tools of a request, and how they are to be used. */
interface Tooling extends Pick<CanonicalRequest, 'tools' | 'toolChoice' | 'parallelToolCalls'> {
  /** The client uses the deprecated `functions`. */
  readonly isDeprecated: boolean;
}

/** Tools and their use, in today's form or as the deprecated `functions`. */
export function decodeTools(body: JsonObject): Tooling {
  const functions = listField(body, 'functions');
  const listed = listField(body, 'tools');
  if (functions !== null && functions.length > 0) {
    if (listed !== null && listed.length > 0) refuseField('functions', 'cannot stand beside "tools"');
    const tools = functions.map((each, index) => readFunction(each, `functions[${index}]`));
    // This form holds one call an answer.
    return { tools, toolChoice: readFunctionChoice(body, tools), parallelToolCalls: false, isDeprecated: true };
  }
  const tools = (listed ?? []).map((each, index) => readTool(each, `tools[${index}]`));
  const parallel = booleanField(body, 'parallel_tool_calls');
  return { tools, toolChoice: readChoice(body, tools), parallelToolCalls: tools.length === 0 ? null : parallel, isDeprecated: false };
}

function readTool(value: unknown, place: string): CanonicalTool {
  const tool = isObject(value) ? value : refuseField(place, 'has to be an object');
  // Services with both protocols take Anthropic's mark here.
  const mark = isObject(tool['cache_control']) ? ({ cacheMark: true } as const) : {};
  switch (tool['type']) {
    case 'function':
      return { ...readFunction(requiredObjectField(tool, 'function', place), `${place}.function`), ...mark };
    case 'custom':
      return { ...readCustom(requiredObjectField(tool, 'custom', place), `${place}.custom`), ...mark };
    default:
      return refuseField(`${place}.type`, 'has to be "function" or "custom"');
  }
}

function readFunction(value: unknown, place: string): CanonicalTool {
  const tool = isObject(value) ? value : refuseField(place, 'has to be an object');
  const parameters = objectField(tool, 'parameters', place);
  return {
    kind: 'function',
    name: requiredTextField(tool, 'name', place),
    description: textField(tool, 'description', place) || null,
    parameters: parameters === null || Object.keys(parameters).length === 0 ? { type: 'object', properties: {} } : parameters,
    strict: booleanField(tool, 'strict', place),
    grammar: null,
  };
}

function readCustom(tool: JsonObject, place: string): CanonicalTool {
  const format = objectField(tool, 'format', place);
  return {
    kind: 'custom',
    name: requiredTextField(tool, 'name', place),
    description: textField(tool, 'description', place) || null,
    parameters: null,
    strict: null,
    // Format `text` binds to nothing, as no format does.
    grammar: format === null || format['type'] === 'text' ? null : format,
  };
}

function readChoice(body: JsonObject, tools: readonly CanonicalTool[]): ToolChoice | null {
  const choice: unknown = body['tool_choice'] ?? null;
  if (choice === null) return null;
  // Without tools nothing can be chosen, and only a demand contradicts that.
  if (tools.length === 0) return choice === 'none' || choice === 'auto' ? null : refuseField('tool_choice', 'needs "tools"');
  if (choice === 'none' || choice === 'auto' || choice === 'required') return { type: choice };
  if (!isObject(choice)) return refuseField('tool_choice', 'has to be none, auto, required or an object');
  switch (choice['type']) {
    case 'function':
    case 'custom': {
      const name = requiredTextField(requiredObjectField(choice, choice['type'], 'tool_choice'), 'name', `tool_choice.${choice['type']}`);
      return { type: 'named', name: knownTool(name, tools, `tool_choice.${choice['type']}.name`) };
    }
    case 'allowed_tools':
      return readAllowed(requiredObjectField(choice, 'allowed_tools', 'tool_choice'), tools);
    default:
      return refuseField('tool_choice.type', 'has to be one of function, custom, allowed_tools');
  }
}

function readAllowed(allowed: JsonObject, tools: readonly CanonicalTool[]): ToolChoice {
  const place = 'tool_choice.allowed_tools';
  const mode = wordField(allowed, 'mode', ['auto', 'required'], place) ?? refuseField(`${place}.mode`, 'is missing');
  const listed = listField(allowed, 'tools', place) ?? [];
  if (listed.length === 0) refuseField(`${place}.tools`, 'holds no tool');
  const names = listed.map((each, index) => {
    const at = `${place}.tools[${index}]`;
    const tool = isObject(each) ? each : refuseField(at, 'has to be an object');
    const kind = wordField(tool, 'type', ['function', 'custom'], at) ?? refuseField(`${at}.type`, 'is missing');
    // The Responses form, with the name beside the type, is taken as well.
    const named = objectField(tool, kind, at) ?? tool;
    return knownTool(requiredTextField(named, 'name', at), tools, at);
  });
  return { type: 'allowed', isRequired: mode === 'required', names };
}

function readFunctionChoice(body: JsonObject, tools: readonly CanonicalTool[]): ToolChoice | null {
  const choice: unknown = body['function_call'] ?? null;
  if (choice === null) return null;
  if (choice === 'none' || choice === 'auto') return { type: choice };
  if (!isObject(choice)) return refuseField('function_call', 'has to be none, auto or an object');
  return { type: 'named', name: knownTool(requiredTextField(choice, 'name', 'function_call'), tools, 'function_call.name') };
}

function knownTool(name: string, tools: readonly CanonicalTool[], field: string): string {
  return tools.some((tool) => tool.name === name) ? name : refuseField(field, 'names no tool of the request');
}
