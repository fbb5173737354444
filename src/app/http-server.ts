import { createServer, type Server } from 'node:http';
import { readFileSync } from 'node:fs';

const HEADER_BYTES = 64 * 1024;
/** One more than is allowed, so that a request with too many is noticed instead of being cut. */
const HEADER_FIELDS = 401;
const MOST_CONNECTIONS = 10_000;
const LEAST_CONNECTIONS = 16;
/** Descriptors for what is neither a client nor its upstream: the database, the journal, the threads' own. */
const OWN_DESCRIPTORS = 64;

/** The server with the limits of a public door: strict parsing, bounded headers, bounded time for them, and a file descriptor for the upstream of every client. */
export function createHttpServer(): Server {
  const server = createServer({
    maxHeaderSize: HEADER_BYTES,
    headersTimeout: 15_000,
    requestTimeout: 300_000,
    connectionsCheckingInterval: 2000,
    keepAliveTimeout: 72_000,
    insecureHTTPParser: false,
    // Checked by the data plane, which answers in JSON and refuses two of them as well.
    requireHostHeader: false,
    noDelay: true,
  });
  server.maxHeadersCount = HEADER_FIELDS;
  server.maxConnections = mostConnections(fileDescriptorLimit());
  return server;
}

/** As many clients as can have an upstream connection each. */
function mostConnections(descriptors: number): number {
  const pairs = Math.floor((descriptors - OWN_DESCRIPTORS) / 2);
  return Math.min(MOST_CONNECTIONS, Math.max(LEAST_CONNECTIONS, pairs));
}

/** The soft limit of open files of this process; a large number where the system does not tell. */
function fileDescriptorLimit(): number {
  try {
    const line = /^Max open files\s+(\d+)/m.exec(readFileSync('/proc/self/limits', 'utf8'));
    return line === null ? MOST_CONNECTIONS * 2 : Number(line[1]);
  } catch {
    return MOST_CONNECTIONS * 2;
  }
}

/** Listens, or rejects with a sentence that names the address. */
export function listen(server: Server, host: string, port: number): Promise<number> {
  return new Promise((resolve, reject) => {
    const onError = (error: NodeJS.ErrnoException): void => reject(new Error(listenProblem(error, host, port)));
    server.once('error', onError);
    server.listen({ host, port, backlog: 1024 }, () => {
      server.off('error', onError);
      const address = server.address();
      resolve(typeof address === 'object' && address !== null ? address.port : port);
    });
  });
}

function listenProblem(error: NodeJS.ErrnoException, host: string, port: number): string {
  switch (error.code) {
    case 'EADDRINUSE':
      return `Port ${port} on ${host} is in use by another program. Choose another with PORT, or stop that program.`;
    case 'EACCES':
      return `Port ${port} on ${host} may not be used by this user. Ports below 1024 need a privilege; choose another with PORT.`;
    case 'EADDRNOTAVAIL':
    case 'ENOTFOUND':
      return `The address ${host} (HOST) is not one of this machine.`;
    default:
      return `The gateway cannot listen on ${host}:${port}: ${error.message}.`;
  }
}
