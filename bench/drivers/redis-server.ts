import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { setTimeout as sleep } from 'node:timers/promises';
import { findFreePort } from '../../packages/durable/test/postgres-server.ts';

/** The system's own Redis on loopback, which keeps nothing. */
export interface RedisServer {
  readonly url: string;
  stop(): Promise<void>;
}

const startMs = 10_000;

/** Starts one on a free port. Rejects where the system has none. */
export async function startRedis(): Promise<RedisServer> {
  const port = await findFreePort();
  const flags = [
    '--port',
    port,
    '--bind',
    '127.0.0.1',
    '--save',
    '',
    '--appendonly',
    'no',
    '--dir',
    tmpdir(),
  ];
  const child = spawn('redis-server', flags.map(String), { stdio: 'ignore' });
  const gone = once(child, 'exit');
  await once(child, 'spawn').catch((error) => {
    throw error.code === 'ENOENT' ? new Error('there is no redis-server on the PATH') : error;
  });
  const kill = () => child.kill('SIGKILL');
  process.once('exit', kill);

  async function stop(): Promise<void> {
    process.off('exit', kill);
    kill();
    await gone;
  }

  const givenUpAt = performance.now() + startMs;
  while (!(await isListening(port))) {
    if (child.exitCode !== null || performance.now() > givenUpAt) {
      await stop();
      throw new Error('redis-server did not start');
    }
    await sleep(20);
  }
  return { url: `redis://127.0.0.1:${port}`, stop };
}

function isListening(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1');
    socket.once('connect', () => resolve(true));
    socket.once('error', () => resolve(false));
    socket.once('connect', () => socket.destroy());
  });
}
