/**
 * The numbers that the pace of reads is made of. A share is a factor of a duration; the time followed is that of the present
 * stretch, as a phase or the work after a rest.
 */
export interface PacePolicy {
  /** Shortest gap between two reads of one migration, in milliseconds. Default 1 000. */
  readonly floorMs: number;
  /**
   * Longest gap between two reads of one migration, in milliseconds, before jitter. A longer floor wins, and so does a
   * provider that asks for more. Default 300 000.
   */
  readonly ceilingMs: number;
  /** Longest gap after a failed read, in milliseconds, before jitter; no more than `ceilingMs`. Default 60 000. */
  readonly failureCeilingMs: number;
  /** Without progress, the gap is this share of the time followed. Default 0.2. */
  readonly ageShare: number;
  /** With progress, the gap is this share of the time that remains by estimate. Default 0.34. */
  readonly remainderShare: number;
  /** Once the estimated end has passed, the gap is this share of the time since. Default 0.12. */
  readonly overdueShare: number;
  /** A gap is at least this share of the time followed: how late the news may be, relatively. Default 0.019. */
  readonly leastAgeShare: number;
  /** With progress, a gap is at most this share of the time followed, because estimates can be wrong. Default 3. */
  readonly mostAgeShare: number;
  /** The most that is added to a gap at random, as a share of it, or of the ceiling where that is less. Default 0.05. */
  readonly jitterShare: number;
}
