/** Where a row stands: it waits for its time or for its turn, or is being read; never two of these at once. */
export const places = {
  nowhere: 0,
  /** In the agenda, for a time. */
  planned: 1,
  /** In its source, for its turn. */
  waiting: 2,
  /** The same, and it has been told why: its lane is parked. */
  held: 3,
  /** In a part of a request that failed as a whole. */
  parted: 4,
  /** In a request that is out. */
  read: 5,
} as const;
