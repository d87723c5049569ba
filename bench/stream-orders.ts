/** What the process of clients is told. */
export type ClientOrder =
  | {
      readonly type: 'connect';
      readonly origin: string;
      readonly quick: number;
      readonly slow: number;
      /** Whether all come in one moment, or one after the other. */
      readonly isHerd: boolean;
    }
  /** Counts lateness from here on. */
  | { readonly type: 'watch' }
  /** Nothing changes any more: everybody reads to the end, and then it is told what they have. */
  | { readonly type: 'finish'; readonly lastId: string };

/** What it answers: that all are there, and what they came to. */
export type ClientReport =
  | { readonly type: 'connected' }
  | {
      readonly type: 'finished';
      /** Absent where nothing has changed while they watched: a herd may take longer to come than there are changes. */
      readonly lateP50Ms?: number;
      readonly lateP99Ms?: number;
      /** Clients that do not have, by the events they were sent, what the server has in the end. */
      readonly astray: number;
      /** Snapshots that were sent beyond the first of each client. */
      readonly repeatedSnapshots: number;
    };

/** What stands before the time in the message of a row that is changed to see how late it is. */
export const beaconMark = 'sent at ';
