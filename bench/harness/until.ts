import { setTimeout as sleep } from 'node:timers/promises';

/** Comes back once something is so; looks every few milliseconds. */
export async function until(isSo: () => boolean): Promise<void> {
  while (!isSo()) await sleep(5);
}
