import type { MigrationStore } from '../store/migration-store.ts';

const everyMs = 60_000;

/** How many are deleted in one statement, which is over in a moment and so is in nobody's way. */
const sliceSize = 500;

/** How long the database is left to others between two slices. */
const pauseMs = 50;

/** Forgets every minute, slice by slice, what has been over for long enough. Gives a function that ends it. */
export function keepRetaining(
  store: Pick<MigrationStore, 'retain' | 'sweep'>,
  retainMs: number | undefined,
  onError: (error: unknown) => void,
): () => void {
  let hasEnded = false;
  let isUnderWay = false;

  async function retain(): Promise<void> {
    if (retainMs !== undefined) await inSlices(() => store.retain(Date.now() - retainMs, sliceSize));
    await inSlices(() => store.sweep(sliceSize));
  }

  async function inSlices(takeSlice: () => Promise<number>): Promise<void> {
    while (!hasEnded && (await takeSlice()) === sliceSize) await pause();
  }

  const timer = setInterval(() => {
    if (isUnderWay) return;
    isUnderWay = true;
    retain()
      .catch(onError)
      .finally(() => {
        isUnderWay = false;
      });
  }, everyMs);

  return () => {
    hasEnded = true;
    clearInterval(timer);
  };
}

function pause(): Promise<void> {
  return new Promise((resolve) => {
    setTimeout(resolve, pauseMs);
  });
}
