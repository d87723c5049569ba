/**
 * Metrics of a tracker or a worker, for OpenTelemetry. This entry is the only one that needs `@opentelemetry/api`.
 *
 * @module
 */
import { migrationStates } from '@migration-status/core';
import { type Attributes, type BatchObservableResult, type Meter, metrics } from '@opentelemetry/api';
import type { Operable } from './operations/operations.ts';

/** Where the metrics go, and how many. */
export interface ObserveOptions {
  /** Default: that of the SDK which this process was started with. */
  readonly meter?: Meter | undefined;
  /**
   * Whether to tell what is on the database too, which every process on it would tell the same of, with one statement that
   * visits every migration each time that metrics are collected. Default true.
   */
  readonly database?: boolean | undefined;
}

const meterName = '@migration-status/durable';

/**
 * Hands what a tracker or a worker measures to OpenTelemetry, whenever metrics are collected; nothing is counted for it
 * that would not be counted anyway. Attributes are the names of providers, of their accounts and of states, and never a
 * migration. Gives a function that ends it.
 *
 * @example
 * const worker = await createDurableWorker({ connectionString: 'postgres://app@localhost/app', adapters: [velt] });
 * const stop = observeDurable(worker);
 */
export function observeDurable(source: Operable, options: ObserveOptions = {}): () => void {
  const { meter = metrics.getMeter(meterName), database = true } = options;
  const ends = [observeProcess(source, meter), ...(database ? [observeDatabase(source, meter)] : [])];
  return () => {
    for (const end of ends.splice(0)) end();
  };
}

/** What this process does. */
function observeProcess(source: Operable, meter: Meter): () => void {
  const counter = (name: string, unit: string, description: string) =>
    meter.createObservableCounter(`migration_status.${name}`, { unit, description });
  const gauge = (name: string, unit: string, description: string) =>
    meter.createObservableGauge(`migration_status.${name}`, { unit, description });

  const reads = counter('reads', '{read}', 'Looks at a migration');
  const requests = counter('requests', '{request}', 'Requests to providers');
  const requestTime = counter('request.time', 's', 'How long requests to providers took together');
  const transitions = counter('transitions', '{transition}', 'Changes of state that were recorded');
  const lag = gauge('lag', 's', 'How overdue the most overdue read is');
  const heldShards = gauge('held.shards', '{shard}', 'Shards that this process follows');
  const heldMigrations = gauge('held.migrations', '{migration}', 'Migrations that this process follows');
  const taken = counter('shards.taken', '{shard}', 'Shards that this process got hold of');
  const lost = counter('shards.lost', '{shard}', 'Shards that were taken away from this process');
  const statements = counter('statements', '{statement}', 'SQL statements, without those of pg-boss');
  const statementTime = counter('statement.time', 's', 'How long SQL statements took together');
  const errors = counter('errors', '{error}', 'What went wrong in the background');
  const all = [
    ...[reads, requests, requestTime, transitions, lag, heldShards, heldMigrations],
    ...[taken, lost, statements, statementTime, errors],
  ];

  function observe(result: BatchObservableResult): void {
    const measures = source.measure();
    for (const count of measures.requests) {
      const attributes = toAttributes({
        provider: count.provider,
        lane: count.lane,
        outcome: count.outcome,
      });
      result.observe(reads, count.reads, attributes);
      result.observe(requests, count.requests, attributes);
      result.observe(requestTime, count.durationMs / 1_000, attributes);
    }
    for (const { provider, state, transitions: count } of measures.transitions)
      result.observe(transitions, count, toAttributes({ provider, state }));
    result.observe(lag, measures.lagMs / 1_000);
    result.observe(heldShards, measures.load.shards);
    result.observe(heldMigrations, measures.load.migrations);
    result.observe(taken, measures.shards.taken);
    result.observe(lost, measures.shards.lost);
    result.observe(statements, measures.statements.good, toAttributes({ outcome: 'ok' }));
    result.observe(statements, measures.statements.failed, toAttributes({ outcome: 'failed' }));
    result.observe(statementTime, measures.statements.durationMs / 1_000);
    result.observe(errors, measures.errors);
  }

  meter.addBatchObservableCallback(observe, all);
  return () => meter.removeBatchObservableCallback(observe, all);
}

/** What is on the database. While that cannot be asked there is nothing to tell. */
function observeDatabase(source: Operable, meter: Meter): () => void {
  const gauge = (name: string, unit: string, description: string) =>
    meter.createObservableGauge(`migration_status.${name}`, { unit, description });

  const migrations = gauge('migrations', '{migration}', 'Migrations on the database');
  const shards = gauge('shards', '{shard}', 'Shards on the database');
  const workers = gauge('workers', '{worker}', 'Workers that were seen lately');
  const messages = gauge('messages', '{message}', 'Messages that wait for a worker');
  const messageAge = gauge('message.age', 's', 'How long the oldest message has been waiting');
  const unserved = gauge('shards.unserved', '{shard}', 'Shards that no worker has every adapter for');
  const all = [migrations, shards, unserved, workers, messages, messageAge];

  async function observe(result: BatchObservableResult): Promise<void> {
    const counts = await source.count().catch(() => undefined);
    if (counts === undefined) return;
    for (const state of ['unread', ...migrationStates])
      result.observe(migrations, counts.states[state] ?? 0, toAttributes({ state }));
    result.observe(shards, counts.heldShards, toAttributes({ state: 'held' }));
    result.observe(shards, counts.waitingShards, toAttributes({ state: 'waiting' }));
    result.observe(unserved, counts.unservedShards);
    result.observe(workers, counts.workers);
    result.observe(messages, counts.waitingMessages);
    result.observe(messageAge, counts.oldestMessageMs / 1_000);
  }

  meter.addBatchObservableCallback(observe, all);
  return () => meter.removeBatchObservableCallback(observe, all);
}

function toAttributes(attributes: Readonly<Record<string, string>>): Attributes {
  return Object.fromEntries(
    Object.entries(attributes).map(([name, value]) => [`migration_status.${name}`, value]),
  );
}
