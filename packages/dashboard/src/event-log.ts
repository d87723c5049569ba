/** The latest events, for clients that come back, and the latest snapshot, for clients that come. */
export interface EventLog {
  add(number: number, bytes: Uint8Array): void;
  /** The events after one, up to the latest; undefined where some of them are not there any more. */
  since(number: number, latest: number): readonly Uint8Array[] | undefined;
  /**
   * All that a client needs that has nothing: a snapshot, and the events after it. A snapshot is made anew only once the events
   * after the last one are half as long, so that many clients who come at once, or fall behind, share one.
   */
  beginning(latest: number, make: () => Uint8Array): readonly Uint8Array[];
  clear(): void;
}

/** What is kept: a client that has missed more is better off with a snapshot. */
const mostEvents = 256;
const mostBytes = 4 * 2 ** 20;

/** Makes an empty log. */
export function createEventLog(): EventLog {
  const events: { readonly number: number; readonly bytes: Uint8Array }[] = [];
  let bytesKept = 0;
  let snapshot: { readonly number: number; readonly bytes: Uint8Array } | undefined;

  function since(number: number, latest: number): readonly Uint8Array[] | undefined {
    if (number === latest) return [];
    const first = events.findIndex((event) => event.number === number + 1);
    return first < 0 ? undefined : events.slice(first).map(({ bytes }) => bytes);
  }

  return {
    add(number, bytes) {
      events.push({ number, bytes });
      bytesKept += bytes.byteLength;
      while (events.length > mostEvents || bytesKept > mostBytes) {
        bytesKept -= events.shift()?.bytes.byteLength ?? 0;
      }
    },
    since,
    beginning(latest, make) {
      const later = snapshot && since(snapshot.number, latest);
      if (snapshot && later && sumOf(later) <= snapshot.bytes.byteLength / 2)
        return [snapshot.bytes, ...later];
      snapshot = { number: latest, bytes: make() };
      return [snapshot.bytes];
    },
    clear() {
      events.length = 0;
      bytesKept = 0;
      snapshot = undefined;
    },
  };
}

function sumOf(pieces: readonly Uint8Array[]): number {
  return pieces.reduce((sum, { byteLength }) => sum + byteLength, 0);
}
