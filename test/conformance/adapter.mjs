/**
 * Adapter of the black-box conformance kit: each case becomes one provider with one mapped model of a gateway that is configured through its
 * headgate.yaml. `prepare` writes the file and tells the gateway, which the kit starts afterwards, where it lies.
 */
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

/** A tenth of a second each. */
const MOST_TRIES = 100;

const CLIENT_KEY = 'hg-conformance-client-key-1';

/** The kit's names of upstream protocols, as presets and protocols of the gateway. */
const UPSTREAMS = {
  'openai-chat': { preset: 'openai', protocol: 'openai-chat' },
  'openai-responses': { preset: 'openai', protocol: 'openai-responses' },
  'openai-completions': { preset: 'openai', protocol: 'openai-completions' },
  'openai-embeddings': { preset: 'openai', protocol: 'openai-embeddings' },
  anthropic: { preset: 'anthropic', protocol: 'anthropic-messages' },
  'anthropic-count-tokens': { preset: 'anthropic', protocol: 'anthropic-messages' },
  gemini: { preset: 'gemini', protocol: 'gemini-generate' },
};

let folder = null;

export async function prepare(cases) {
  folder = fs.mkdtempSync(path.join(os.tmpdir(), 'headgate-conformance-'));
  const config = {
    providers: cases.map(providerOf),
    virtualKeys: [{ id: 'kit', secret: CLIENT_KEY }],
    // A failure is to be seen at once, not waited out.
    settings: { maxWaitMs: 0 },
  };
  const file = path.join(folder, 'headgate.yaml');
  // JSON is YAML.
  fs.writeFileSync(file, JSON.stringify(config));
  process.env.CONFIG_FILE = file;
  process.env.DATA_DIR = path.join(folder, 'data');
}

export async function configure(gatewayUrl, cases) {
  return Object.fromEntries(cases.map((each) => [each.name, { url: gatewayUrl, apiKey: CLIENT_KEY, model: modelOf(each) }]));
}

/** The kit has told the gateway to stop, but does not wait for it: until its last rows are written, files come back into the folder. */
export async function teardown() {
  for (let tries = 1; folder !== null; tries += 1) {
    try {
      fs.rmSync(folder, { recursive: true, force: true });
      return;
    } catch (error) {
      if (error.code !== 'ENOTEMPTY' || tries === MOST_TRIES) throw error;
      await sleep(100);
    }
  }
}

function providerOf(each, index) {
  const { preset, protocol } = UPSTREAMS[each.upstream_protocol];
  return {
    id: `case-${index}`,
    preset,
    protocols: { [protocol]: each.upstream_base_url },
    models: [{ name: modelOf(each), upstream: each.upstream_model }],
    keys: [each.upstream_key],
  };
}

function modelOf(each) {
  return `case-${each.name}`;
}
