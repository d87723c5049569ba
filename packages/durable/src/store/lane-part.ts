import type { ExportedLane } from '@migration-status/core';

/**
 * What a part of a lane goes on from when the lane is cut: what it had learnt about how fast the whole may go, each half may
 * only go half as fast. The bucket is a time, and so holds for each of them.
 */
export function toHalfLane(lane: ExportedLane): ExportedLane {
  const { learntSpacingMs, limitSpacingMs, answered } = lane;
  return {
    ...lane,
    ...(learntSpacingMs !== undefined && { learntSpacingMs: learntSpacingMs * 2 }),
    ...(limitSpacingMs !== undefined && { limitSpacingMs: limitSpacingMs * 2 }),
    ...(answered !== undefined && { answered: Math.floor(answered / 2) }),
  };
}

/**
 * Until when a lane is held back by what it has sent and learnt, by the wall clock in epoch milliseconds: before that its part
 * of the rate must not go to another shard, which knows nothing of it.
 */
export function toRestAt(lanes: readonly ExportedLane[]): number {
  const times = lanes.flatMap(({ parkedUntil = 0, fullAt = 0, limitUntil = 0 }) => [
    parkedUntil,
    fullAt,
    limitUntil,
  ]);
  return Math.max(0, ...times);
}
