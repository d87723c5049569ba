/** A clock that stands still until a test moves it. */
export function createHandClock(startsAt: string) {
  let nowMs = Date.parse(startsAt);
  return {
    now: () => nowMs,
    advance(byMs: number) {
      nowMs += byMs;
    },
  };
}
