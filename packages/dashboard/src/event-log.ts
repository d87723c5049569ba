/** The latest events, for clients that come back, and the latest snapshot, for clients that come. */
export interface EventLog {
  add(number: number, bytes: Uint8Array): void;
  /** The events after one, up to the latest; undefined where some of them are not there any more. */
  since(number: number, latest: number): readonly Uint8Array[] | undefined;
  /** The snapshot of that number, made once however many clients ask for it. */
  snapshotOf(number: number, make: () => Uint8Array): Uint8Array;
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

  return {
    add(number, bytes) {
      events.push({ number, bytes });
      bytesKept += bytes.byteLength;
      while (events.length > mostEvents || bytesKept > mostBytes) {
        bytesKept -= events.shift()?.bytes.byteLength ?? 0;
      }
    },
    since(number, latest) {
      if (number === latest) return [];
      const first = events.findIndex((event) => event.number === number + 1);
      return first < 0 ? undefined : events.slice(first).map(({ bytes }) => bytes);
    },
    snapshotOf(number, make) {
      if (snapshot?.number !== number) snapshot = { number, bytes: make() };
      return snapshot.bytes;
    },
    clear() {
      events.length = 0;
      bytesKept = 0;
      snapshot = undefined;
    },
  };
}
