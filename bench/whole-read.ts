import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:http';
import { createRequire } from 'node:module';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { createTracker } from '@migration-status/core';
import { createLeanFetch } from '@migration-status/core/lean-fetch';
import * as z from 'zod/mini';
import { startCpu } from './harness/cpu.ts';
import { toFigure } from './harness/median.ts';
import { createAcmeAdapter } from './peers/acme-adapter.ts';
import { toPolicy } from './peers/ours.ts';

/**
 * What a whole read costs in processor time, in microseconds: request, validation, mapping, engine, frozen status and
 * event, against a bare `fetch` with `JSON.parse`. The server is another process, whose time does not count.
 *
 * Run it with `node --conditions=source bench/whole-read.ts`.
 */
export interface WholeReadCost {
  /** `JSON.parse(await (await fetch(url)).text())`. */
  readonly bareCpuMicros: number;
  /** A tracker, and an adapter with `fetch: createLeanFetch()`. */
  readonly oursCpuMicros: number;
  /** The same on the platform's fetch. */
  readonly oursPlatformFetchCpuMicros: number;
  /** The adapter with the lean fetch, without a tracker: request, validation and mapping. */
  readonly adapterCpuMicros: number;
  /** ky, a zod schema and p-retry, as one writes it by hand. */
  readonly handRolledCpuMicros: number;
  /** Connections that the adapter with the lean fetch has opened for thousands of reads, eight at a time. */
  readonly sockets: number;
}

const concurrency = 8;
const warmUpReads = 3000;
const readsPerRound = 4000;
const rounds = 5;

/**
 * The variants take turns, so that a busy machine hits all of them; the medians of the rounds are given. Each has a process
 * of its own: in a common one, each would collect what the one before it has left behind, which for a bare `fetch` is a
 * quarter of all that it costs.
 */
export async function measureWholeRead({ bodyBytes = 40, share = 1 } = {}): Promise<WholeReadCost> {
  const server = forkSelf('serve', String(bodyBytes));
  const readers: ChildProcess[] = [];
  try {
    const [ports]: number[][] = await once(server, 'message');
    const urls = (ports ?? []).map((port) => `http://127.0.0.1:${port}`);
    for (const [index, name] of variantNames.entries()) {
      readers.push(forkSelf('read', name, String(urls[index])));
    }
    const costs = readers.map((): number[] => []);
    const readsOfRound = Math.ceil(readsPerRound * share);
    for (const reader of readers) await measureReads(reader, Math.ceil(warmUpReads * share));
    // Asked here, because connections that rest while the others have their turn are closed. One of them is the one that asks.
    const connections = await (await fetch(`${urls[variantNames.indexOf('ours')]}/connections`)).text();
    const sockets = Number(connections) - 1;
    for (let round = 0; round < rounds; round += 1) {
      for (const [index, reader] of readers.entries()) {
        costs[index]?.push(await measureReads(reader, readsOfRound));
      }
    }
    const [
      bareCpuMicros = 0,
      oursCpuMicros = 0,
      oursPlatformFetchCpuMicros = 0,
      adapterCpuMicros = 0,
      handRolledCpuMicros = 0,
    ] = costs.map((micros) => toFigure(micros).value);
    return {
      bareCpuMicros,
      oursCpuMicros,
      oursPlatformFetchCpuMicros,
      adapterCpuMicros,
      handRolledCpuMicros,
      sockets,
    };
  } finally {
    for (const child of [server, ...readers]) child.disconnect();
  }
}

function forkSelf(...parameters: readonly string[]): ChildProcess {
  return fork(fileURLToPath(import.meta.url), parameters);
}

/** Has the process of a variant read so many times; gives the microseconds of its processor time per read. */
async function measureReads(reader: ChildProcess, count: number): Promise<number> {
  reader.send(count);
  const [micros] = await once(reader, 'message');
  return Number(micros) / count;
}

/** In the order of their ports, and of their turns. */
const variantNames = ['bare', 'ours', 'platform', 'adapter', 'byHand'] as const;

const variants: Record<string, (baseUrl: string) => Run | Promise<Run>> = {
  bare: (baseUrl) => createRun(() => readBare(`${baseUrl}/jobs/1`)),
  ours: (baseUrl) => createReader(baseUrl, createLeanFetch()),
  platform: (baseUrl) => createReader(baseUrl, undefined),
  adapter(baseUrl) {
    const adapter = createAcmeAdapter({ baseUrl, token: 'token', fetch: createLeanFetch() });
    return createRun(() => adapter.getStatus({ jobId: '1' }));
  },
  byHand: async (baseUrl) => createRun(await createReadByHand(`${baseUrl}/jobs/1`)),
};

/** The process of one variant: reads as often as it is told to, and tells what that took. */
async function read(name: string, baseUrl: string): Promise<void> {
  const run = await variants[name]?.(baseUrl);
  process.on('message', async (count) => {
    const stop = startCpu();
    await run?.(Number(count));
    process.send?.(stop());
  });
  process.once('disconnect', () => process.exit());
}

/** Reads so many times, some at once. */
type Run = (count: number) => Promise<unknown>;

function createRun(read: () => Promise<unknown>): Run {
  return (count) => {
    let left = count;
    async function work(): Promise<void> {
      while (left > 0) {
        left -= 1;
        await read();
      }
    }
    return Promise.all(Array.from({ length: concurrency }, work));
  };
}

async function readBare(url: string): Promise<unknown> {
  return JSON.parse(await (await fetch(url)).text());
}

/**
 * Reads through a tracker that follows more migrations than may be read at once; each answer is a change, with a frozen
 * status for a listener. Between rounds the reads that come next wait for the gate.
 */
function createReader(baseUrl: string, fetch: typeof globalThis.fetch | undefined): Run {
  const acme = createAcmeAdapter({ baseUrl, token: 'token', fetch });
  let allowed = 0;
  let left = 0;
  let gate = Promise.withResolvers<void>();
  let round = Promise.withResolvers<void>();
  const adapter: typeof acme = {
    ...acme,
    async getStatus(ref, context) {
      while (allowed === 0) await gate.promise;
      allowed -= 1;
      return acme.getStatus(ref, context);
    },
  };
  const policy = { ...toPolicy(0), concurrency };
  const tracker = createTracker({ adapters: [adapter], policy });
  tracker.on('change', ({ row }) => {
    if (row.status?.state !== 'running') throw new Error('the server said something else');
    left -= 1;
    if (left === 0) round.resolve();
  });
  const refs = Array.from({ length: 10 * concurrency }, (_, index) => ({ jobId: String(index) }));
  void tracker.trackAll(adapter, refs);
  return (count) => {
    [allowed, left] = [count, count];
    round = Promise.withResolvers();
    gate.resolve();
    gate = Promise.withResolvers();
    return round.promise;
  };
}

/** ky and p-retry are dependencies of core only. */
async function createReadByHand(url: string): Promise<() => Promise<unknown>> {
  const { resolve } = createRequire(new URL('../packages/core/package.json', import.meta.url));
  const { default: ky } = await import(pathToFileURL(resolve('ky')).href);
  const { default: retry } = await import(pathToFileURL(resolve('p-retry')).href);
  const schema = z.object({ status: z.string(), percent: z.number() });
  const client = ky.create({ retry: 0, timeout: 30_000, headers: { authorization: 'Bearer token' } });
  return () => retry(async () => schema.parse(await client(url).json()), { retries: 3 });
}

/** One port for each variant, so that none uses the connections of another. */
async function serve(bodyBytes: number): Promise<void> {
  const items = Array.from({ length: Math.floor(bodyBytes / 80) }, (_, id) => ({
    id,
    name: `item ${id}`,
    state: 'DONE',
    note: 'some words to fill it up',
  }));
  const rest = JSON.stringify({ status: 'RUNNING', ...(items.length > 0 && { items }) }).slice(1);
  const ports = await Promise.all(
    Array.from({ length: 5 }, async () => {
      let connections = 0;
      let answers = 0;
      const server = createServer(({ url }, response) => {
        response.setHeader('content-type', 'application/json');
        // It goes on with each answer, so that each is news.
        answers += 1;
        const body = `{"percent":${(answers % 10_000) / 100},${rest}`;
        response.end(url === '/connections' ? String(connections) : body);
      });
      server.on('connection', () => {
        connections += 1;
      });
      server.listen(0, '127.0.0.1');
      await once(server, 'listening');
      const address = server.address();
      return typeof address === 'object' ? address?.port : undefined;
    }),
  );
  process.send?.(ports);
  process.once('disconnect', () => process.exit());
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const [, , role, parameter = '', baseUrl = ''] = process.argv;
  if (role === 'serve') await serve(Number(parameter));
  else if (role === 'read') await read(parameter, baseUrl);
  else {
    const small = await measureWholeRead();
    const large = await measureWholeRead({ bodyBytes: 2000 });
    console.log(JSON.stringify({ small, large }, undefined, 2));
  }
}
