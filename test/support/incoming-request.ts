import { IncomingMessage } from 'node:http';
import { Socket } from 'node:net';

/** A request as node:http hands it over, without a connection. Headers as pairs; repeated ones come out as Node joins them. */
export function incomingRequest(headers: readonly (readonly [name: string, value: string])[] = [], peer?: string): IncomingMessage {
  const socket = new Socket();
  if (peer !== undefined) Object.defineProperty(socket, 'remoteAddress', { value: peer });
  const request = new IncomingMessage(socket);
  request.rawHeaders = headers.flat();
  for (const [name, value] of headers) {
    const key = name.toLowerCase();
    const before = request.headers[key];
    request.headers[key] = typeof before === 'string' && key !== 'authorization' ? `${before}, ${value}` : (before ?? value);
  }
  return request;
}
