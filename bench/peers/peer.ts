/** What the host says to one look. */
export interface Answer {
  readonly statusCode: 200 | 429;
  /** False for "not yet". */
  readonly isDone: boolean;
  /** With 429: how long to stay away, in milliseconds. */
  readonly retryAfterMs?: number;
}

/** Something that takes a while elsewhere, and can be asked how far it is. */
export interface Operation {
  readonly id: string;
  /** One look; the signal calls it off. */
  read(signal?: AbortSignal): Promise<Answer>;
}

/** How operations are to be followed, the same for every peer. */
export interface Pace {
  /** Between the answer to one look and the next look, in milliseconds. */
  readonly intervalMs: number;
  /** Ends the following. Left out where nothing is called off. */
  readonly signal?: AbortSignal;
}

/** A way to follow operations to their end, through its own documented interface. */
export interface Peer {
  /** The package whose version the report names. */
  readonly packageName?: string;
  /** The import that a user writes, for the size of the bundle. */
  readonly entry?: string;
  /** Called once; what it gives is called once per operation, and the promise settles when that operation is over. */
  createFollower(pace: Pace): (operation: Operation) => Promise<unknown>;
}
