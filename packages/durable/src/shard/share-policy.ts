import { defaultEnginePolicy, type EnginePolicy } from '@migration-status/core';

/** The policy of a shard that has a part of its lane: it may send that part of what the lane may. */
export function toSharePolicy(
  given: Partial<EnginePolicy> | undefined,
  share: number,
): Partial<EnginePolicy> {
  if (share >= 1) return given ?? {};
  const policy = { ...defaultEnginePolicy, ...given };
  return {
    ...policy,
    concurrency: Math.max(1, Math.floor(policy.concurrency * share)),
    burst: Math.max(1, Math.floor(policy.burst * share)),
    requestsPerSecond: policy.requestsPerSecond * share,
  };
}

/** Whether a shard can be cut in two without the two together sending more than it did. */
export function isDivisible(given: Partial<EnginePolicy> | undefined, share: number): boolean {
  const { concurrency, burst } = { ...defaultEnginePolicy, ...given };
  return concurrency * share >= 2 && burst * share >= 2;
}
