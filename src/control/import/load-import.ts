import { closeSync, openSync, readFileSync, readSync, statSync } from 'node:fs';
import { resolve } from 'node:path';
import type { Environment } from '../../config/expand-environment.ts';
import type { PresetCatalogue } from '../../domain/preset.ts';
import { unreachable } from '../../lib/unreachable.ts';
import { isDatabaseUrl, readForeignAddress } from '../../store/foreign/read-foreign-address.ts';
import { readForeignDatabase } from '../../store/foreign/read-foreign-database.ts';
import { OperationError } from '../operation-error.ts';
import { API_KEY_ROTATOR_TABLES, fromApiKeyRotator } from './from-api-key-rotator.ts';
import { fromLlmApikeyLb } from './from-llm-apikey-lb.ts';
import { fromLlmGateway } from './from-llm-gateway.ts';
import { fromLlmProxyDatabase, LLM_PROXY_TABLES } from './from-llm-proxy-database.ts';
import { fromLlmProxyFile } from './from-llm-proxy-file.ts';
import type { ImportDraft, ImportSource } from './import-draft.ts';
import { LLM_GATEWAY_TABLES } from './llm-gateway-rows.ts';

export interface ImportRequest {
  readonly source: ImportSource;
  /** A file, or the URL of a database. */
  readonly address: string;
  /** What relative paths begin at. */
  readonly directory: string;
  /** For `${NAME}` in a config.yaml. */
  readonly environment: Environment;
  readonly presets: PresetCatalogue;
  /** JWT_SECRET of LLM Gateway; null: not known. */
  readonly jwtSecret: string | null;
}

const SQLITE_MAGIC = 'SQLite format 3\0';
const MOST_FILE_BYTES = 64 * 1024 * 1024;

/**
 * Reads the data of an older program, without changing anything there or here.
 * @throws {OperationError} When they are not that program's.
 * @throws {StoreError} When a database cannot be read. No message holds a secret.
 */
export async function loadImport(request: ImportRequest): Promise<ImportDraft> {
  const { source, address, directory, presets, jwtSecret } = request;
  const read = (tables: Parameters<typeof readForeignDatabase>[1]) => readForeignDatabase(readForeignAddress(address, directory), tables);
  switch (source) {
    case 'llm-apikey-lb':
      return fromLlmApikeyLb(readText(request), presets);
    case 'llm-gateway':
      return fromLlmGateway(await read(LLM_GATEWAY_TABLES), { presets, jwtSecret });
    case 'llm-proxy':
      if (isDatabase(request)) return fromLlmProxyDatabase(await read(LLM_PROXY_TABLES), presets);
      return fromLlmProxyFile(readText(request), request.environment, presets);
    case 'api-key-rotator':
      return fromApiKeyRotator(await read(API_KEY_ROTATOR_TABLES), presets);
    default:
      return unreachable(source);
  }
}

function isDatabase({ address, directory }: ImportRequest): boolean {
  if (isDatabaseUrl(address)) return true;
  const head = Buffer.alloc(SQLITE_MAGIC.length);
  const file = open(resolve(directory, address));
  try {
    readSync(file, head, 0, head.length, 0);
  } finally {
    closeSync(file);
  }
  return head.toString('latin1') === SQLITE_MAGIC;
}

function readText({ address, directory }: ImportRequest): string {
  if (isDatabaseUrl(address))
    throw new OperationError('invalid_request', 'The data of this program are a file, and the address is that of a database.');
  const path = resolve(directory, address);
  const file = open(path);
  try {
    if (statSync(path).size > MOST_FILE_BYTES)
      throw new OperationError('invalid_request', `The file ${path} is larger than 64 MiB. Nothing was imported.`);
    return readFileSync(file, 'utf8').replace(/^\uFEFF/u, '');
  } finally {
    closeSync(file);
  }
}

function open(path: string): number {
  try {
    return openSync(path, 'r');
  } catch (error) {
    throw new OperationError('not_found', `The file ${path} cannot be read: ${error instanceof Error ? error.message : String(error)}.`);
  }
}
