import {
  estimateRemainingMs,
  type Stretch,
  toFirstStretch,
  toGap,
  toStretchAgeMs,
} from '../../packages/core/src/step/pace.ts';
import type { PacePolicy } from '../../packages/core/src/step/pace-policy.ts';
import { defaultStepPolicy } from '../../packages/core/src/step/step-policy.ts';
import type { Course } from './populations.ts';
import type { Random } from './random.ts';

/** What a follower learns from a read that did not see the end. */
export interface Look {
  readonly now: number;
  /** Reads so far, this one included. */
  readonly reads: number;
  readonly course: Pick<Course, 'trackedAt' | 'percentAt'>;
}

/** Follows one migration: gives the gap to the next read. */
export type Follower = (look: Look, random: Random) => number;

/** A way to choose the times of reads. */
export interface Policy {
  readonly name: string;
  /** Whether reads go through a lane, which limits their rate and puts many into one request. */
  readonly hasLane: boolean;
  createFollower(): Follower;
}

/** A read after the same time, over and over. */
export function everyMs(name: string, gapMs: number): Policy {
  return { name, hasLane: false, createFollower: () => () => gapMs };
}

/** `@azure/core-lro`, whose default is a fixed interval. */
export const coreLro = everyMs('core-lro, 2 s', 2_000);

export const fixed = everyMs('fixed, 30 s', 30_000);

/** The waiter of the AWS SDK with 2 and 120 s: at random between the least and a doubling gap, and then always the most. */
export const awsWaiter: Policy = {
  name: 'AWS waiter, 2 to 120 s',
  hasLane: false,
  createFollower: () => {
    const [least, most] = [2_000, 120_000];
    const lastDoubling = Math.log2(most / least) + 1;
    return ({ reads }, random) =>
      reads > lastDoubling ? most : least + (least * 2 ** (reads - 1) - least) * random();
  },
};

/** `google-gax`: each gap 1.3 times the last, from 0.1 to 60 s. */
export const gax: Policy = {
  name: 'gax, 0.1 s x 1.3 to 60 s',
  hasLane: false,
  createFollower:
    () =>
    ({ reads }) =>
      Math.min(100 * 1.3 ** (reads - 1), 60_000),
};

/** The pace of this project. */
export function ours(changes: Partial<PacePolicy> = {}, name = 'ours'): Policy {
  const policy: PacePolicy = { ...defaultStepPolicy, ...changes };
  return { name, hasLane: true, createFollower: () => createPacedFollower(policy) };
}

/** The same, in a lane whose requests take no rows along that are not due yet. */
export const oursUnfilled = ours({}, 'ours, without filling');

export const policies: readonly Policy[] = [coreLro, awsWaiter, gax, fixed, ours()];

/** Keeps what a row keeps: the stretch, and since when its progress stands still. */
function createPacedFollower(policy: PacePolicy): Follower {
  let stretch: Stretch | undefined;
  let last: number | undefined;
  let movedAt = 0;
  return ({ now, reads, course }, random) => {
    const percent = course.percentAt(now);
    stretch ??= toFirstStretch(percent, course.trackedAt, now);
    if (percent !== last || reads === 1) movedAt = now;
    last = percent;
    const ageMs = toStretchAgeMs(stretch, course.trackedAt, now);
    const remainingMs = estimateRemainingMs({
      percent,
      ageMs,
      stillMs: now - movedAt,
      firstPercent: stretch.percent,
      firstMs: now - stretch.at,
    });
    return toGap({ ageMs, remainingMs, minimumMs: 0, random: random() }, policy);
  };
}
