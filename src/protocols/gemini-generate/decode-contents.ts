import type { CanonicalTurn } from '../../domain/canonical/canonical-request.ts';
import { TurnBuilder } from '../../domain/canonical/turn-builder.ts';
import type { JsonObject } from '../../lib/json-reading.ts';
import { AssistantParts } from './assistant-parts.ts';
import { isSaid, readObject, readObjects, readString, refuseField } from './client-fields.ts';
import { decodeMedia, decodeResult, decodeUserPart, kindOfPart } from './decode-user-part.ts';
import { readSignature } from './thought-signature.ts';
import type { UnmappedMembers } from './unmapped-members.ts';

const KNOWN_PART_MEMBERS = new Set([
  'text',
  'thought',
  'thoughtSignature',
  'inlineData',
  'fileData',
  'functionCall',
  'functionResponse',
  'executableCode',
  'codeExecutionResult',
  'toolCall',
  'toolResponse',
  // A note of the client to itself; the model does not see it.
  'partMetadata',
]);

/** How a conversation is read. */
interface ContentsReading {
  /** Path of the request inside the body, with its dot, or empty. */
  readonly prefix: string;
  /** Only tokens are counted: a piece of a conversation will do. */
  readonly isPartial: boolean;
}

/** Reads `systemInstruction` and `contents` into turns. */
export class ContentsReader {
  readonly #builder = new TurnBuilder();
  readonly #unmapped: UnmappedMembers;
  readonly #reading: ContentsReading;
  /** Ids of calls that came without one. */
  readonly #invented = new Set<string>();
  #calls = 0;
  #field = '';
  readonly #assistant = new AssistantParts((part) => this.#builder.add('assistant', part, this.#field));

  constructor(unmapped: UnmappedMembers, reading: ContentsReading) {
    this.#unmapped = unmapped;
    this.#reading = reading;
  }

  read(body: JsonObject): readonly CanonicalTurn[] {
    const { prefix, isPartial } = this.#reading;
    this.#readSystem(body['systemInstruction'], `${prefix}systemInstruction`);
    const path = `${prefix}contents`;
    const contents = readObjects(body, 'contents', path);
    if (contents.length === 0) throw refuseField(path, 'must not be empty');
    for (const [index, content] of contents.entries()) this.#readContent(content, `${path}[${index}]`);
    this.#assistant.close();
    if (isPartial) this.#answerOpenCalls();
    const turns = this.#builder.build();
    if (!isPartial && turns.every(({ role }) => role === 'system')) throw refuseField(path, 'must say something');
    return turns;
  }

  #readSystem(value: unknown, path: string): void {
    if (value === undefined || value === null) return;
    // Google's SDKs take a string here and some clients send it as it is.
    const parts = typeof value === 'string' ? [{ text: value }] : readObjects(readObject({ value }, 'value', path) ?? {}, 'parts', `${path}.parts`);
    for (const [index, part] of parts.entries()) {
      const place = `${path}.parts[${index}]`;
      const text = readString(part, 'text', `${place}.text`);
      if (text === null && isSaid(part)) throw refuseField(place, 'must be text');
      if (text !== null && text !== '') this.#builder.add('system', { type: 'text', text }, place);
    }
  }

  #readContent(content: JsonObject, path: string): void {
    const role = readString(content, 'role', `${path}.role`) ?? '';
    if (role !== 'model' && role !== 'user' && role !== 'function' && role !== '') throw refuseField(`${path}.role`, 'must be "user" or "model"');
    const parts = readObjects(content, 'parts', `${path}.parts`);
    if (parts.length === 0) throw refuseField(`${path}.parts`, 'must not be empty');
    for (const [index, part] of parts.entries()) this.#unmapped.addUnknown(part, KNOWN_PART_MEMBERS, `${path}.parts[${index}]`);
    if (role === 'model') for (const [index, part] of parts.entries()) this.#readModelPart(part, `${path}.parts[${index}]`);
    else this.#readUserParts(parts, path);
  }

  #readUserParts(parts: readonly JsonObject[], path: string): void {
    this.#assistant.close();
    const places = parts.map((part, index) => {
      const place = `${path}.parts[${index}]`;
      return { part, place, kind: kindOfPart(part, place) };
    });
    // Calls must be answered before anything else is said, wherever in the content the answers stand.
    for (const { part, place, kind } of places) if (kind === 'functionResponse') this.#readResult(part, `${place}.functionResponse`);
    for (const { part, place, kind } of places) {
      if (kind === 'functionResponse') continue;
      if (this.#reading.isPartial) this.#answerOpenCalls();
      const found = decodeUserPart(part, kind, place);
      if (found !== null) this.#builder.add('user', found, place);
    }
  }

  #readModelPart(part: JsonObject, path: string): void {
    this.#field = path;
    const kind = kindOfPart(part, path);
    const state = readSignature(part['thoughtSignature']);
    switch (kind) {
      case null:
      case 'text': {
        const text = readString(part, 'text', `${path}.text`) ?? '';
        if (part['thought'] === true) this.#assistant.addThought(text, state);
        else this.#assistant.addText(text, state);
        return;
      }
      case 'functionCall':
        return this.#readCall(part, path);
      case 'inlineData':
      case 'fileData':
        return this.#assistant.addWhole(decodeMedia(part, path), state);
      case 'functionResponse':
        throw refuseField(`${path}.functionResponse`, 'has no place in a turn of the model');
      // What a tool of Google's did: nobody else has it.
      case 'executableCode':
      case 'codeExecutionResult':
      case 'toolCall':
      case 'toolResponse':
        return this.#unmapped.add(`${path}.${kind}`);
    }
  }

  #readCall(part: JsonObject, path: string): void {
    const place = `${path}.functionCall`;
    const call = readObject(part, 'functionCall', place) ?? {};
    const name = readString(call, 'name', `${place}.name`) ?? '';
    if (name === '') throw refuseField(`${place}.name`, 'is missing');
    const args = readObject(call, 'args', `${place}.args`) ?? {};
    this.#calls += 1;
    let id = readString(call, 'id', `${place}.id`) ?? '';
    if (id === '') this.#invented.add((id = `call_${this.#calls}`));
    this.#assistant.addWhole({ type: 'tool-call', id, name, kind: 'function', input: JSON.stringify(args) }, readSignature(part['thoughtSignature']));
  }

  #readResult(part: JsonObject, path: string): void {
    const response = readObject(part, 'functionResponse', path) ?? {};
    const name = readString(response, 'name', `${path}.name`) ?? '';
    if (name === '') throw refuseField(`${path}.name`, 'is missing');
    const id = readString(response, 'id', `${path}.id`) ?? '';
    const open = this.#builder.openCalls();
    // An id finds its call; without one, or where the call came without one, name and order do.
    const call =
      open.find((each) => each.id === id && id !== '') ?? open.find((each) => each.name === name && (id === '' || this.#invented.has(each.id)));
    const result = decodeResult(response, path);
    if (call === undefined && this.#reading.isPartial) {
      for (const each of result.content) this.#builder.add('user', each, path);
      return;
    }
    this.#builder.addResult({ type: 'tool-result', callId: call?.id ?? '', ...result }, path);
  }

  /** A piece of a conversation may end before its calls are answered; whoever counts it elsewhere demands answers. */
  #answerOpenCalls(): void {
    for (const { id } of this.#builder.openCalls()) this.#builder.addResult({ type: 'tool-result', callId: id, content: [], isError: false }, '');
  }
}
