import { spawnSync } from 'node:child_process';
import path from 'node:path';
import {
  AggregationTemporality,
  InMemoryMetricExporter,
  MeterProvider,
  PeriodicExportingMetricReader,
} from '@opentelemetry/sdk-metrics';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { createScriptedAdapter, toFailure, toReading } from '../../../test/support/scripted-adapter.ts';
import { createDurableTracker, type DurableTracker } from '../src/index.ts';
import { observeDurable } from '../src/opentelemetry.ts';
import { useDatabases } from './databases.ts';
import { waitUntil } from './wait-until.ts';

const databases = useDatabases();
const opened: { [Symbol.asyncDispose](): PromiseLike<void> }[] = [];
let schemas = 0;

afterEach(async () => {
  for (const each of opened.splice(0)) await each[Symbol.asyncDispose]();
});

async function open(): Promise<DurableTracker> {
  const adapter = createScriptedAdapter({
    batch: 10,
    script: {
      good: [toReading('running'), toFailure('transient'), toReading('succeeded')],
      slow: [toReading('running')],
    },
  });
  schemas += 1;
  const { connectionString } = databases.server();
  const policy = { floorMs: 20, ceilingMs: 40, requestsPerSecond: 1_000, burst: 100 };
  const tracker = await createDurableTracker({
    ...{ connectionString, schema: `metrics_${schemas}`, adapters: [adapter], policy, packMs: 100 },
  });
  opened.push(tracker);
  await tracker.trackAll(adapter, [{ id: 'good' }, { id: 'slow' }]);
  await waitUntil('one has ended', () => tracker.get('acme/good')?.stopped === 'settled');
  return tracker;
}

/** A meter, and what it has collected by now: the value of each metric with each of its attributes. */
function createMeter() {
  const exporter = new InMemoryMetricExporter(AggregationTemporality.CUMULATIVE);
  const reader = new PeriodicExportingMetricReader({ exporter, exportIntervalMillis: 3_600_000 });
  const provider = new MeterProvider({ readers: [reader] });
  opened.push({ [Symbol.asyncDispose]: () => provider.shutdown() });

  async function collect(): Promise<Readonly<Record<string, number>>> {
    const { resourceMetrics, errors } = await reader.collect();
    expect(errors).toEqual([]);
    const metrics = resourceMetrics.scopeMetrics.flatMap((scope) => scope.metrics);
    const points = metrics.flatMap(({ descriptor, dataPoints }) =>
      dataPoints.map(({ attributes, value }) => {
        const words = Object.entries(attributes).map(([name, word]) => `${name.split('.').at(-1)}=${word}`);
        return [[descriptor.name.replace('migration_status.', ''), ...words].join(' '), Number(value)];
      }),
    );
    return Object.fromEntries(points);
  }

  return { meter: provider.getMeter('test'), collect };
}

const lane = 'lane=https://acme.example';

describe('metrics', () => {
  it('tell what this process has done, and what is on the database', async () => {
    const { meter, collect } = createMeter();
    observeDurable(await open(), { meter });
    const found = await collect();
    expect(found).toMatchObject({
      'transitions provider=acme state=running': 2,
      'transitions provider=acme state=succeeded': 1,
      [`reads provider=acme ${lane} outcome=transient`]: 1,
      'held.shards': 1,
      'held.migrations': 1,
      'shards.taken': 1,
      'shards.lost': 0,
      errors: 0,
      'migrations state=running': 1,
      'migrations state=succeeded': 1,
      'migrations state=failed': 0,
      'migrations state=unread': 0,
      'shards state=held': 1,
      'shards state=waiting': 0,
      workers: 1,
      messages: 0,
    });
    expect(found[`reads provider=acme ${lane} outcome=ok`]).toBeGreaterThan(2);
    expect(found[`requests provider=acme ${lane} outcome=ok`]).toBeGreaterThan(1);
    expect(found['statements outcome=ok']).toBeGreaterThan(5);
    expect(found.lag).toBeGreaterThanOrEqual(0);
    expect(Object.keys(found).join()).not.toMatch(/good|slow/);
  });

  it('leave the database alone where that is wished, and end', async () => {
    const { meter, collect } = createMeter();
    const tracker = await open();
    const stop = observeDurable(tracker, { meter, database: false });
    const found = await collect();
    expect(found['held.shards']).toBe(1);
    expect(Object.keys(found).filter((name) => name.startsWith('migrations '))).toEqual([]);
    stop();
    const measure = vi.spyOn(tracker, 'measure');
    await collect();
    expect(measure).not.toHaveBeenCalled();
  });

  it('say nothing of a database that cannot be asked, and all the rest', async () => {
    const { meter, collect } = createMeter();
    const tracker = await open();
    observeDurable(tracker, { meter });
    await tracker.close();
    const found = await collect();
    expect(found['shards.taken']).toBe(1);
    expect(found.workers).toBeUndefined();
  });
});

describe('without OpenTelemetry', () => {
  it('the package is loaded and a worker runs, and nothing looks for it', () => {
    const program = path.join(import.meta.dirname, 'without-opentelemetry.ts');
    const { connectionString } = databases.server();
    const words = ['--conditions=source', '--disable-warning=ExperimentalWarning', program, connectionString];
    const { stdout, stderr } = spawnSync(process.execPath, words, { encoding: 'utf8' });
    expect([stdout, stderr]).toEqual(['succeeded\nnot there\n', '']);
  });
});
