import type { CanonicalRequest, CanonicalTool, ToolChoice } from '../../domain/canonical/canonical-request.ts';
import type { JsonObject } from '../../lib/json-reading.ts';
import type { UnmappedFields } from '../unmapped-fields.ts';
import { isAbsent, readArray, readName, readObject, readOptionalBoolean, readOptionalString, refuse } from './client-fields.ts';
import { markOf } from './decode-content.ts';

type ToolFields = Pick<CanonicalRequest, 'tools' | 'toolChoice' | 'parallelToolCalls'>;

const LONGEST_NAME = 128;

/** `tools` and `tool_choice`. Tools that the API runs, or whose shape only it knows, have a type of their own; they are told and left out. */
export function readTools(body: JsonObject, unmapped: UnmappedFields): ToolFields {
  const tools: CanonicalTool[] = [];
  const listed = isAbsent(body['tools']) ? [] : readArray(body['tools'], 'tools');
  const names = new Set<string>();
  for (const [place, each] of listed.entries()) {
    const field = `tools[${place}]`;
    const tool = readObject(each, field);
    if (isAbsent(tool['type']) || tool['type'] === 'custom') tools.push(readTool(tool, field, names, unmapped));
    else unmapped.add(readName(tool['type'], `${field}.type`), 'hint');
  }
  if (isAbsent(body['tool_choice'])) return { tools, toolChoice: null, parallelToolCalls: null };
  if (listed.length === 0) refuse('tool_choice', 'needs tools');
  return { tools, ...readChoice(readObject(body['tool_choice'], 'tool_choice'), names, tools.length === listed.length, unmapped) };
}

function readTool(tool: JsonObject, field: string, names: Set<string>, unmapped: UnmappedFields): CanonicalTool {
  const name = readName(tool['name'], `${field}.name`);
  if (name.length > LONGEST_NAME) refuse(`${field}.name`, `must not be longer than ${LONGEST_NAME} characters`);
  if (names.has(name)) refuse(`${field}.name`, 'is the name of another tool already');
  names.add(name);
  const schema = readObject(tool['input_schema'], `${field}.input_schema`);
  if (schema['type'] !== undefined && schema['type'] !== 'object') refuse(`${field}.input_schema.type`, 'must be object');
  // `eager_input_streaming` and `allowed_callers` say how the API itself goes about the call.
  for (const member of ['input_examples', 'defer_loading']) if (!isAbsent(tool[member]) && tool[member] !== false) unmapped.add(member, 'hint');
  return {
    kind: 'function',
    name,
    description: readOptionalString(tool['description'], `${field}.description`),
    parameters: schema['type'] === undefined ? { type: 'object', ...schema } : schema,
    strict: readOptionalBoolean(tool['strict'], `${field}.strict`),
    grammar: null,
    ...markOf(tool),
  };
}

function readChoice(choice: JsonObject, names: ReadonlySet<string>, areAllMapped: boolean, unmapped: UnmappedFields): Omit<ToolFields, 'tools'> {
  const isOff = readOptionalBoolean(choice['disable_parallel_tool_use'], 'tool_choice.disable_parallel_tool_use');
  const parallelToolCalls = isOff === null ? null : !isOff;
  const word = choiceOf(choice);
  const isLost = word.type === 'named' ? !names.has(word.name) : names.size === 0;
  if (!isLost) return { toolChoice: word, parallelToolCalls };
  if (areAllMapped) refuse('tool_choice.name', 'is the name of no tool');
  // The tool that was meant is one of those that were left out.
  unmapped.add('tool_choice', 'hint');
  return { toolChoice: null, parallelToolCalls: names.size === 0 ? null : parallelToolCalls };
}

function choiceOf(choice: JsonObject): ToolChoice {
  switch (choice['type']) {
    case 'auto':
      return { type: 'auto' };
    case 'none':
      return { type: 'none' };
    case 'any':
      return { type: 'required' };
    case 'tool':
      return { type: 'named', name: readName(choice['name'], 'tool_choice.name') };
    default:
      return refuse('tool_choice.type', 'must be auto, any, tool or none');
  }
}
