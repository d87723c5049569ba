import type { Timeline } from '../timeline.ts';

const workingStatuses = ['WORKING', 'PENDING_USER_INPUT'];
const endingStatuses = ['COMPLETE', 'COMPLETED_WITH_FAILURES', 'FAILED'];

/**
 * The timelines of `count` tasks that share the working time of their migration, one after the other. What
 * becomes of them follows from the migration: the last one fails with it, and none ends if it never does.
 */
export function toTaskTimelines(migration: Timeline, count: number): Timeline[] {
  const begun = [...workingStatuses, ...endingStatuses];
  const firstBegun = migration.findIndex(({ status }) => begun.includes(status));
  const working = migration.filter(({ status }) => workingStatuses.includes(status));
  const beforeMs = totalOf(migration.slice(0, firstBegun));
  const eachMs = totalOf(working) / count;
  const final = migration.at(-1)?.status ?? '';
  const lastOutcome = final === 'COMPLETE' ? 'COMPLETE' : 'FAILED';

  return Array.from({ length: count }, (_, index) => {
    const waiting = { status: 'PENDING', forMs: beforeMs + index * eachMs };
    if (endingStatuses.includes(final)) {
      const outcome = index === count - 1 ? lastOutcome : 'COMPLETE';
      return [waiting, { status: 'IN_PROGRESS', forMs: eachMs }, { status: outcome }];
    }
    return working.length > 0 ? [waiting, { status: 'IN_PROGRESS' }] : [{ status: 'PENDING' }];
  });
}

function totalOf(timeline: Timeline): number {
  return timeline.reduce((sum, { forMs = 0 }) => sum + forMs, 0);
}
