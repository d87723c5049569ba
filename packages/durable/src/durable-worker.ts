import type { Database } from './database.ts';
import { checkDurableOptions, type DurableOptions } from './durable-options.ts';
import { createMigrationStore, type StoreCounts } from './migration-store.ts';
import { keepRetaining, openDurable, toWorkerOptions } from './open-durable.ts';
import { createWorker } from './worker.ts';

/** A process that follows migrations, and looks at none. */
export interface DurableWorker extends AsyncDisposable {
  /** How many shards it holds, and how many migrations are in them. */
  readonly load: { readonly shards: number; readonly migrations: number };
  /** How much there is on the database. */
  count(): Promise<StoreCounts>;
  /**
   * Stops reading, writes what is known, and hands its shards to the others. To be called on SIGTERM. Calling it again does
   * nothing.
   */
  close(): Promise<void>;
}

/**
 * Follows what others track, as a `createDurableTracker` does, but keeps no rows to look at, and so asks the database for
 * nothing but work. Rejects as that one does.
 *
 * @example
 * const worker = await createDurableWorker({ connectionString: 'postgres://app@localhost/app', adapters: [velt] });
 * process.once('SIGTERM', () => worker.close());
 */
export async function createDurableWorker(options: Omit<DurableOptions, 'worker'>): Promise<DurableWorker> {
  checkDurableOptions('createDurableWorker', options);
  return openDurable(options, openWorker);
}

async function openWorker(
  database: Database,
  schema: string,
  options: DurableOptions,
  onError: (error: unknown) => void,
): Promise<DurableWorker> {
  const store = createMigrationStore(database, schema);
  const worker = createWorker(toWorkerOptions(database, schema, options, onError));
  const endRetaining = keepRetaining(store, options, onError);
  let closing: Promise<void> | undefined;

  async function close(): Promise<void> {
    endRetaining();
    await worker.drain();
    await database.close();
  }

  function closeOnce(): Promise<void> {
    closing ??= close();
    return closing;
  }

  try {
    await worker.start();
  } catch (error) {
    await closeOnce();
    throw error;
  }
  return {
    get load() {
      return worker.load;
    },
    count: () => store.count(),
    close: closeOnce,
    [Symbol.asyncDispose]: closeOnce,
  };
}
