import { MigrationStatusError } from '@migration-status/core';

/** How {@link gather} makes few calls of many. */
export interface GatherOptions<Item, Result> {
  /** Does it for several; gives a result for each, in their order. */
  readonly work: (items: readonly Item[]) => Promise<readonly Result[]>;
  /** How much an item counts towards `most`. */
  readonly weigh: (item: Item) => number;
  /** How much goes into one call; a single item may be more. */
  readonly most: number;
  /** How long the first of a call waits for others, in milliseconds. */
  readonly waitMs: number;
}

/**
 * Makes one call of all that are asked for while another one is out. Where a call of several fails for what was in it, each
 * is tried alone, so that nobody fails for what another one has brought.
 */
export function gather<Item, Result>(options: GatherOptions<Item, Result>): (item: Item) => Promise<Result> {
  const { work, weigh, most, waitMs } = options;
  type Waiting = { readonly item: Item } & Omit<PromiseWithResolvers<Result>, 'promise'>;
  const queue: Waiting[] = [];
  let isWorking = false;

  async function run(batch: readonly Waiting[]): Promise<void> {
    try {
      const results = await work(batch.map(({ item }) => item));
      for (const [index, result] of results.entries()) batch[index]?.resolve(result);
    } catch (error) {
      const isForAll = MigrationStatusError.isInstance(error) && error.kind === 'database';
      if (batch.length === 1 || isForAll) for (const { reject } of batch) reject(error);
      else for (const waiting of batch) await run([waiting]);
    }
  }

  async function workOff(): Promise<void> {
    isWorking = true;
    if (waitMs > 0) await new Promise((resolve) => setTimeout(resolve, waitMs));
    else await Promise.resolve();
    while (queue.length > 0) {
      let count = 0;
      for (let weight = 0; count < queue.length && weight < most; count += 1) {
        const waiting = queue[count];
        weight += waiting === undefined ? 0 : weigh(waiting.item);
      }
      await run(queue.splice(0, count));
    }
    isWorking = false;
  }

  return (item) => {
    const { promise, resolve, reject } = Promise.withResolvers<Result>();
    queue.push({ item, resolve, reject });
    if (!isWorking) void workOff();
    return promise;
  };
}
