import { nextTurn } from '../adapter/next-turn.ts';
import type { Clock } from '../engine/clock.ts';
import { describeKind } from '../model/describe-value.ts';
import { ConfigurationError } from '../model/errors/configuration-error.ts';
import { isObject } from '../model/is-object.ts';

/** How long is worked in one go, and on how many at most. */
const sliceMs = 1;
const sliceSize = 2_000;

/** Work on any number of things, in slices between which everything else goes on. */
export interface Slices {
  each<Item>(items: Iterable<Item> | AsyncIterable<Item>, work: (item: Item) => void): Promise<void>;
  /** Ends every rest at once, and leaves no timer. */
  goOn(): void;
}

export function createSlices(clock: Clock): Slices {
  const rests = new Set<() => void>();

  function rest(): Promise<void> {
    return new Promise((resolve) => {
      const cancel = clock.setTimer(end, 0);
      rests.add(end);
      function end(): void {
        cancel();
        rests.delete(end);
        resolve();
      }
    });
  }

  async function each<Item>(
    items: Iterable<Item> | AsyncIterable<Item>,
    work: (item: Item) => void,
  ): Promise<void> {
    let endsAt = clock.now() + sliceMs;
    let count = 0;

    /** Whether it is time to rest. */
    function workOn(item: Item): boolean {
      work(item);
      count += 1;
      return count === sliceSize || clock.now() >= endsAt;
    }

    async function restAWhile(): Promise<void> {
      await rest();
      // A timer that is due by the time others have rung rings with them, and the loop would not go round in between.
      await nextTurn();
      endsAt = clock.now() + sliceMs;
      count = 0;
    }

    if (isAsyncIterable(items)) {
      for await (const item of items) if (workOn(item)) await restAWhile();
    } else {
      for (const item of toIterable(items)) if (workOn(item)) await restAWhile();
    }
  }

  return {
    each,
    goOn() {
      for (const end of [...rests]) end();
    },
  };
}

function isAsyncIterable<Item>(items: Iterable<Item> | AsyncIterable<Item>): items is AsyncIterable<Item> {
  return isObject(items) && Symbol.asyncIterator in items;
}

function toIterable<Item>(items: Iterable<Item>): Iterable<Item> {
  if (isObject(items) && Symbol.iterator in items) return items;
  const message = `trackAll: "refs" must be iterable, got ${describeKind(items)}`;
  throw new ConfigurationError({ option: 'refs', message });
}
