import type { CanonicalTool, ToolChoice } from '../../domain/canonical/canonical-request.ts';
import { isObject, type JsonObject } from '../../lib/json-reading.ts';
import { booleanField, listField, objectField, refuseField, requiredTextField, textField, wordField } from '../openai-fields.ts';
import type { UnmappedFields } from '../unmapped-fields.ts';

const NO_PARAMETERS = { type: 'object', properties: {} };

/** Members of a tool that say how OpenAI's own programs may use it. */
const HOST_MEMBERS = ['allowed_callers', 'async', 'defer_loading', 'output_schema'];

/** The client's own tools. Those that the provider runs are told as unmapped. `field`: where the list stands. */
export function readTools(tools: readonly unknown[], field: string, unmapped: UnmappedFields): readonly CanonicalTool[] {
  return tools.flatMap((tool, index) => readTool(tool, `${field}[${index}]`, unmapped) ?? []);
}

function readTool(tool: unknown, place: string, unmapped: UnmappedFields): CanonicalTool | null {
  if (!isObject(tool)) refuseField(place, 'has to be an object');
  const type = requiredTextField(tool, 'type', place);
  if (type !== 'function' && type !== 'custom') {
    // A namespace holds the client's own functions, whose calls would have to name it; the other kinds run at OpenAI.
    unmapped.add(`tools.${type.slice(0, 80)}`, type === 'namespace' ? 'substance' : 'hint');
    return null;
  }
  for (const member of HOST_MEMBERS) if ((tool[member] ?? false) !== false) unmapped.add(`tools.${member}`, 'hint');
  const name = requiredTextField(tool, 'name', place);
  const description = textField(tool, 'description', place);
  if (type === 'custom') {
    const format = objectField(tool, 'format', place);
    return { kind: 'custom', name, description, parameters: null, strict: null, grammar: format?.['type'] === 'text' ? null : format };
  }
  return {
    kind: 'function',
    name,
    description,
    parameters: objectField(tool, 'parameters', place) ?? NO_PARAMETERS,
    // OpenAI reads an absent `strict` as true and rewrites the schema to fit. The gateway rewrites none, and a schema that does not fit is
    // refused where strict is said: no word is safe everywhere.
    strict: booleanField(tool, 'strict', place),
    grammar: null,
  };
}

/** Which tools may or has to be called. Choices among tools that the provider runs are told as unmapped. */
export function readToolChoice(body: JsonObject, tools: readonly CanonicalTool[], unmapped: UnmappedFields): ToolChoice | null {
  const choice = body['tool_choice'] ?? null;
  if (choice === null) return null;
  const hasTools = tools.length > 0;
  if (choice === 'auto' || choice === 'none') return hasTools ? { type: choice } : null;
  if (choice === 'required') {
    if (hasTools) return { type: 'required' };
    if ((listField(body, 'tools') ?? []).length === 0) refuseField('tool_choice', 'needs "tools"');
    unmapped.add('tool_choice', 'hint');
    return null;
  }
  if (!isObject(choice)) refuseField('tool_choice', 'has to be auto, none, required or an object');
  const type = requiredTextField(choice, 'type', 'tool_choice');
  if (type === 'function' || type === 'custom') {
    const name = requiredTextField(choice, 'name', 'tool_choice');
    if (!tools.some((tool) => tool.name === name)) refuseField('tool_choice.name', 'is none of "tools"');
    return { type: 'named', name };
  }
  if (type === 'allowed_tools') return readAllowed(choice, tools, unmapped);
  unmapped.add('tool_choice', 'hint');
  return null;
}

function readAllowed(choice: JsonObject, tools: readonly CanonicalTool[], unmapped: UnmappedFields): ToolChoice | null {
  const mode = wordField(choice, 'mode', ['auto', 'required'], 'tool_choice') ?? refuseField('tool_choice.mode', 'is missing');
  const names: string[] = [];
  for (const [index, each] of (listField(choice, 'tools', 'tool_choice') ?? []).entries()) {
    const place = `tool_choice.tools[${index}]`;
    if (!isObject(each)) refuseField(place, 'has to be an object');
    if (each['type'] !== 'function' && each['type'] !== 'custom') {
      unmapped.add('tool_choice', 'hint');
      continue;
    }
    const name = requiredTextField(each, 'name', place);
    if (!tools.some((tool) => tool.name === name)) refuseField(`${place}.name`, 'is none of "tools"');
    names.push(name);
  }
  return names.length === 0 ? null : { type: 'allowed', isRequired: mode === 'required', names };
}
