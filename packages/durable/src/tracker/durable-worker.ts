import { keepRetaining } from '../operations/keep-retaining.ts';
import { createOperations, type Operable } from '../operations/operations.ts';
import { createMigrationStore } from '../store/migration-store.ts';
import { waitAtMost } from '../worker/wait-at-most.ts';
import { createWorker } from '../worker/worker.ts';
import { checkDurableOptions, type DurableOptions } from './durable-options.ts';
import { closeMs, type OpenDurable, openDurable, toWorkerOptions } from './open-durable.ts';

/** A process that follows migrations, and looks at none. */
export interface DurableWorker extends Operable, AsyncDisposable {
  /** How many shards it holds, and how many migrations are in them. */
  readonly load: { readonly shards: number; readonly migrations: number };
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

async function openWorker(open: OpenDurable): Promise<DurableWorker> {
  const { database, schema, options, counters, onError } = open;
  const store = createMigrationStore(database, schema);
  const worker = createWorker(toWorkerOptions(open));
  const endRetaining = keepRetaining(store, options.retainMs, onError);
  let closing: Promise<void> | undefined;

  async function close(): Promise<void> {
    endRetaining();
    await worker.drain();
    await waitAtMost(closeMs, database.close());
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
    ...createOperations({
      ...{ database, schema, store, counters, worker },
      beatenAt: () => worker.beatenAt,
      isClosing: () => closing !== undefined,
    }),
    close: closeOnce,
    [Symbol.asyncDispose]: closeOnce,
  };
}
