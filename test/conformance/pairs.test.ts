import assert from 'node:assert/strict';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { INPUTS, TEXT_PROTOCOLS, type TextProtocol } from './inputs/inputs.ts';
import { Pair } from './translate-pair.ts';

const FOLDER = join(import.meta.dirname, 'goldens');

/** `GOLDENS=write` writes them anew; read the difference before you keep it. */
const writes = process.env['GOLDENS'] === 'write';

function translated(client: TextProtocol, upstream: TextProtocol): object {
  const pair = new Pair(client, upstream);
  // A legacy prompt is one question.
  const request = upstream === 'openai-completions' ? INPUTS[client].plain : INPUTS[client].request;
  const { answer, stream, error } = INPUTS[upstream];
  return {
    request: pair.request(request),
    answer: pair.answer(request, answer),
    stream: pair.stream(request, [Buffer.from(stream)]).text.split('\n'),
    refusal: pair.refusal(error),
  };
}

for (const client of TEXT_PROTOCOLS) {
  for (const upstream of TEXT_PROTOCOLS.filter((each) => each !== client)) {
    test(`${client} told to ${upstream}, and its answers brought back, are as written down`, () => {
      const path = join(FOLDER, `${client}--${upstream}.json`);
      const actual = `${JSON.stringify(translated(client, upstream), null, 2)}\n`;
      if (writes) {
        mkdirSync(FOLDER, { recursive: true });
        writeFileSync(path, actual);
      }
      assert.deepEqual(JSON.parse(actual), JSON.parse(readFileSync(path, 'utf8')));
    });
  }
}
