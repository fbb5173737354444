import { objectAt } from '../../../../lib/json-reading.ts';
import type { JsonObject } from '../../../../lib/json-reading.ts';
import { checkResponsesInput } from './check-responses-input.ts';
import { checkJsonWord, checkSampling, isOpenaiModel, isReasoningModel, TOOL_NAME } from './openai-model-rules.ts';
import { objectsOf, refuseIf, refuseUnknown, requestCheck, shown } from './request-check.ts';
import type { CheckedRequest } from './request-check.ts';
import { checkStrictSchema } from './strict-schema.ts';

const KNOWN = [
  'access_programs background context_management conversation image include input instructions max_output_tokens',
  'max_tool_calls metadata model moderation parallel_tool_calls previous_response_id prompt prompt_cache_key',
  'prompt_cache_options prompt_cache_retention reasoning safety_identifier service_tier store stream stream_options',
  'temperature text tool_choice tools top_logprobs top_p truncation user',
].flatMap((line) => line.split(' '));
const LEAST_OUTPUT = 16;

/** What a question for the number of tokens takes. */
const COUNTED =
  'conversation input instructions model parallel_tool_calls personality previous_response_id reasoning text tool_choice tools truncation'.split(' ');

const unknown = (path: string) => (name: string) => `Unknown parameter: '${path}${name}'.`;

/** What OpenAI's Responses refuse with 400. */
export const refuseOpenaiResponses = requestCheck((request) => {
  const { body } = request;
  refuseUnknown(body, KNOWN, unknown(''));
  refuseUnknown(objectAt(body, 'stream_options'), ['include_obfuscation'], unknown('stream_options.'));
  const limit = body['max_output_tokens'];
  refuseIf(
    typeof limit === 'number' && limit < LEAST_OUTPUT,
    `Invalid 'max_output_tokens': integer below minimum value. Expected a value >= ${LEAST_OUTPUT}, but got ${shown(limit)} instead.`,
  );
  checkQuestion(request);
});

/** The same for `input_tokens`. */
export const refuseOpenaiInputTokens = requestCheck((request) => {
  refuseUnknown(request.body, COUNTED, unknown(''));
  checkQuestion(request);
});

function checkQuestion({ body, model }: CheckedRequest): void {
  refuseUnknown(objectAt(body, 'reasoning'), ['effort', 'summary', 'generate_summary', 'context', 'mode'], unknown('reasoning.'));
  refuseUnknown(objectAt(body, 'text'), ['format', 'verbosity'], unknown('text.'));
  refuseIf(body['previous_response_id'] !== undefined && body['conversation'] !== undefined, 'Mutually exclusive parameters.');
  checkReasoning(body, model);
  checkTools(body);
  checkFormat(body);
  checkResponsesInput(body['input'], body['store'] === false);
}

function checkReasoning(body: JsonObject, model: string): void {
  const { effort } = objectAt(body, 'reasoning');
  checkSampling(body, model, effort);
  if (isReasoningModel(model) || !isOpenaiModel(model)) return;
  refuseIf(effort !== undefined && effort !== null, "Unsupported parameter: 'reasoning.effort' is not supported with this model.");
  const include: readonly unknown[] = Array.isArray(body['include']) ? body['include'] : [];
  refuseIf(include.includes('reasoning.encrypted_content'), 'Encrypted content is not supported with this model.');
}

function checkTools(body: JsonObject): void {
  const tools = objectsOf(body['tools']);
  tools.forEach((tool, index) => {
    if (tool['type'] !== 'function' && tool['type'] !== 'custom') return;
    const field = `tools[${index}]`;
    const members = ['type', 'name', 'description', 'parameters', 'strict', 'format'];
    refuseUnknown(tool, members, (name) => `Unknown parameter: '${field}.${name}'.`);
    const { name } = tool;
    refuseIf(typeof name !== 'string', `Missing required parameter: '${field}.name'.`);
    refuseIf(!TOOL_NAME.test(shown(name)), `Invalid '${field}.name': string does not match pattern '^[a-zA-Z0-9_-]+$'.`);
    if (tool['strict'] === true) checkStrictSchema(tool['parameters'], `function '${shown(name)}'`);
  });
  const { type, name } = objectAt(body, 'tool_choice');
  const isUnknown = type === 'function' && !tools.some((tool) => tool['name'] === name);
  refuseIf(isUnknown, `Tool choice 'function' not found in 'tools' parameter: ${shown(name)}.`);
  refuseIf(body['tool_choice'] === 'required' && tools.length === 0, "Tool choice 'required' must be specified with 'tools' parameter.");
}

function checkFormat(body: JsonObject): void {
  const { type, name, strict, schema, ...rest } = objectAt(objectAt(body, 'text'), 'format');
  checkJsonWord(type, [body['input'], body['instructions']], 'input');
  if (type !== 'json_schema') return;
  refuseUnknown(rest, ['description'], (member) => `Unknown parameter: 'text.format.${member}'.`);
  refuseIf(typeof name !== 'string' || !TOOL_NAME.test(name), "Missing required parameter: 'text.format.name'.");
  refuseIf(schema === undefined, "Missing required parameter: 'text.format.schema'.");
  if (strict !== false) checkStrictSchema(schema, `response_format '${shown(name)}'`);
}
