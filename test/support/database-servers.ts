import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { chownSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import type { ServerDatabaseConfig } from '../../src/config/database-config.ts';
import { findProgram, MARIADB_FOLDERS, POSTGRES_FOLDERS } from './database-programs.ts';
import { findClosedPort } from './find-closed-port.ts';
import { makeCertificate } from './make-certificate.ts';
import { waitFor } from './wait-for.ts';

/** A throwaway server of a test process, on a loopback port and a socket of its own. */
export interface DatabaseServer {
  readonly kind: ServerDatabaseConfig['kind'];
  readonly port: number;
  /** PostgreSQL: the folder of its socket. MariaDB: the socket. */
  readonly socket: string;
  /** Who signed the server's certificate, which is for `database.test` only. */
  readonly caFile: string;
  /** The administrator's way in; `database` is one that is always there. */
  readonly admin: ServerDatabaseConfig;
  readonly pid: number;
  /** Sends a signal to the server and waits for its end; SIGKILL is a crash. */
  stop(signal?: 'SIGTERM' | 'SIGINT' | 'SIGKILL'): Promise<void>;
  /** Again with the same data on the same port. */
  start(): Promise<void>;
  /** Stops it for good and removes its data. */
  dispose(): Promise<void>;
}

interface Plan {
  readonly kind: DatabaseServer['kind'];
  readonly program: string;
  readonly socket: string;
  readonly user: string;
  readonly password: string;
  readonly database: string;
  /** Arguments of the program for this port. */
  readonly run: (port: number) => readonly string[];
}

/** `nobody`: servers of databases refuse to run as root. */
const UNPRIVILEGED = 65_534;
const READY_WITHIN_MS = 20_000;
/** With everything in it that means something in a URL. */
const POSTGRES_PASSWORD = 'p@ss/w:rd?100%#';

const isRoot = process.getuid?.() === 0;
const identity = isRoot ? { uid: UNPRIVILEGED, gid: UNPRIVILEGED } : {};

export function startPostgres(): Promise<DatabaseServer> {
  return startServer('postgres', (folder, tls) => {
    const data = join(folder, 'data');
    const passwordFile = join(folder, 'password');
    writeFileSync(passwordFile, POSTGRES_PASSWORD);
    const login = ['-U', 'admin', '-A', 'scram-sha-256', '--pwfile', passwordFile];
    // Only what initdb writes is not made durable; the server works as it does for everybody.
    runOnce(findProgram('initdb', POSTGRES_FOLDERS, 'postgresql'), ['-D', data, ...login, '-E', 'UTF8', '--locale=C.UTF-8', '--no-sync']);
    const settings = { listen_addresses: '127.0.0.1', ssl: 'on', ssl_cert_file: tls.certFile, ssl_key_file: tls.keyFile };
    const options = Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`]);
    return {
      kind: 'postgres',
      program: findProgram('postgres', POSTGRES_FOLDERS, 'postgresql'),
      socket: folder,
      user: 'admin',
      password: POSTGRES_PASSWORD,
      database: 'postgres',
      run: (port) => ['-D', data, '-k', folder, '-p', String(port), ...options],
    };
  });
}

export function startMariadb(): Promise<DatabaseServer> {
  return startServer('mysql', (folder, tls) => {
    const data = join(folder, 'data');
    const socket = join(folder, 'socket');
    const always = ['--no-defaults', `--datadir=${data}`, '--innodb-log-file-size=16M'];
    const install = findProgram('mariadb-install-db', MARIADB_FOLDERS, 'mariadb-server');
    runOnce(install, [...always, '--auth-root-authentication-method=normal', '--skip-test-db', '--innodb-flush-method=nosync']);
    const network = ['--bind-address=127.0.0.1', '--skip-name-resolve', `--ssl-cert=${tls.certFile}`, `--ssl-key=${tls.keyFile}`];
    return {
      kind: 'mysql',
      program: findProgram('mariadbd', MARIADB_FOLDERS, 'mariadb-server'),
      socket,
      user: 'root',
      password: '',
      database: 'mysql',
      run: (port) => [...always, `--port=${port}`, `--socket=${socket}`, ...network],
    };
  });
}

interface TlsFiles {
  readonly certFile: string;
  readonly keyFile: string;
  readonly caFile: string;
}

function writeTlsFiles(folder: string): TlsFiles {
  const authority = makeCertificate({ name: 'an authority of the tests', isAuthority: true });
  const certificate = makeCertificate({ name: 'database.test', issuer: authority, hosts: ['database.test'] });
  const files = { certFile: join(folder, 'cert.pem'), keyFile: join(folder, 'key.pem'), caFile: join(folder, 'ca.pem') };
  writeFileSync(files.certFile, certificate.pem);
  writeFileSync(files.keyFile, certificate.keyPem, { mode: 0o600 });
  writeFileSync(files.caFile, authority.pem);
  if (isRoot) chownSync(files.keyFile, UNPRIVILEGED, UNPRIVILEGED);
  return files;
}

async function startServer(kind: DatabaseServer['kind'], prepare: (folder: string, tls: TlsFiles) => Plan): Promise<DatabaseServer> {
  const folder = mkdtempSync(join(tmpdir(), `headgate-${kind}-`));
  const remove = (): void => rmSync(folder, { recursive: true, force: true });
  try {
    if (isRoot) chownSync(folder, UNPRIVILEGED, UNPRIVILEGED);
    const tls = writeTlsFiles(folder);
    const server = new LocalServer(prepare(folder, tls), tls.caFile, await findClosedPort(), remove);
    await server.start();
    return server;
  } catch (error) {
    remove();
    throw error;
  }
}

class LocalServer implements DatabaseServer {
  readonly kind: DatabaseServer['kind'];
  readonly port: number;
  readonly socket: string;
  readonly caFile: string;
  readonly admin: ServerDatabaseConfig;
  readonly #plan: Plan;
  readonly #remove: () => void;
  readonly #killAtExit = (): void => void this.#child?.kill(this.kind === 'postgres' ? 'SIGQUIT' : 'SIGKILL');
  #child: ChildProcess | null = null;
  #said = '';

  constructor(plan: Plan, caFile: string, port: number, remove: () => void) {
    this.kind = plan.kind;
    this.caFile = caFile;
    this.port = port;
    this.socket = plan.socket;
    this.admin = { kind: plan.kind, host: '127.0.0.1', port, user: plan.user, password: plan.password, database: plan.database, tls: null };
    this.#plan = plan;
    this.#remove = remove;
  }

  get pid(): number {
    return this.#child?.pid ?? 0;
  }

  async start(): Promise<void> {
    this.#said = '';
    const child = spawn(this.#plan.program, this.#plan.run(this.port), { ...identity, stdio: ['ignore', 'pipe', 'pipe'], cwd: '/' });
    this.#child = child;
    // A test process that dies must not leave its servers behind.
    process.once('exit', this.#killAtExit);
    for (const output of [child.stdout, child.stderr]) output.on('data', (chunk: Buffer) => (this.#said += chunk.toString()));
    child.once('exit', () => (this.#child = null));
    await waitFor(`${this.kind} on port ${this.port}`, () => this.#isReady(), {
      timeoutMs: READY_WITHIN_MS,
      intervalMs: 20,
      describe: () => this.#said.slice(-2000),
    });
  }

  async stop(signal: 'SIGTERM' | 'SIGINT' | 'SIGKILL' = 'SIGINT'): Promise<void> {
    const child = this.#child;
    process.off('exit', this.#killAtExit);
    if (child === null) return;
    const ended = new Promise((resolve) => child.once('exit', resolve));
    // MariaDB stops at SIGTERM; PostgreSQL waits for its clients then, and not at SIGINT.
    child.kill(signal === 'SIGINT' && this.kind === 'mysql' ? 'SIGTERM' : signal);
    await ended;
  }

  async dispose(): Promise<void> {
    await this.stop();
    this.#remove();
  }

  #isReady(): boolean {
    if (this.#child === null) throw new Error(`${this.#plan.program} ended at its start: ${this.#said.slice(-2000)}`);
    return this.#said.includes(this.kind === 'postgres' ? 'database system is ready to accept connections' : 'ready for connections');
  }
}

function runOnce(program: string, args: readonly string[]): void {
  const { status, stderr, stdout } = spawnSync(program, args, { ...identity, encoding: 'utf8', cwd: '/' });
  if (status !== 0) throw new Error(`${program} failed: ${stderr}${stdout}`);
}
