import type { CanonicalTool, ToolChoice } from '../../domain/canonical/canonical-request.ts';
import { isObject, type JsonObject } from '../../lib/json-reading.ts';
import { isSaid, readObject, readObjects, readString, readStrings, refuseField } from './client-fields.ts';
import { jsonSchemaOf } from './openapi-schema.ts';
import type { UnmappedMembers } from './unmapped-members.ts';

const KNOWN_DECLARATION_MEMBERS = new Set(['name', 'description', 'parameters', 'parametersJsonSchema']);
const NO_PARAMETERS = { type: 'object', properties: {} };

/** The functions of all tools, in order. Google's own tools (`googleSearch`, `codeExecution` …) have no counterpart elsewhere and are told. */
export function decodeTools(body: JsonObject, prefix: string, unmapped: UnmappedMembers): readonly CanonicalTool[] {
  const path = `${prefix}tools`;
  return readObjects(body, 'tools', path).flatMap((tool, index) => {
    const place = `${path}[${index}]`;
    for (const [name, value] of Object.entries(tool)) {
      // `{"googleSearch":{}}`: an empty object asks for the tool.
      if (name !== 'functionDeclarations' && (isSaid(value) || isObject(value))) unmapped.add(`${place}.${name}`);
    }
    return readObjects(tool, 'functionDeclarations', `${place}.functionDeclarations`).map((declaration, nth) =>
      decodeDeclaration(declaration, `${place}.functionDeclarations[${nth}]`, unmapped),
    );
  });
}

function decodeDeclaration(declaration: JsonObject, path: string, unmapped: UnmappedMembers): CanonicalTool {
  const name = readString(declaration, 'name', `${path}.name`) ?? '';
  if (name === '') throw refuseField(`${path}.name`, 'is missing');
  const schema = readObject(declaration, 'parameters', `${path}.parameters`);
  const jsonSchema = readObject(declaration, 'parametersJsonSchema', `${path}.parametersJsonSchema`);
  if (schema !== null && jsonSchema !== null) throw refuseField(`${path}.parameters`, 'and "parametersJsonSchema" exclude each other');
  unmapped.addUnknown(declaration, KNOWN_DECLARATION_MEMBERS, path);
  const description = readString(declaration, 'description', `${path}.description`);
  const parameters = jsonSchema ?? (schema === null ? null : jsonSchemaOf(schema)) ?? NO_PARAMETERS;
  return {
    kind: 'function',
    name,
    description: description === '' ? null : description,
    parameters: Object.keys(parameters).length === 0 ? NO_PARAMETERS : parameters,
    strict: null,
    grammar: null,
  };
}

const KNOWN_CONFIG = new Set(['functionCallingConfig']);
const KNOWN_CALLING = new Set(['mode', 'allowedFunctionNames']);

/** `toolConfig`. Null: nothing said, or no functions that it could be said of. */
export function decodeToolChoice(body: JsonObject, prefix: string, tools: readonly CanonicalTool[], unmapped: UnmappedMembers): ToolChoice | null {
  const path = `${prefix}toolConfig`;
  const config = readObject(body, 'toolConfig', path) ?? {};
  unmapped.addUnknown(config, KNOWN_CONFIG, path);
  const place = `${path}.functionCallingConfig`;
  const calling = readObject(config, 'functionCallingConfig', place);
  if (calling === null) return null;
  unmapped.addUnknown(calling, KNOWN_CALLING, place);
  const mode = (readString(calling, 'mode', `${place}.mode`) ?? 'MODE_UNSPECIFIED').toUpperCase();
  const names = readStrings(calling, 'allowedFunctionNames', `${place}.allowedFunctionNames`);
  const stranger = names.findIndex((name) => !tools.some((tool) => tool.name === name));
  if (stranger !== -1) throw refuseField(`${place}.allowedFunctionNames[${stranger}]`, 'names no declared function');
  const choice = choiceOf(mode, names, place);
  if (tools.length > 0) return choice;
  if (mode === 'ANY') throw refuseField(`${place}.mode`, 'is ANY, but no function is declared');
  return null;
}

function choiceOf(mode: string, names: readonly string[], place: string): ToolChoice {
  if (names.length > 0 && mode !== 'ANY' && mode !== 'VALIDATED')
    throw refuseField(`${place}.allowedFunctionNames`, 'goes with the modes ANY and VALIDATED only');
  switch (mode) {
    case 'MODE_UNSPECIFIED':
    case 'AUTO':
      return { type: 'auto' };
    case 'NONE':
      return { type: 'none' };
    // Calls that follow the schema, or words: what others do in their automatic mode.
    case 'VALIDATED':
      return names.length > 0 ? { type: 'allowed', isRequired: false, names } : { type: 'auto' };
    case 'ANY':
      if (names.length > 1) return { type: 'allowed', isRequired: true, names };
      return names[0] === undefined ? { type: 'required' } : { type: 'named', name: names[0] };
    default:
      throw refuseField(`${place}.mode`, 'must be AUTO, ANY, NONE or VALIDATED');
  }
}
