import type { IncomingMessage } from 'node:http';

/** False for an HTTP/1.1 request that names no host, or more than one (RFC 9112, 3.2): two programs could read it differently. */
export function hasOneHost(request: IncomingMessage): boolean {
  const { rawHeaders } = request;
  let hosts = 0;
  for (let index = 0; index < rawHeaders.length; index += 2) {
    const name = rawHeaders[index] ?? '';
    if (name.length === 4 && name.toLowerCase() === 'host') hosts += 1;
  }
  return hosts === 1 || (hosts === 0 && request.httpVersion === '1.0');
}
