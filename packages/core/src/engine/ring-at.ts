import type { Clock } from './clock.ts';

/** Calls back once, no earlier than at a time of `now()`, however far away that is; gives a function that calls it off. */
export function ringAt(clock: Clock, at: number, ring: () => void): () => void {
  let cancel = setTimer();

  /** A timer may ring too early: the platform's take no long delays, and round. */
  function setTimer(): () => void {
    return clock.setTimer(
      () => {
        if (clock.now() >= at) ring();
        else cancel = setTimer();
      },
      Math.max(0, at - clock.now()),
    );
  }

  return () => cancel();
}
