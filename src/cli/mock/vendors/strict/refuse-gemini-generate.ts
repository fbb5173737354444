import { isObject, objectAt } from '../../../../lib/json-reading.ts';
import type { JsonObject } from '../../../../lib/json-reading.ts';
import { camelNames } from './camel-names.ts';
import { checkGeminiContents } from './check-gemini-contents.ts';
import { checkGeminiSchema } from './check-gemini-schema.ts';
import { objectsOf, refuseIf, refuseUnknown, requestCheck, shown } from './request-check.ts';

const KNOWN = [
  'contents systemInstruction tools toolConfig safetySettings generationConfig cachedContent serviceTier labels store',
  'continuationToken model',
].flatMap((line) => line.split(' '));
const CONFIG = [
  'temperature topP topK candidateCount maxOutputTokens stopSequences responseLogprobs logprobs presencePenalty',
  'frequencyPenalty seed responseMimeType responseSchema responseJsonSchema responseModalities mediaResolution speechConfig',
  'thinkingConfig imageConfig enableEnhancedCivicAnswers audioTimestamp',
].flatMap((line) => line.split(' '));
const LEVELS = ['MINIMAL', 'LOW', 'MEDIUM', 'HIGH'];

const unknownAt = (place: string) => (name: string) => `Invalid JSON payload received. Unknown name "${name}"${place}: Cannot find field.`;

/** What Gemini's generateContent and streamGenerateContent refuse with 400. */
export const refuseGeminiGenerate = requestCheck(({ body, model }) => checkRequest(camelNames(body), model));

/** The same for `countTokens`, which takes contents, or a whole request that names its model. */
export const refuseGeminiCount = requestCheck(({ body, model }) => {
  const request = camelNames(body);
  refuseUnknown(request, ['contents', 'generateContentRequest'], unknownAt(''));
  const inner = request['generateContentRequest'];
  if (!isObject(inner)) {
    checkGeminiContents(request['contents'], model);
    return;
  }
  refuseIf(request['contents'] !== undefined, 'contents and generate_content_request are mutually exclusive.');
  refuseIf(typeof inner['model'] !== 'string', '* GenerateContentRequest.model: unexpected model name format');
  checkRequest(camelNames(inner), model);
});

function checkRequest(request: JsonObject, model: string): void {
  refuseUnknown(request, KNOWN, unknownAt(''));
  checkConfig(camelNames(objectAt(request, 'generationConfig')), model);
  checkTools(request);
  const system = objectAt(request, 'systemInstruction');
  const hasSystem = request['systemInstruction'] !== undefined;
  refuseIf(
    hasSystem && objectsOf(system['parts']).length === 0,
    '* GenerateContentRequest.system_instruction.parts: contents.parts must not be empty.',
  );
  checkGeminiContents(request['contents'], model);
}

function checkConfig(config: JsonObject, model: string): void {
  refuseUnknown(config, CONFIG, unknownAt(" at 'generation_config'"));
  const hasSchema = config['responseSchema'] !== undefined;
  const hasJsonSchema = config['responseJsonSchema'] !== undefined;
  refuseIf(hasSchema && hasJsonSchema, 'Only one of response_schema and response_json_schema may be set.');
  const isText = config['responseMimeType'] === undefined || config['responseMimeType'] === 'text/plain';
  refuseIf((hasSchema || hasJsonSchema) && isText, 'Function calling or a response schema needs response_mime_type application/json.');
  checkGeminiSchema(config['responseSchema'], 'generation_config.response_schema');
  const stops: readonly unknown[] = Array.isArray(config['stopSequences']) ? config['stopSequences'] : [];
  refuseIf(stops.length > 5, '* GenerateContentRequest.generation_config.stop_sequences: at most 5 stop sequences are allowed.');
  checkThinking(camelNames(objectAt(config, 'thinkingConfig')), model);
}

function checkThinking(thinking: JsonObject, model: string): void {
  refuseUnknown(thinking, ['includeThoughts', 'thinkingBudget', 'thinkingLevel'], unknownAt(" at 'generation_config.thinking_config'"));
  const { thinkingBudget: budget, thinkingLevel: level } = thinking;
  refuseIf(budget !== undefined && level !== undefined, 'You can only set only one of thinking budget and thinking level.');
  if (level === undefined) return;
  refuseIf(!LEVELS.includes(shown(level).toUpperCase()), `Invalid value at 'generation_config.thinking_config.thinking_level': "${shown(level)}"`);
  refuseIf(/gemini-[12]/.test(model), 'Thinking level is not supported for this model.');
  const isTooLow = model.includes('gemini-3-pro') && ['MINIMAL', 'MEDIUM'].includes(shown(level).toUpperCase());
  refuseIf(isTooLow, `Thinking level ${shown(level)} is not supported for this model.`);
}

function checkTools(request: JsonObject): void {
  const declarations = objectsOf(request['tools']).flatMap((tool) => objectsOf(camelNames(tool)['functionDeclarations']));
  for (const [index, declaration] of declarations.map(camelNames).entries()) {
    const place = `tools[0].function_declarations[${index}]`;
    const members = ['name', 'description', 'parameters', 'parametersJsonSchema', 'response', 'responseJsonSchema', 'behavior'];
    refuseUnknown(declaration, members, unknownAt(` at '${place}'`));
    refuseIf(!/^[a-zA-Z_][a-zA-Z0-9_.:-]{0,127}$/.test(shown(declaration['name'])), `* GenerateContentRequest.${place}.name: Invalid function name.`);
    const hasBoth = declaration['parameters'] !== undefined && declaration['parametersJsonSchema'] !== undefined;
    refuseIf(hasBoth, `* GenerateContentRequest.${place}: only one of parameters and parameters_json_schema may be set.`);
    checkGeminiSchema(declaration['parameters'], `${place}.parameters`);
  }
  checkCallingConfig(request, declarations);
}

function checkCallingConfig(request: JsonObject, declarations: readonly JsonObject[]): void {
  const calling = objectAt(camelNames(objectAt(request, 'toolConfig')), 'functionCallingConfig');
  const { mode, allowedFunctionNames } = camelNames(calling);
  if (mode === undefined) return;
  refuseIf(declarations.length === 0, 'Function calling config is set without function_declarations.');
  refuseIf(
    !['AUTO', 'ANY', 'NONE', 'VALIDATED'].includes(shown(mode)),
    `Invalid value at 'tool_config.function_calling_config.mode': "${shown(mode)}"`,
  );
  const allowed: readonly unknown[] = Array.isArray(allowedFunctionNames) ? allowedFunctionNames : [];
  refuseIf(allowed.length > 0 && mode !== 'ANY' && mode !== 'VALIDATED', 'allowed_function_names should be set only when mode is ANY.');
  const stranger = allowed.find((name) => !declarations.some((declaration) => declaration['name'] === name));
  refuseIf(stranger !== undefined, `allowed_function_names: ${shown(stranger)} is not declared.`);
}
