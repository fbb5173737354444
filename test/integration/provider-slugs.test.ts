import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';

import { MockedGateway } from '../support/mocked-gateway.ts';

let world: MockedGateway;

before(async () => {
  world = await MockedGateway.start({
    providers: [
      { id: 'vendor', models: ['one'], keys: ['sk-vendor-12345'] },
      { id: 'switched-off', models: ['two'], keys: ['sk-vendor-67890'], enabled: false },
    ],
  });
});
after(() => world.close());

const SLUGS = ['vendor', 'switched-off', 'nobody', 'openai'];
const PATHS = ['/llm/SLUG/v1/models', '/llm/SLUG/v1/chat/completions', '/proxy/SLUG/anything'];

for (const key of [null, 'a-key-that-nobody-has']) {
  test(`before authentication nobody learns which providers there are (${key === null ? 'no key' : 'a wrong key'})`, async () => {
    for (const path of PATHS) {
      for (const method of ['GET', 'POST', 'DELETE']) {
        const answers = await Promise.all(
          SLUGS.map((slug) => world.send(path.replace('SLUG', slug), { key, method, headers: { 'x-llm-provider': slug } })),
        );
        const seen = answers.map(({ status, headers, text }) => {
          const { 'x-request-id': _id, date: _date, ...rest } = headers;
          return JSON.stringify([status, rest, text]);
        });
        assert.equal(new Set(seen).size, 1, `${method} ${path}: ${[...new Set(seen)].join('\n')}`);
        assert.ok([401, 405].includes(answers[0]?.status ?? 0));
      }
    }
  });
}

test('behind it an unknown provider is told', async () => {
  assert.equal((await world.send('/llm/nobody/v1/models')).status, 404);
});
