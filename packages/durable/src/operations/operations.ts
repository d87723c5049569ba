import { MigrationStatusError } from '@migration-status/core';
import type { Database } from '../database/database.ts';
import type { ProcessCounters, ProcessCounts } from '../metrics/process-counters.ts';
import { readSchemaStatus } from '../schema/migrate-schema.ts';
import type { MigrationStore, StoreCounts } from '../store/migration-store.ts';
import { waitAtMost } from '../worker/wait-at-most.ts';
import type { Worker } from '../worker/worker.ts';
import type { HealthCheck, HealthSource } from './health.ts';

/** What this process is doing at this moment, and what it has done. */
export interface Measures extends ProcessCounts {
  /** What it follows. */
  readonly load: Worker['load'];
  /** How overdue the most overdue read of its shards was when that was last looked at, in milliseconds. */
  readonly lagMs: number;
}

/** What whoever runs a tracker or a worker can ask of it. */
export interface Operable extends HealthSource {
  /** How much there is on the database: one statement that visits every migration. */
  count(): Promise<StoreCounts>;
  /** What this process is doing, and what it has done since it began; asks nobody. */
  measure(): Measures;
}

/** What {@link createOperations} asks. */
export interface OperationsOptions {
  readonly database: Database;
  readonly schema: string;
  readonly store: MigrationStore;
  readonly counters: ProcessCounters;
  readonly worker?: Worker | undefined;
  /** When the loop came round for the last time, by `performance.now()`. */
  readonly beatenAt: () => number;
  readonly isClosing: () => boolean;
}

/** How long the loop may take to come round: longer than any statement may. */
const stalledMs = 60_000;

/** How long the database may take to say how it is. */
const answerMs = 2_000;

export function createOperations(options: OperationsOptions): Operable {
  const { database, schema, store, counters, worker, beatenAt, isClosing } = options;
  let asking: Promise<readonly HealthCheck[]> | undefined;

  function checkLife(): readonly HealthCheck[] {
    const isOk = performance.now() - beatenAt() < stalledMs;
    return [{ name: 'loop', isOk, ...(!isOk && { code: 'stalled' }) }];
  }

  /** However many ask at the same time, the database is asked once. */
  async function checkDatabase(): Promise<readonly HealthCheck[]> {
    asking ??= askDatabase().finally(() => {
      asking = undefined;
    });
    let checks: readonly HealthCheck[] = [{ name: 'database', isOk: false, code: 'late' }];
    await waitAtMost(
      answerMs,
      asking.then((found) => {
        checks = found;
      }),
    );
    return checks;
  }

  async function askDatabase(): Promise<readonly HealthCheck[]> {
    try {
      const [answer] = await database.query(`select current_setting('transaction_read_only') as read_only`);
      if (answer?.read_only === 'on') return [{ name: 'database', isOk: false, code: 'database_read_only' }];
      const { isUsable } = await readSchemaStatus(database, schema);
      return [
        { name: 'database', isOk: true },
        { name: 'schema', isOk: isUsable, ...(!isUsable && { code: 'database_unsupported' }) },
      ];
    } catch (error) {
      const code = MigrationStatusError.isInstance(error) ? error.code : 'failed';
      return [{ name: 'database', isOk: false, code }];
    }
  }

  return {
    count: () => store.count(),
    measure: () => ({
      load: worker?.load ?? { shards: 0, migrations: 0 },
      lagMs: worker?.lagMs ?? 0,
      ...counters.read(),
    }),
    checkLife,
    async checkReadiness() {
      if (isClosing()) return [{ name: 'open', isOk: false, code: 'draining' }];
      return [{ name: 'open', isOk: true }, ...checkLife(), ...(await checkDatabase())];
    },
  };
}
