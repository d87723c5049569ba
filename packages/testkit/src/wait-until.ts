import { setTimeout as sleep } from 'node:timers/promises';

/** Waits for something to become true, for two seconds at most; gives whether it has. */
export async function waitUntil(isSo: () => boolean, limitMs = 2_000): Promise<boolean> {
  const end = Date.now() + limitMs;
  while (!isSo() && Date.now() < end) await sleep(1);
  return isSo();
}
