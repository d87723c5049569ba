import type { EnginePolicy } from './engine-policy.ts';
import type { Guard } from './guard.ts';

/** The same policy with a pace that cannot harm anybody: where somebody else's throws, the rule holds. */
export function withGuardedPace(policy: EnginePolicy, guard: Guard): EnginePolicy {
  const { pace } = policy;
  if (pace === undefined) return policy;
  return {
    ...policy,
    pace(moment, gapMs) {
      let own: number | undefined;
      guard(() => {
        own = pace(moment, gapMs);
        if (own !== undefined && typeof own !== 'number') throw new TypeError('a pace must return a number');
      });
      return own;
    },
  };
}
