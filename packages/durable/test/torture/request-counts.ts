import type { LoggedRequest } from '@migration-status/sandbox';
import { askedParameter } from './providers.ts';

/** The most requests in any second, by the time at which the engine asked for them. */
export function toBusiestSecond(requests: readonly LoggedRequest[]): number {
  const times = requests.map(({ query }) => Number(new URLSearchParams(query).get(askedParameter)));
  const sorted = times.toSorted((left, right) => left - right);
  let first = 0;
  let most = 0;
  for (const [index, time] of sorted.entries()) {
    while ((sorted[first] ?? time) <= time - 1_000) first += 1;
    most = Math.max(most, index - first + 1);
  }
  return most;
}
