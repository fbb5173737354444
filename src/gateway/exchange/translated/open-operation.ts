import type { ProtocolName } from '../../../domain/protocol.ts';
import { isObject, parseJson } from '../../../lib/json-reading.ts';
import { PROTOCOLS } from '../../../protocols/registry.ts';
import type { WireProtocol } from '../../../protocols/wire-protocol.ts';
import type { Operation } from '../../http/match-path.ts';
import { CountOperation } from './count-operation.ts';
import { EmbeddingOperation } from './embedding-operation.ts';
import { TextOperation } from './text-operation.ts';
import type { OperationCall, TranslatedOperation } from './translated-operation.ts';

/** Reads a call so that it can be told in other protocols. Throws what its own protocol would refuse. */
export function openOperation(bytes: Buffer | null, call: OperationCall, client: WireProtocol, operation: Operation): TranslatedOperation {
  const read = bytes === null ? undefined : parseJson(bytes);
  const body = isObject(read) ? read : {};
  switch (operation) {
    case 'generate':
      return new TextOperation(client, body, call);
    case 'embed':
      return new EmbeddingOperation(client, body, call);
    case 'count':
      return new CountOperation(client, body, call);
  }
}

/** True for protocols in which this operation can be told. */
export function servesOperation(operation: Operation): (protocol: ProtocolName) => boolean {
  return SERVES[operation];
}

const SERVES: Readonly<Record<Operation, (protocol: ProtocolName) => boolean>> = {
  generate: (protocol) => PROTOCOLS[protocol].text !== undefined,
  embed: (protocol) => PROTOCOLS[protocol].embeddings !== undefined,
  count: (protocol) => PROTOCOLS[protocol].counting !== undefined,
};
