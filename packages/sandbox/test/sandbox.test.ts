import { once } from 'node:events';
import { createServer, request } from 'node:http';
import { describe, expect, it, vi } from 'vitest';
import { createManualClock } from '../../../test/support/manual-clock.ts';
import { generateTimeline } from '../src/generated-timeline.ts';
import type { Sandbox } from '../src/index.ts';
import { createSandbox } from '../src/index.ts';
import { createControlDesk } from '../src/provider-controls.ts';
import { createSandboxClock } from '../src/sandbox-clock.ts';
import { createSeededRandom } from '../src/seeded-random.ts';
import { ask } from './support/ask.ts';

/** Everything a sandbox draws from its seed. */
async function drawFrom(sandbox: Sandbox) {
  const portal = await sandbox.onlyoffice.addPortal();
  return {
    velt: [sandbox.velt.credentials, sandbox.velt.addMigration()],
    onlyoffice: [portal.credentials, portal.memberApiKey],
    snaplogic: [sandbox.snaplogic.credentials, sandbox.snaplogic.addMigration()],
    genericMigrations: [sandbox.genericMigrations.credentials, sandbox.genericMigrations.addMigration()],
  };
}

describe('the seed', () => {
  it('decides all ids and credentials', async () => {
    await using one = await createSandbox({ seed: 7 });
    await using same = await createSandbox({ seed: 7 });
    await using other = await createSandbox({ seed: 8 });
    const drawn = await drawFrom(one);
    expect(await drawFrom(same)).toEqual(drawn);
    expect(await drawFrom(other)).not.toEqual(drawn);
  });

  it('gives each provider a stream of its own', async () => {
    await using one = await createSandbox();
    await using other = await createSandbox();
    one.velt.addMigration();
    expect(one.snaplogic.addMigration()).toEqual(other.snaplogic.addMigration());
  });

  it('decides the generated timelines, and takes each course as often as it weighs', () => {
    const courses = [
      { weight: 3, statuses: ['a', 'b'] },
      { weight: 1, statuses: ['c'] },
    ];
    const draw = (seed: number) => {
      const random = createSeededRandom(seed, 'test');
      return Array.from({ length: 400 }, () => generateTimeline(random, courses));
    };
    const timelines = draw(1);
    expect(draw(1)).toEqual(timelines);
    expect(draw(2)).not.toEqual(timelines);
    const long = timelines.filter((timeline) => timeline.length === 2);
    expect(long.length / timelines.length).toBeCloseTo(0.75, 1);
    const durations = long.map(([first]) => first?.forMs ?? 0);
    expect([Math.min(...durations), Math.max(...durations)]).toEqual([5_000, 60_000]);
  });
});

describe('close', () => {
  it('destroys requests that hang or drip, and may be called again', async () => {
    const sandbox = await createSandbox();
    const portal = await sandbox.onlyoffice.addPortal();
    portal.injectFault({ type: 'hang' });
    sandbox.velt.injectFault({ type: 'slow_body', chunkDelayMs: 60_000, chunkBytes: 1 });
    const outcomes = Promise.allSettled([
      ask(portal.portalUrl, { headers: { authorization: 'x' } }),
      ask(sandbox.velt.baseUrl),
    ]);
    await vi.waitFor(() => expect([...portal.requests, ...sandbox.velt.requests]).toHaveLength(2));
    await Promise.all([sandbox.close(), sandbox.close()]);
    await sandbox.close();
    expect((await outcomes).map(({ status }) => status)).toEqual(['rejected', 'rejected']);
    await expect(fetch(sandbox.velt.baseUrl)).rejects.toMatchObject({ cause: { code: 'ECONNREFUSED' } });
    await expect(sandbox.onlyoffice.addPortal()).rejects.toThrow('before the sandbox is closed');
  });

  it('takes along a portal that is still starting', async () => {
    const sandbox = await createSandbox();
    const adding = sandbox.onlyoffice.addPortal();
    await sandbox.close();
    await expect(fetch((await adding).portalUrl)).rejects.toMatchObject({ cause: { code: 'ECONNREFUSED' } });
  });
});

describe('every server', () => {
  /** Sends a request whose headers fetch would not allow. */
  function statusFor(url: string, headers: Record<string, string>) {
    return new Promise<number | undefined>((resolve, reject) => {
      request(url, { headers }, (response) => {
        response.resume();
        resolve(response.statusCode);
      })
        .on('error', reject)
        .end();
    });
  }

  it('listens on 127.0.0.1 and refuses a foreign Host header', async () => {
    await using sandbox = await createSandbox();
    const { baseUrl } = sandbox.velt;
    const { hostname, port } = new URL(baseUrl);
    expect(hostname).toBe('127.0.0.1');
    const hosts = [`127.0.0.1:${port}`, `LOCALHOST:${port}`, `[::1]:${port}`];
    for (const host of hosts) expect(await statusFor(baseUrl, { host })).toBe(404);
    const foreign = ['127.0.0.1', '127.0.0.1:1', `evil.example:${port}`, `127.0.0.1:${port}.evil.example`];
    for (const host of foreign) expect(await statusFor(baseUrl, { host })).toBe(421);
    expect(sandbox.velt.requests.map(({ status }) => status)).toEqual([404, 404, 404, 421, 421, 421, 421]);
  });

  it('refuses a body above one mebibyte', async () => {
    await using sandbox = await createSandbox();
    const post = (bytes: number) => ask(sandbox.velt.baseUrl, { method: 'POST', body: 'x'.repeat(bytes) });
    expect((await post(1_048_576)).status).toBe(404);
    expect((await post(1_048_577)).status).toBe(413);
  });

  it('survives a client that goes away in the middle of its body', async () => {
    await using sandbox = await createSandbox();
    await new Promise<void>((resolve) => {
      const leaving = request(sandbox.velt.baseUrl, { method: 'POST', headers: { 'content-length': 100 } });
      leaving.on('error', () => resolve());
      leaving.write('x', () => leaving.destroy(new Error('gone')));
    });
    expect((await ask(sandbox.velt.baseUrl)).status).toBe(404);
    expect(sandbox.velt.requests).toHaveLength(1);
  });

  it('takes a path that cannot be decoded for an unknown one', async () => {
    await using sandbox = await createSandbox();
    const { baseUrl, credentials } = sandbox.genericMigrations;
    const headers = { authorization: `Bearer ${credentials.apiKey}` };
    expect((await ask(`${baseUrl}/migrations/%E0%A4%A`, { headers })).status).toBe(404);
    expect((await ask(`${baseUrl}/migrations/mig%2F1`, { headers })).status).toBe(404);
    expect(sandbox.genericMigrations.requests.map(({ subjects }) => subjects)).toEqual([
      ['%E0%A4%A'],
      ['mig/1'],
    ]);
  });
});

describe('the request log', () => {
  it('never holds a credential or a body', async () => {
    await using sandbox = await createSandbox();
    const { velt, snaplogic, genericMigrations, onlyoffice } = sandbox;
    const portal = await onlyoffice.addPortal();
    const secrets = [
      [velt.baseUrl, Object.values(velt.credentials)],
      [snaplogic.baseUrl, [snaplogic.credentials.password, snaplogic.credentials.jwt]],
      [genericMigrations.baseUrl, Object.values(genericMigrations.credentials)],
      [portal.portalUrl, [portal.credentials.apiKey, portal.credentials.token, portal.memberApiKey]],
    ] as const;
    for (const [url, values] of secrets) {
      for (const secret of values) {
        await ask(`${url}/${secret}?key=${secret}`, {
          method: 'POST',
          headers: { authorization: `Bearer ${secret}`, 'x-velt-auth-token': secret },
          body: JSON.stringify({ secret }),
        });
      }
    }
    const logged = [velt, snaplogic, genericMigrations, onlyoffice, portal].flatMap(
      ({ requests }) => requests,
    );
    expect(logged).toHaveLength(11);
    const text = JSON.stringify(logged);
    expect(secrets.flatMap(([, values]) => values).filter((secret) => text.includes(secret))).toEqual([]);
    expect(velt.requests[0]).toMatchObject({ path: '/***', query: 'key=***' });
  });

  it('keeps the latest 10 000 requests', () => {
    const desk = createControlDesk(
      createSandboxClock(() => 0, 1),
      10_000,
    );
    const entry = { method: 'GET', path: '/', query: '', status: 200, subjects: [], answered: [] };
    for (let at = 0; at <= 10_000; at += 1) desk.record({ ...entry, at });
    expect([desk.controls.requests.length, desk.controls.requests[0]?.at]).toEqual([10_000, 1]);
  });

  it('is in the order of the answers and at the time they describe', async () => {
    const clock = createManualClock(Date.parse('2026-04-28T10:30:00Z'));
    await using sandbox = await createSandbox({ now: clock.now });
    await ask(sandbox.velt.baseUrl);
    await clock.advance(5);
    await ask(`${sandbox.velt.baseUrl}/later`);
    const entry = { method: 'GET', query: '', status: 404, subjects: [], answered: [] };
    expect(sandbox.velt.requests).toEqual([
      { ...entry, at: clock.now() - 5, path: '/' },
      { ...entry, at: clock.now(), path: '/later' },
    ]);
  });
});

it.each<[string, string]>([
  ['{"seed":1.5}', 'seed must be a whole number; got 1.5'],
  ['{"timeScale":0}', 'timeScale must be a finite number above 0; got 0'],
  ['{"port":65536}', 'port must be a whole number from 0 to 65535; got 65536'],
  ['{"latencyMs":-1}', 'latencyMs must be a finite number'],
  ['{"rateLimit":{"requests":0,"perMs":1}}', 'rateLimit.requests must be a whole number'],
  ['{"rateLimit":{"requests":1}}', 'rateLimit.perMs must be a finite number'],
  ['{"logSize":0.5}', 'logSize must be a whole number'],
  ['{"now":5}', 'now must be a function that returns milliseconds'],
  [
    '{"speed":2}',
    'createSandbox: the option name must be one of seed, timeScale, now, webhookUrl, port, latencyMs, rateLimit, logSize; got speed',
  ],
])('refuses the options %s', async (options, message) => {
  await expect(createSandbox(JSON.parse(options))).rejects.toThrow(message);
});

describe('the ports', () => {
  it('follow each other from the one that is asked for, portals last', async () => {
    const port = await findFreePort();
    await using sandbox = await createSandbox({ port });
    const portal = await sandbox.onlyoffice.addPortal();
    const urls = [sandbox.velt, sandbox.snaplogic, sandbox.genericMigrations].map(({ baseUrl }) => baseUrl);
    expect([...urls, portal.portalUrl].map((url) => Number(new URL(url).port) - port)).toEqual([0, 1, 2, 3]);
  });

  it('can be closed after a portal found its port taken', async () => {
    const port = await findFreePort();
    const sandbox = await createSandbox({ port });
    const other = createServer().listen(port + 3, '127.0.0.1');
    await once(other, 'listening');
    await expect(sandbox.onlyoffice.addPortal()).rejects.toThrow('EADDRINUSE');
    await expect(sandbox.close()).resolves.toBeUndefined();
    other.close();
  });

  it('are all given back when one of them is taken', async () => {
    const port = await findFreePort();
    await using taken = await createSandbox({ port: port + 1 });
    expect(taken.velt.baseUrl).toContain(String(port + 1));
    await expect(createSandbox({ port })).rejects.toThrow('EADDRINUSE');
    await expect(fetch(`http://127.0.0.1:${port}/`)).rejects.toThrow('fetch failed');
  });
});

/** The first of five ports in a row that nobody uses; systems hand out higher ones by themselves. */
async function findFreePort(): Promise<number> {
  const port = 10_000 + Math.floor(Math.random() * 20_000);
  const servers = Array.from({ length: 5 }, () => createServer());
  try {
    for (const [index, server] of servers.entries()) {
      server.listen(port + index, '127.0.0.1');
      await once(server, 'listening');
    }
    return port;
  } catch {
    return findFreePort();
  } finally {
    await Promise.all(servers.map((server) => new Promise((resolve) => server.close(resolve))));
  }
}
