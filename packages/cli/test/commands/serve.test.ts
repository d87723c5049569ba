import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { createSandbox, type Sandbox } from '@migration-status/sandbox';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { runProgram } from '../../src/program.ts';
import { parseServeAccess } from '../../src/serve/parse-serve-flags.ts';
import { createTextStream } from '../support/run-in-process.ts';

let sandbox: Sandbox;
let folder = '';

beforeAll(async () => {
  sandbox = await createSandbox();
  folder = await mkdtemp(path.join(tmpdir(), 'migration-status-serve-'));
  await writeFile(path.join(folder, 'token'), 'a-token-of-the-operator\n');
});

afterAll(async () => {
  await sandbox.close();
  await rm(folder, { recursive: true });
});

/** Serves one migration at Velt, hands over its address, and is interrupted after that. */
async function serveWhile(words: readonly string[], use: (url: string) => Promise<void>) {
  const ref = sandbox.velt.addMigration({ timeline: [{ status: 'in_progress' }] });
  const { apiKey, authToken } = sandbox.velt.credentials;
  const interruption = new AbortController();
  const [stdout, stderr] = [createTextStream(), createTextStream()];
  const listening = Promise.withResolvers<string>();
  const run = runProgram(
    [
      'serve',
      `velt/${ref.organizationId}/${ref.migrationId}`,
      '--option',
      `velt.baseUrl=${sandbox.velt.baseUrl}`,
      '--port',
      '0',
      ...words,
    ],
    {
      stdout: {
        ...stdout,
        write(text) {
          stdout.write(text);
          listening.resolve(text.trim());
        },
      },
      stderr,
      environment: { VELT_API_KEY: apiKey, VELT_AUTH_TOKEN: authToken, TOKEN: 'a-token-of-the-operator' },
      folder,
      interruption: interruption.signal,
      atExit: () => () => {},
      atSuspension: () => () => {},
      readInput: async () => '',
    },
  );
  const url = await Promise.race([
    listening.promise,
    run.then((code) => Promise.reject(new Error(`${code}: ${stderr.text()}`))),
  ]);
  try {
    await use(url);
  } finally {
    interruption.abort({ signal: 'SIGINT' });
  }
  return { exitCode: await run, url, complaints: stderr.text() };
}

describe('serve', () => {
  it('shows migrations to this machine until it is interrupted', async () => {
    const { exitCode, url } = await serveWhile([], async (address) => {
      expect(address).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/$/);
      expect(await (await fetch(address)).text()).toContain('<title>');
      const snapshot = await (await fetch(`${address}statuses`)).json();
      expect(snapshot).toMatchObject({ format: 'migration-status/snapshot', total: 1 });
      const stream = await fetch(`${address}statuses/events`);
      expect(stream.headers.get('content-type')).toMatch(/^text\/event-stream/);
      await stream.body?.cancel();
    });
    expect(exitCode).toBe(130);
    await expect(fetch(url)).rejects.toThrow('fetch failed');
  });

  it('ends also while somebody reads the stream', async () => {
    const { exitCode } = await serveWhile([], async (url) => {
      await fetch(`${url}statuses/events`);
    });
    expect(exitCode).toBe(130);
  });

  it.each(['env:TOKEN', 'file:token'])('answers only who shows the token of %s', async (source) => {
    await serveWhile(['--token', source, '--name', 'migrations.example.com'], async (url) => {
      expect((await fetch(`${url}statuses`)).status).toBe(401);
      const headers = { authorization: 'Bearer a-token-of-the-operator' };
      expect((await fetch(`${url}statuses`, { headers })).status).toBe(200);
    });
  });

  it('lets readers do nothing but look, unless they are allowed to', async () => {
    const post = async (url: string) => {
      const { rows } = await (await fetch(`${url}statuses`)).json();
      const body = JSON.stringify({ key: rows[0].key });
      const headers = { origin: new URL(url).origin };
      return (await fetch(`${url}statuses/refresh`, { method: 'POST', body, headers })).status;
    };
    await serveWhile([], async (url) => expect(await post(url)).toBe(404));
    await serveWhile(['--allow', 'refresh'], async (url) => expect(await post(url)).toBe(204));
  });

  it('says here in one line of text why an action did not succeed, and there only that it did not', async () => {
    const rude = path.join(import.meta.dirname, '../fixtures/rude/migration-status.config.ts');
    const { complaints } = await serveWhile(
      ['rude/broken', '--config', rude, '--allow', 'cancel'],
      async (url) => {
        const body = JSON.stringify({ key: 'rude/broken' });
        const headers = { origin: new URL(url).origin };
        const answer = await fetch(`${url}statuses/cancel`, { method: 'POST', body, headers });
        expect([answer.status, await answer.json()]).toEqual([502, { error: 'It did not succeed.' }]);
      },
    );
    expect(complaints.split('\n')).toContainEqual(expect.stringMatching(/^oh \P{Cc}* failed: oh \P{Cc}*$/u));
  });

  it('says that a port is taken', async () => {
    const taken = createServer().listen(0, '127.0.0.1');
    await new Promise((resolve) => taken.once('listening', resolve));
    const address = taken.address();
    const port = typeof address === 'object' ? String(address?.port) : '';
    await expect(serveWhile(['--port', port], async () => {})).rejects.toThrow(
      /^2: migration-status: nobody can listen on 127\.0\.0\.1:\d+: listen EADDRINUSE/,
    );
    taken.close();
  });
});

describe('who is served', () => {
  it('is this machine, unless something else is said', () => {
    expect(parseServeAccess({})).toEqual({
      host: '127.0.0.1',
      port: 8080,
      hosts: ['localhost', '127.0.0.1', '[::1]'],
      token: undefined,
    });
  });

  it('is others with a token only', () => {
    for (const flags of [{ host: '0.0.0.0' }, { host: '192.0.2.1' }, { name: ['migrations.example.com'] }]) {
      expect(() => parseServeAccess(flags)).toThrow(
        /^--token is needed where others than this machine can ask/,
      );
    }
    const token = 'env:TOKEN';
    expect(parseServeAccess({ host: '0.0.0.0', token, name: ['m.example.com'] })).toMatchObject({
      hosts: ['localhost', '127.0.0.1', '[::1]', 'm.example.com'],
      token: { env: 'TOKEN' },
    });
    expect(parseServeAccess({ host: '2001:db8::1', token }).hosts).toContain('[2001:db8::1]');
  });

  it('never takes the token itself, nor a port that is none', () => {
    const refused = () => parseServeAccess({ token: 'very-secret-token' });
    expect(refused).toThrow('--token must be env:<variable> or file:<path>, never the credential itself');
    expect(refused).not.toThrow('very-secret');
    for (const port of ['x', '-1', '65536', '1.5', '']) {
      expect(() => parseServeAccess({ port })).toThrow('--port must be a number from 0 to 65535');
    }
  });
});
