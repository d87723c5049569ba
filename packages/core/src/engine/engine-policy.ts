import { defaultLanePolicy, type LanePolicy } from '../lane/lane.ts';
import { ConfigurationError } from '../model/errors/configuration-error.ts';
import { defaultStepPolicy, type StepPolicy } from '../step/step-policy.ts';

/** Every number that decides how migrations are followed. */
export interface EnginePolicy extends StepPolicy, LanePolicy {
  /** When a read that has not come back is given up, in milliseconds, whatever its adapter does. Default 60 000. */
  readonly readTimeoutMs: number;
  /**
   * How much later a read may go so that it shares a request with others, in milliseconds, where an adapter reads many at
   * once. Default 1 000; 0 for never later.
   */
  readonly batchWindowMs: number;
}

export const defaultEnginePolicy: EnginePolicy = {
  ...defaultStepPolicy,
  ...defaultLanePolicy,
  readTimeoutMs: 60_000,
  batchWindowMs: 1_000,
};

const counts: readonly string[] = [
  'concurrency',
  'breakerAfter',
  'refusedReads',
  'notFoundReads',
  'stalledReads',
];

/** Completes a policy with the defaults; throws a `ConfigurationError` that names the number which cannot be. */
export function toEnginePolicy(given: Partial<EnginePolicy> = {}): EnginePolicy {
  for (const [option, value] of Object.entries(given)) {
    if (!Object.hasOwn(defaultEnginePolicy, option)) fail(option, 'there is no such option');
    const isCount = counts.includes(option);
    const isFit = isCount ? Number.isInteger(value) && value >= 1 : Number.isFinite(value) && value >= 0;
    if (!isFit)
      fail(option, `must be ${isCount ? 'a whole number of at least 1' : 'a number of at least 0'}`);
  }
  return { ...defaultEnginePolicy, ...given };
}

function fail(option: string, complaint: string): never {
  throw new ConfigurationError({ option: `policy.${option}`, message: `"policy.${option}": ${complaint}` });
}
