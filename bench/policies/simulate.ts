import { defaultEnginePolicy } from '@migration-status/core';
import { createAgenda } from '../../packages/core/src/engine/agenda.ts';
import { type EarlyRows, takeEarlyRows } from '../../packages/core/src/engine/early-rows.ts';
import { createIdList, createIdLists } from '../../packages/core/src/engine/id-lists.ts';
import { appoint, type Bucket, createPlanner } from '../../packages/core/src/engine/planner.ts';
import type { Follower, Policy } from './policies.ts';
import type { Course, Population } from './populations.ts';
import { createRandom } from './random.ts';

/** What following a population costs, and how late its ends are noticed. */
export interface Simulation {
  readonly reads: number;
  readonly requests: number;
  /** Per migration, from its true end to the read that sees it, in milliseconds. */
  readonly lagsMs: Float64Array;
  /** The same as a share of its duration. */
  readonly lagShares: Float64Array;
  /** Reads in each second of the first ten minutes. */
  readonly readsBySecond: Uint32Array;
}

/** How rows come to share a request. */
export interface Batching {
  /** How wide the windows are at most in which reads become due together, in milliseconds. */
  readonly windowMs: number;
  /**
   * A request that goes out anyway takes along rows that are not due yet, the next ones first: those of whose gap no more
   * than this share is left.
   */
  readonly fillShare: number;
}

/** The engine's defaults. */
export const defaultBatching: Batching = {
  windowMs: defaultEnginePolicy.batchWindowMs,
  fillShare: defaultEnginePolicy.earlyShare,
};

/**
 * Follows a population to its end in virtual time; an answer takes no time. Where the policy has a lane, that sends at most
 * so many requests a second, first come, first served, and reads that are due in one window share a request.
 */
export function simulate(
  population: Population,
  policy: Policy,
  batching: Batching = defaultBatching,
): Simulation {
  const { courses, requestsPerRead } = population;
  const random = createRandom(99);
  const readsOf = new Uint32Array(courses.length);
  const lagsMs = new Float64Array(courses.length);
  const lagShares = new Float64Array(courses.length);
  const readsBySecond = new Uint32Array(600);
  let reads = 0;

  /** Gives the gap to the next read; undefined when this one saw the end. */
  function read(course: Course, follower: Follower, index: number, now: number): number | undefined {
    const count = (readsOf[index] ?? 0) + 1;
    readsOf[index] = count;
    reads += 1;
    const bin = Math.floor(now / 1_000);
    if (bin < readsBySecond.length) readsBySecond[bin] = (readsBySecond[bin] ?? 0) + 1;
    if (now < course.endsAt) return follower({ now, reads: count, course }, random);
    lagsMs[index] = now - course.endsAt;
    lagShares[index] = (now - course.endsAt) / course.durationMs;
    return undefined;
  }

  /** Without a lane every migration is followed for itself. */
  function followAlone(): number {
    for (const [index, course] of courses.entries()) {
      const follower = policy.createFollower();
      let now = course.trackedAt;
      for (let gap = read(course, follower, index, now); gap !== undefined; ) {
        now += gap;
        gap = read(course, follower, index, now);
      }
    }
    return reads * requestsPerRead;
  }

  /** Rows are planned by the engine's own planner, and wait for the lane in the order in which they came due. */
  function followInLane(): number {
    const { maxBatchSize } = population;
    const windowMs = maxBatchSize > 1 ? batching.windowMs : 0;
    const enginePolicy = { ...defaultEnginePolicy, batchWindowMs: windowMs, earlyShare: batching.fillShare };
    const spacingMs = 1_000 / population.requestsPerSecond;
    const followers = courses.map(() => policy.createFollower());
    const agenda = createAgenda<Bucket>();
    const lists = createIdLists();
    const planner = createPlanner(agenda, lists);
    const waiting = createIdList();
    const readAts = new Float64Array(courses.length).fill(Number.NaN);
    const wellRow = { reading: undefined, failedReads: 0, missingReads: 0 };
    const rows: EarlyRows = { readAtOf: (id) => readAts[id], get: () => wellRow };
    let laneFreeAt = 0;
    let requests = 0;

    function takeDue(now: number): void {
      for (let bucket = agenda.takeDue(now); bucket !== undefined; bucket = agenda.takeDue(now)) {
        for (let id = planner.take(bucket); id !== undefined; id = planner.take(bucket)) {
          lists.append(waiting, id);
        }
      }
    }

    function takeBatch(now: number): readonly number[] {
      const batch: number[] = [];
      while (batch.length < maxBatchSize && waiting.size > 0) batch.push(lists.shift(waiting) ?? -1);
      const room = maxBatchSize - batch.length;
      return room > 0 ? [...batch, ...takeEarlyRows(rows, planner, room, now, enginePolicy)] : batch;
    }

    for (const [index, { trackedAt }] of courses.entries()) planner.add(index, trackedAt);
    for (let nextAt = agenda.nextAt(); nextAt !== undefined || waiting.size > 0; nextAt = agenda.nextAt()) {
      const now = waiting.size > 0 ? laneFreeAt : Math.max(nextAt ?? 0, laneFreeAt);
      takeDue(now);
      laneFreeAt = now + spacingMs;
      requests += requestsPerRead;
      for (const index of takeBatch(now)) {
        const [course, follower] = [courses[index], followers[index]];
        const gap = course && follower && read(course, follower, index, now);
        readAts[index] = now;
        if (course === undefined || gap === undefined) continue;
        const hasProgress = course.percentAt(now) !== undefined;
        planner.add(index, appoint(now + gap, now, windowMs, hasProgress));
      }
    }
    return requests;
  }

  const requests = policy.hasLane ? followInLane() : followAlone();
  return { reads, requests, lagsMs, lagShares, readsBySecond };
}
