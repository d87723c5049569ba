import { once } from 'node:events';
import { createServer } from 'node:http';
import { describe, expect, test } from 'vitest';
import * as z from 'zod/mini';
import { defineAdapter } from '../../src/adapter/define-adapter.ts';
import { createHttpClient } from '../../src/adapter/http-client.ts';
import { createLeanFetch } from '../../src/adapter/lean-fetch.ts';
import { createTracker } from '../../src/index.ts';

/** A server that counts the connections that are opened to it. */
async function createCountingServer() {
  let connections = 0;
  const server = createServer((_request, response) => {
    // A turn later, so that requests have to wait for each other's connections.
    setImmediate(() => response.end('{"status":"DONE"}'));
  });
  server.on('connection', () => {
    connections += 1;
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('expected a server on a port');
  return {
    origin: `http://127.0.0.1:${address.port}`,
    connections: () => connections,
    async [Symbol.asyncDispose]() {
      const closed = once(server, 'close');
      server.close();
      server.closeAllConnections();
      await closed;
    },
  };
}

function createAdapter(baseUrl: string, fetch: typeof globalThis.fetch | undefined) {
  return defineAdapter({
    provider: 'acme',
    states: { DONE: 'succeeded' },
    http: createHttpClient({ provider: 'acme', baseUrl, fetch }),
    refSchema: z.object({ id: z.number() }),
    toKeyParts: ({ id }) => [String(id)],
    toRequest: ({ id }) => ({ path: `/jobs/${id}` }),
    schema: z.object({ status: z.string() }),
    toReading: ({ status }) => ({ state: 'succeeded', nativeState: status, native: null }),
  });
}

const ids = Array.from({ length: 1000 }, (_, id) => id);

describe.each([
  { title: 'the platform', createFetch: () => undefined },
  { title: 'the lean fetch', createFetch: createLeanFetch },
])('over $title', ({ createFetch }) => {
  test('a thousand reads one after another share a connection', async () => {
    await using server = await createCountingServer();
    const adapter = createAdapter(server.origin, createFetch());
    for (const id of ids) expect((await adapter.getStatus({ id })).state).toBe('succeeded');
    expect(server.connections()).toBeLessThanOrEqual(2);
  });

  test('a thousand migrations in one lane open as many connections as it may send requests', async () => {
    await using server = await createCountingServer();
    const adapter = createAdapter(server.origin, createFetch());
    await using tracker = createTracker({
      adapters: [adapter],
      policy: { concurrency: 8, requestsPerSecond: 1e9, burst: 1e9 },
    });
    const statuses = await Promise.all(ids.map((id) => tracker.track(adapter, { id }).settled()));
    expect(statuses.map(({ state }) => state)).toEqual(ids.map(() => 'succeeded'));
    expect(server.connections()).toBeGreaterThan(1);
    expect(server.connections()).toBeLessThanOrEqual(8);
  });
});
