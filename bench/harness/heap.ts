import { setImmediate as nextTurn } from 'node:timers/promises';

/** Memory in use, in bytes. */
export interface UsedBytes {
  readonly heap: number;
  /** Buffers, which are outside of the heap. */
  readonly external: number;
}

/** What is still in use after everything unused was collected. */
export async function measureUsedBytes(): Promise<UsedBytes> {
  const { gc } = globalThis;
  if (gc === undefined) throw new Error('this needs node --expose-gc');
  for (let round = 0; round < 4; round += 1) {
    await nextTurn();
    gc();
  }
  const { heapUsed, external } = process.memoryUsage();
  return { heap: heapUsed, external };
}
