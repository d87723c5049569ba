import type { EnginePolicy } from '@migration-status/core';

/** A pace for migrations that take seconds where others take hours. */
export function toSandboxPolicy(speed: number): Partial<EnginePolicy> {
  return {
    floorMs: 400 / speed,
    ceilingMs: 1_500 / speed,
    parkFloorMs: 500 / speed,
    parkCeilingMs: 2_000 / speed,
    requestsPerSecond: 17 * speed,
    notFoundGraceMs: 4_000 / speed,
  };
}
