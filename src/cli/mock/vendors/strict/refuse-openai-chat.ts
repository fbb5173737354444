import { isObject, objectAt } from '../../../../lib/json-reading.ts';
import type { JsonObject } from '../../../../lib/json-reading.ts';
import { checkChatMessages } from './check-chat-messages.ts';
import { checkJsonWord, checkSampling, isOpenaiModel, isReasoningModel, TOOL_NAME } from './openai-model-rules.ts';
import { objectsOf, refuseIf, refuseUnknown, requestCheck, shown } from './request-check.ts';
import { checkStrictSchema } from './strict-schema.ts';

const KNOWN = [
  'audio frequency_penalty function_call functions logit_bias logprobs max_completion_tokens max_tokens messages',
  'metadata modalities model moderation n parallel_tool_calls prediction presence_penalty prompt_cache_key',
  'prompt_cache_options prompt_cache_retention reasoning_effort response_format safety_identifier seed service_tier stop',
  'store stream stream_options temperature tool_choice tools top_logprobs top_p user verbosity web_search_options',
].flatMap((line) => line.split(' '));

/** What OpenAI's chat completions refuse with 400. Models of other makers keep their extensions of messages. */
export const refuseOpenaiChat = requestCheck(({ body, model }) => {
  refuseUnknown(body, KNOWN, (name) => `Unknown parameter: '${name}'.`);
  refuseIf(typeof body['model'] !== 'string' || model === '', "Missing required parameter: 'model'.");
  checkLimits(body, model);
  checkTools(body);
  checkFormat(body);
  checkChatMessages(body['messages'], isOpenaiModel(model));
});

function checkLimits(body: JsonObject, model: string): void {
  const unsupported = (name: string, hint: string): string => `Unsupported parameter: '${name}' is not supported with this model.${hint}`;
  if (isReasoningModel(model)) {
    refuseIf(body['max_tokens'] !== undefined, unsupported('max_tokens', " Use 'max_completion_tokens' instead."));
  } else if (isOpenaiModel(model)) {
    refuseIf(body['reasoning_effort'] !== undefined, unsupported('reasoning_effort', ''));
  }
  checkSampling(body, model, body['reasoning_effort']);
  refuseIf(/^o[34]/.test(model) && body['stop'] !== undefined, unsupported('stop', ''));
  const isTooNew = /^gpt-5\.([6-9]|\d\d)/.test(model) && body['tools'] !== undefined && body['reasoning_effort'] !== 'none';
  refuseIf(isTooNew, "Function tools are supported in chat completions only with 'reasoning_effort' set to 'none' for this model.");
  refuseIf(
    body['stream_options'] !== undefined && body['stream'] !== true,
    "The 'stream_options' parameter is only allowed when 'stream' is enabled.",
  );
  refuseUnknown(objectAt(body, 'stream_options'), ['include_usage', 'include_obfuscation'], (name) => `Unknown parameter: 'stream_options.${name}'.`);
  refuseIf(typeof body['top_logprobs'] === 'number' && body['logprobs'] !== true, "'top_logprobs' is only allowed when 'logprobs' is enabled.");
  const { stop } = body;
  refuseIf(Array.isArray(stop) && (stop.length === 0 || stop.length > 4), "Invalid 'stop': array of 1 to 4 strings expected.");
}

function checkTools(body: JsonObject): void {
  const tools = objectsOf(body['tools']);
  const hasTools = tools.length > 0;
  refuseIf(
    Array.isArray(body['tools']) && !hasTools,
    "Invalid 'tools': empty array. Expected an array with minimum length 1, but got an empty array instead.",
  );
  for (const name of ['tool_choice', 'parallel_tool_calls']) {
    refuseIf(body[name] !== undefined && !hasTools, `Invalid value for '${name}': '${name}' is only allowed when 'tools' are specified.`);
  }
  tools.forEach((tool, index) => {
    const field = `tools[${index}]`;
    const kind = tool['type'] === 'custom' ? 'custom' : 'function';
    refuseUnknown(tool, ['type', kind], (name) => `Unknown parameter: '${field}.${name}'.`);
    const inner = objectAt(tool, kind);
    refuseUnknown(inner, ['name', 'description', 'parameters', 'strict', 'format'], (name) => `Unknown parameter: '${field}.${kind}.${name}'.`);
    const { name } = inner;
    refuseIf(typeof name !== 'string' || !TOOL_NAME.test(name), `Invalid '${field}.${kind}.name': string does not match pattern '^[a-zA-Z0-9_-]+$'.`);
    checkParameters(inner, shown(name));
  });
  checkChoice(body['tool_choice'], tools);
}

function checkParameters(inner: JsonObject, name: string): void {
  const { parameters } = inner;
  if (parameters === undefined) return;
  refuseIf(
    !isObject(parameters) || parameters['type'] !== 'object',
    `Invalid schema for function '${name}': schema must be a JSON Schema of 'type: "object"'.`,
  );
  if (inner['strict'] === true) checkStrictSchema(parameters, `function '${name}'`);
}

function checkChoice(choice: unknown, tools: readonly JsonObject[]): void {
  if (choice === undefined) return;
  if (!isObject(choice)) {
    refuseIf(
      !['none', 'auto', 'required'].includes(shown(choice)),
      `Invalid value: '${shown(choice)}'. Supported values are: 'none', 'auto', and 'required'.`,
    );
    return;
  }
  if (choice['type'] !== 'function') return;
  const { name } = objectAt(choice, 'function');
  refuseIf(!tools.some((tool) => objectAt(tool, 'function')['name'] === name), `Tool choice '${shown(name)}' not found in 'tools' parameter.`);
}

function checkFormat(body: JsonObject): void {
  const format = objectAt(body, 'response_format');
  checkJsonWord(format['type'], body['messages'], 'messages');
  if (format['type'] !== 'json_schema') return;
  const { name, strict, schema } = objectAt(format, 'json_schema');
  refuseIf(typeof name !== 'string' || !TOOL_NAME.test(name), "Missing required parameter: 'response_format.json_schema.name'.");
  if (strict === true) checkStrictSchema(schema, `response_format '${shown(name)}'`);
}
