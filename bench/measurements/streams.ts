import { fork } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { createAdaptorServer } from '@hono/node-server';
import { createStatusView, createTracker, type MigrationStatus } from '@migration-status/core';
import { createStatusHandler } from '@migration-status/dashboard';
import { measureUsedBytes } from '../harness/heap.ts';
import { type Measurement, type Row, toCell, toSize } from '../harness/measurement.ts';
import { until } from '../harness/until.ts';
import { toPolicy } from '../peers/ours.ts';
import { createRefs, createStubAdapter, runningReading } from '../peers/stub-adapter.ts';
import { beaconMark, type ClientOrder, type ClientReport } from '../stream-orders.ts';

const rows = 10_000;
const clients = 500;
const changesPerSecond = 1_000;
const slowShare = 0.1;
const seconds = 6;
const hourMs = 3_600_000;
/** How often changes are made, and how often one of them says when it was. They are no parts of each other, nor of a flush. */
const stepMs = 7;
const beaconEveryMs = 37;

const clientsPath = path.join(import.meta.dirname, '..', 'stream-clients.ts');

const lines = [
  { label: 'late, p50', unit: 'milliseconds', caseName: 'quick', figure: 'lateP50Ms' },
  { label: 'late, p99', unit: 'milliseconds', caseName: 'quick', figure: 'lateP99Ms' },
  { label: 'slow, p50', unit: 'milliseconds', caseName: 'mixed', figure: 'lateP50Ms', to: 'quick' },
  { label: 'slow, p99', unit: 'milliseconds', caseName: 'mixed', figure: 'lateP99Ms', to: 'quick' },
  { label: 'herd, ms', unit: 'milliseconds', caseName: 'herd', figure: 'connectMs' },
  { label: 'bytes a client', unit: 'bytes', caseName: 'quick', figure: 'bytesPerClient' },
  { label: 'memory, MB', unit: 'megabytes', caseName: 'quick', figure: 'mostMegabytes' },
  { label: 'slow, MB', unit: 'megabytes', caseName: 'mixed', figure: 'mostMegabytes', to: 'quick' },
  { label: 'herd, MB', unit: 'megabytes', caseName: 'herd', figure: 'mostMegabytes', to: 'quick' },
  { label: 'changes / s', unit: 'count', caseName: 'mixed', figure: 'changesPerSecond' },
  { label: 'begun anew', unit: 'count', caseName: 'mixed', figure: 'repeatedSnapshots' },
  { label: 'astray', unit: 'count', caseName: 'quick', figure: 'astray', most: 0 },
  { label: 'slow, astray', unit: 'count', caseName: 'mixed', figure: 'astray', most: 0 },
  { label: 'herd, astray', unit: 'count', caseName: 'herd', figure: 'astray', most: 0 },
] as const;

/** Many clients of one handler, while much changes: what each takes, how late it hears, and whether slow ones harm the others. */
export const streams: Measurement = {
  name: 'streams',
  title: 'streams: 500 clients, 10 000 rows, 1 000 changes a second; ratio to no slow one',
  cases: ['quick', 'mixed', 'herd'],
  repeats: 1,
  needsQuiet: true,

  async measure(caseName, share) {
    const slow = caseName === 'mixed' ? toSize(clients * slowShare, share) : 0;
    const quick = toSize(clients, share) - slow;
    await using scene = await createScene(toSize(rows, share));
    await using audience = createAudience();
    const isHerd = caseName === 'herd';
    const changing = () => scene.changeFor(seconds * 1_000 * Math.sqrt(share), changesPerSecond * share);
    const before = await measureUsedBytes();
    const startedAt = performance.now();
    const early = isHerd ? changing() : undefined;
    await audience.tell({ type: 'connect', origin: scene.origin, quick, slow, isHerd });
    const connectMs = performance.now() - startedAt;
    const after = await measureUsedBytes();
    const used = after.heap + after.external - before.heap - before.external;
    await audience.order({ type: 'watch' });
    const busy = await (early ?? changing());
    const lastId = await scene.readId();
    const report = await audience.tell({ type: 'finish', lastId });
    if (report.type !== 'finished') throw new Error('the clients said something else');
    const { type: _type, ...found } = report;
    return { figures: { ...found, ...busy, connectMs, bytesPerClient: used / (quick + slow) } };
  },

  toRows: (outcomes) =>
    lines.map(({ label, unit, caseName, figure, ...more }): Row => {
      const ours = toCell(outcomes, caseName, figure);
      const baseline = 'to' in more && { name: more.to, cell: toCell(outcomes, more.to, figure) };
      return {
        label,
        unit,
        cells: { ...(ours && { ours }) },
        ...(baseline && { baseline }),
        ...('most' in more && { goal: { of: 'ours', atMost: more.most } }),
      };
    }),
};

/** A handler behind a server, and rows that change. */
interface Scene extends AsyncDisposable {
  readonly origin: string;
  /** Changes rows for a while, so many a second; gives how many it were, and the most memory meanwhile. */
  changeFor(
    durationMs: number,
    perSecond: number,
  ): Promise<{ readonly changesPerSecond: number; readonly mostMegabytes: number }>;
  /** The id of the last event. */
  readId(): Promise<string>;
}

async function createScene(size: number): Promise<Scene> {
  let reads = 0;
  const adapter = createStubAdapter({
    batchSize: 100,
    read() {
      reads += 1;
      return runningReading;
    },
  });
  const tracker = createTracker({ adapters: [adapter], policy: toPolicy(hourMs) });
  await tracker.trackAll(adapter, createRefs(size), ({ index }) => ({ group: `wave ${index % 100}` }));
  await until(() => reads >= size);
  const handler = createStatusHandler(createStatusView(tracker));
  const server = createAdaptorServer({ fetch: handler });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  const origin = `http://127.0.0.1:${typeof address === 'object' ? address?.port : ''}`;
  const statuses = tracker.rows().flatMap(({ status }) => status ?? []);
  let pushed = 0;

  function push(message: string): void {
    const status = statuses[(pushed * 7919) % statuses.length];
    if (status === undefined) throw new Error('a migration has not been read');
    pushed += 1;
    tracker.push(toNews(status, pushed, message));
  }

  return {
    origin,
    async changeFor(durationMs, perSecond) {
      const startedAt = performance.now();
      let beaconAt = 0;
      let mostBytes = 0;
      pushed = 0;
      for (let passedMs = 0; passedMs < durationMs; passedMs = performance.now() - startedAt) {
        if (passedMs >= beaconAt) {
          beaconAt = passedMs + beaconEveryMs;
          push(`${beaconMark}${Date.now()}`);
        }
        while (pushed < (perSecond * passedMs) / 1_000) push('going on');
        mostBytes = Math.max(mostBytes, process.memoryUsage.rss());
        await sleep(stepMs);
      }
      const passedSeconds = (performance.now() - startedAt) / 1_000;
      return { changesPerSecond: pushed / passedSeconds, mostMegabytes: mostBytes / 1e6 };
    },
    async readId() {
      const { headers } = await fetch(`${origin}/statuses`, { method: 'HEAD' });
      return headers.get('etag')?.replaceAll('"', '') ?? '';
    },
    async [Symbol.asyncDispose]() {
      handler.close();
      server.close();
      if ('closeAllConnections' in server) server.closeAllConnections();
      await tracker.close();
    },
  };
}

function toNews(status: MigrationStatus, number: number, message: string): MigrationStatus {
  const progress = { percent: (number % 100_000) / 1_000 };
  return { ...status, progress, message, observedAt: new Date().toISOString() };
}

/** The clients, in a process of their own. */
interface Audience extends AsyncDisposable {
  order(order: ClientOrder): Promise<void>;
  /** Gives an order, and waits for the answer. */
  tell(order: ClientOrder): Promise<ClientReport>;
}

function createAudience(): Audience {
  const child = fork(clientsPath);
  const order = (told: ClientOrder) =>
    new Promise<void>((resolve, reject) => {
      child.send(told, (error) => (error ? reject(error) : resolve()));
    });
  return {
    order,
    async tell(told) {
      const answer = once(child, 'message');
      const end = once(child, 'exit').then(() => {
        throw new Error('the clients have broken down');
      });
      await order(told);
      const [report]: ClientReport[] = await Promise.race([answer, end]);
      if (report === undefined) throw new Error('the clients have said nothing');
      return report;
    },
    async [Symbol.asyncDispose]() {
      const ended = once(child, 'exit');
      child.disconnect();
      await ended;
    },
  };
}
