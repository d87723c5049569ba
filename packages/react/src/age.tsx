'use client';
import { createContext, type ReactElement, useContext, useSyncExternalStore } from 'react';
import { createSharedClock } from './shared-clock.ts';

const clock = createSharedClock();

/** Whether ages count on: while nothing is heard, they would tell of what nobody knows. */
export const HasNews = createContext(true);

/** What an age says. */
export interface AgeProps {
  /** ISO 8601. */
  readonly since: string;
  toWords(ageMs: number): string;
  /**
   * Says it without an age: while nothing is heard, on a server, and until the page has come to life, since the two have not the
   * same time.
   */
  toTime(time: string): string;
}

/** A time by how long ago it was. It renders again when its words become others, and not its row. */
export function Age({ since, toWords, toTime }: AgeProps): ReactElement {
  const hasNews = useContext(HasNews);
  const words = useSyncExternalStore(
    clock.subscribe,
    () => (hasNews ? toWords(Math.max(0, clock.now() - Date.parse(since))) : toTime(since)),
    () => toTime(since),
  );
  return (
    <time dateTime={since} title={since}>
      {words}
    </time>
  );
}
