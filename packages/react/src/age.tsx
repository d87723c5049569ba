'use client';
import { type ReactElement, useSyncExternalStore } from 'react';
import { createSharedClock } from './shared-clock.ts';

const clock = createSharedClock();

/** What an age says. */
export interface AgeProps {
  /** ISO 8601. */
  readonly since: string;
  toWords(ageMs: number): string;
  /** Says it without an age, on a server and until the page has come to life: the two have not the same time. */
  toTime(time: string): string;
}

/** A time by how long ago it was. It renders again when its words become others, and not its row. */
export function Age({ since, toWords, toTime }: AgeProps): ReactElement {
  const words = useSyncExternalStore(
    clock.subscribe,
    () => toWords(Math.max(0, clock.now() - Date.parse(since))),
    () => toTime(since),
  );
  return (
    <time dateTime={since} title={since}>
      {words}
    </time>
  );
}
