import { defaultLanePolicy, type LanePolicy } from '../lane/lane.ts';
import { ConfigurationError } from '../model/errors/configuration-error.ts';
import { defaultStepPolicy, type StepPolicy } from '../step/step-policy.ts';

/** Every number that decides how migrations are followed. */
export interface EnginePolicy extends StepPolicy, LanePolicy {
  /** When a read that has not come back is given up, in milliseconds, whatever its adapter does. Default 60 000. */
  readonly readTimeoutMs: number;
  /**
   * How much later a read may go so that it shares a request with others, in milliseconds, where an adapter reads many at
   * once; where progress is reported, a fortieth of its wait at most. Default 1 000; 0 for never later.
   */
  readonly batchWindowMs: number;
  /**
   * How much of the time between two reads may be left, as a share of it, for a read to go along early in a request that
   * has room. Default 0.6; 0 for never early.
   */
  readonly earlyShare: number;
  /** Most characters that refs add to the URL of a request for many, where an adapter puts them there. Default 4 000. */
  readonly batchUrlLength: number;
}

export const defaultEnginePolicy: EnginePolicy = {
  ...defaultStepPolicy,
  ...defaultLanePolicy,
  readTimeoutMs: 60_000,
  batchWindowMs: 1_000,
  earlyShare: 0.6,
  batchUrlLength: 4_000,
};

const unlimited = Number.MAX_SAFE_INTEGER;

/** Numbers that count something, and how far; a row keeps a byte of each of its own. */
const mostOf: Readonly<Record<string, number>> = {
  concurrency: unlimited,
  burst: unlimited,
  breakerAfter: unlimited,
  retryBudget: unlimited,
  refusedReads: 255,
  notFoundReads: 255,
  stalledReads: 255,
};

/**
 * Completes a policy with the defaults; what is undefined is left out. Throws a `ConfigurationError` that names the option
 * which cannot be.
 */
export function toEnginePolicy(given: Partial<EnginePolicy> = {}): EnginePolicy {
  const said = Object.entries(given).filter(([, value]) => value !== undefined);
  for (const [option, value] of said) {
    const complaint = toComplaint(option, value);
    if (complaint !== undefined) {
      throw new ConfigurationError({
        option: `policy.${option}`,
        message: `"policy.${option}": ${complaint}`,
      });
    }
  }
  return { ...defaultEnginePolicy, ...Object.fromEntries(said) };
}

function toComplaint(option: string, value: unknown): string | undefined {
  if (option === 'pace') return typeof value === 'function' ? undefined : 'must be a function';
  if (!Object.hasOwn(defaultEnginePolicy, option)) return 'there is no such option';
  const most = mostOf[option];
  if (most !== undefined) {
    if (Number.isInteger(value) && Number(value) >= 1 && Number(value) <= most) return undefined;
    return most === unlimited
      ? 'must be a whole number of at least 1'
      : `must be a whole number from 1 to ${most}`;
  }
  const isNumber = Number.isFinite(value);
  if (option === 'requestsPerSecond')
    return isNumber && Number(value) > 0 ? undefined : 'must be a number above 0';
  return isNumber && Number(value) >= 0 ? undefined : 'must be a number of at least 0';
}
