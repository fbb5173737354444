import { isObject, objectAt } from '../../../../lib/json-reading.ts';
import type { JsonObject } from '../../../../lib/json-reading.ts';
import { checkAnthropicConversation } from './check-anthropic-conversation.ts';
import { objectsOf, refuseIf, refuseUnknown, requestCheck, shown } from './request-check.ts';
import type { CheckedRequest } from './request-check.ts';

const COUNTED = 'model messages system thinking tool_choice tools output_config cache_control context_management mcp_servers speed'.split(' ');
const KNOWN = [...COUNTED, ...'max_tokens stop_sequences stream metadata service_tier container diagnostics inference_geo'.split(' ')];
const SAMPLING = ['temperature', 'top_p', 'top_k'];
const LEAST_BUDGET = 1024;
/** Keywords that the schema of structured output does not know. */
const UNSUPPORTED = [
  'minimum',
  'maximum',
  'exclusiveMinimum',
  'exclusiveMaximum',
  'multipleOf',
  'minLength',
  'maxLength',
  'maxItems',
  'uniqueItems',
  'not',
];

const extra = (name: string): string => `${name}: Extra inputs are not permitted`;

/** What Anthropic's Messages refuse with 400. */
export const refuseAnthropicMessages = requestCheck((request) => {
  const { body } = request;
  const version = versionOf(request);
  refuseUnknown(body, version === '2023-06-01' ? [...KNOWN, ...SAMPLING] : KNOWN, extra);
  const limit = body['max_tokens'];
  refuseIf(limit === undefined, 'max_tokens: Field required');
  refuseIf(typeof limit !== 'number' || limit < 0, 'max_tokens: Input should be greater than or equal to 0');
  refuseUnknown(objectAt(body, 'metadata'), ['user_id'], (name) => extra(`metadata.${name}`));
  const stops: readonly unknown[] = Array.isArray(body['stop_sequences']) ? body['stop_sequences'] : [];
  refuseIf(
    stops.some((stop) => typeof stop !== 'string' || stop.trim() === ''),
    'stop_sequences: each stop sequence must contain non-whitespace',
  );
  checkSampling(request);
  checkRest(request);
});

/** The same for `count_tokens`, which takes neither a limit nor sampling parameters. */
export const refuseAnthropicCount = requestCheck((request) => {
  versionOf(request);
  refuseUnknown(request.body, COUNTED, extra);
  checkRest(request);
});

function versionOf({ headers }: CheckedRequest): string {
  const version = headers['anthropic-version'];
  refuseIf(typeof version !== 'string', 'anthropic-version: header is required');
  refuseIf(version !== '2023-06-01' && version !== '2026-10-21', `anthropic-version: "${shown(version)}" is not a valid version`);
  return shown(version);
}

function checkSampling({ body, model }: CheckedRequest): void {
  const { temperature, top_p: topP, top_k: topK } = body;
  refuseIf(typeof temperature === 'number' && (temperature < 0 || temperature > 1), 'temperature: range: 0..1');
  const is45 = /-4-5(?!\d)/.test(model);
  refuseIf(
    is45 && temperature !== undefined && topP !== undefined,
    '`temperature` and `top_p` cannot both be specified for this model. Please use only one.',
  );
  const isOlder = is45 || /-4-[016](?!\d)|claude-3|-4-2025/.test(model);
  const isOff = !isOlder && ((temperature !== undefined && temperature !== 1) || (typeof topP === 'number' && topP < 0.99) || topK !== undefined);
  refuseIf(isOff, '`temperature`, `top_p` and `top_k` are not supported on this model.');
  if (!isThinking(body)) return;
  refuseIf(temperature !== undefined && temperature !== 1, '`temperature` may only be set to 1 when thinking is enabled.');
  refuseIf(topK !== undefined, '`top_k` must be unset when thinking is enabled.');
  refuseIf(typeof topP === 'number' && topP < 0.95, '`top_p` must be greater than or equal to 0.95 or unset when thinking is enabled.');
}

function checkRest(request: CheckedRequest): void {
  const { body, model } = request;
  checkThinking(body, model);
  checkTools(body);
  checkOutput(objectAt(body, 'output_config'));
  const marks = JSON.stringify(body).match(/"cache_control":\{/g)?.length ?? 0;
  refuseIf(marks > 4, `A maximum of 4 blocks with cache_control may be provided. Found ${marks}.`);
  checkAnthropicConversation(request, isThinking(body));
}

function isThinking(body: JsonObject): boolean {
  return objectAt(body, 'thinking')['type'] === 'enabled';
}

function checkThinking(body: JsonObject, model: string): void {
  const thinking = objectAt(body, 'thinking');
  const { type, budget_tokens: budget } = thinking;
  if (body['thinking'] === undefined) return;
  refuseIf(
    !['enabled', 'adaptive', 'disabled', 'between_tools'].includes(shown(type)),
    `thinking.type: Input tag '${shown(type)}' found using 'type' does not match any of the expected tags`,
  );
  refuseUnknown(thinking, type === 'enabled' ? ['type', 'budget_tokens', 'display'] : ['type', 'display'], (name) =>
    extra(`thinking.${shown(type)}.${name}`),
  );
  const isAdaptiveOnly = /(sonnet|opus|haiku)-5-5|fable-5/.test(model);
  refuseIf(isAdaptiveOnly && type === 'enabled', 'thinking.type: `enabled` is not supported on this model; use `adaptive`.');
  refuseIf(/-4-[0-5](?!\d)/.test(model) && type === 'adaptive', 'adaptive thinking is not supported on this model');
  if (type !== 'enabled') return;
  refuseIf(typeof budget !== 'number', 'thinking.enabled.budget_tokens: Field required');
  refuseIf(Number(budget) < LEAST_BUDGET, `thinking.enabled.budget_tokens: Input should be greater than or equal to ${LEAST_BUDGET}`);
  refuseIf(
    typeof body['max_tokens'] === 'number' && Number(budget) >= body['max_tokens'],
    '`max_tokens` must be greater than `thinking.budget_tokens`.',
  );
  const { type: choice } = objectAt(body, 'tool_choice');
  refuseIf(choice === 'any' || choice === 'tool', 'Thinking may not be enabled when tool_choice forces tool use.');
}

function checkTools(body: JsonObject): void {
  const tools = objectsOf(body['tools']);
  tools.forEach((tool, index) => {
    if (tool['type'] !== undefined && tool['type'] !== 'custom') return;
    const field = `tools.${index}.custom`;
    const members = [
      'type',
      'name',
      'description',
      'input_schema',
      'strict',
      'cache_control',
      'eager_input_streaming',
      'defer_loading',
      'input_examples',
    ];
    refuseUnknown(tool, members, (name) => extra(`${field}.${name}`));
    refuseIf(
      typeof tool['name'] !== 'string' || !/^[a-zA-Z0-9_-]{1,128}$/.test(tool['name']),
      `${field}.name: String should match pattern '^[a-zA-Z0-9_-]{1,128}$'`,
    );
    refuseIf(objectAt(tool, 'input_schema')['type'] !== 'object', `${field}.input_schema.type: Field required`);
  });
  const names = tools.map((tool) => tool['name']);
  refuseIf(new Set(names).size !== names.length, 'tools: Tool names must be unique.');
  const choice = objectAt(body, 'tool_choice');
  if (body['tool_choice'] === undefined) return;
  refuseIf(tools.length === 0, 'tool_choice: tool_choice may only be specified while providing tools.');
  refuseIf(
    !['auto', 'any', 'tool', 'none'].includes(shown(choice['type'])),
    `tool_choice: Input tag '${shown(choice['type'])}' does not match any of the expected tags`,
  );
  refuseIf(choice['type'] === 'none' && choice['disable_parallel_tool_use'] !== undefined, extra('tool_choice.none.disable_parallel_tool_use'));
  refuseIf(choice['type'] === 'tool' && !names.includes(choice['name']), `tool_choice: Tool '${shown(choice['name'])}' not found in provided tools`);
}

function checkOutput(config: JsonObject): void {
  refuseUnknown(config, ['effort', 'format', 'task_budget'], (name) => extra(`output_config.${name}`));
  const format = config['format'];
  if (!isObject(format)) return;
  refuseUnknown(format, ['type', 'schema'], (name) => extra(`output_config.format.${name}`));
  refuseIf(format['type'] !== 'json_schema', `output_config.format: Input tag '${shown(format['type'])}' does not match any of the expected tags`);
  checkSchema(format['schema']);
}

function checkSchema(schema: unknown): void {
  if (Array.isArray(schema)) schema.forEach(checkSchema);
  if (!isObject(schema)) return;
  const keyword = UNSUPPORTED.find((name) => typeof schema[name] === 'number' || (name === 'not' && isObject(schema[name])));
  refuseIf(keyword !== undefined, `output_config.format.schema: For '${shown(schema['type'])}' type, property '${keyword}' is not supported`);
  const isOpen = schema['type'] === 'object' && schema['additionalProperties'] !== false;
  refuseIf(isOpen, "output_config.format.schema: For 'object' type, 'additionalProperties' must be explicitly set to false");
  Object.values(schema).forEach(checkSchema);
}
