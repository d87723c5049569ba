/** Which messages were taken, for as long as each of them could come again. */
export interface MessageMemory {
  /** Notes an id until a time; false when it is noted already, which then holds until the later of both times. */
  take(messageId: string, until: number, now: number): boolean;
  /** How many ids are noted. */
  readonly size: number;
}

/** More than a provider sends within the time, and still small: about ten megabytes. */
const mostNoted = 100_000;

/** Makes an empty memory. It forgets by time, and the oldest where there are too many. */
export function createMessageMemory(most = mostNoted): MessageMemory {
  const noted = new Map<string, number>();

  /** From the oldest on; one that has to stay keeps those behind it for a while, which does no harm. */
  function forget(now: number): void {
    for (const [messageId, until] of noted) {
      if (until >= now && noted.size < most) return;
      noted.delete(messageId);
    }
  }

  return {
    take(messageId, until, now) {
      const notedUntil = noted.get(messageId);
      const isNoted = notedUntil !== undefined && notedUntil >= now;
      noted.delete(messageId);
      forget(now);
      noted.set(messageId, isNoted ? Math.max(notedUntil, until) : until);
      return !isNoted;
    },
    get size() {
      return noted.size;
    },
  };
}
