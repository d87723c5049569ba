import type { FoundMigration } from '../migration-book.ts';
import type { Timeline } from '../timeline.ts';
import { positionAt } from '../timeline.ts';
import { toUnzonedTimestamp } from '../timestamps.ts';
import { toTaskTimelines } from './task-timelines.ts';

/** What a migration says before anyone has logged in anywhere, so before its company is known. */
const statusesWithoutCompany = ['NOT_READY', 'NOT_STARTED', 'LOGIN_ABANDONED'];
const finishedTaskStatuses = ['COMPLETE', 'FAILED', 'NO_DATA'];

/** What the server keeps about a migration. */
export interface GenericMigrationsDetails {
  readonly companyId: string;
  readonly createdByUserId: string;
  readonly tasks: readonly TaskDetails[];
}

/** What the server keeps about a task. */
export interface TaskDetails {
  readonly id: string;
  readonly dataCategory: string;
  readonly dataType: string;
  /** In clock milliseconds from the migration's start. Without one the task follows its migration. */
  readonly timeline?: Timeline | undefined;
}

/** The body of one migration. */
export function toMigration({ migration, position }: FoundMigration<GenericMigrationsDetails>) {
  const { id, details, startedAtMs } = migration;
  const hasCompany = position.reached.some((status) => !statusesWithoutCompany.includes(status));
  return {
    object: 'migration',
    id,
    created: toUnzonedTimestamp(startedAtMs),
    status: position.status,
    created_by_user_id: details.createdByUserId,
    company_id: hasCompany ? details.companyId : null,
  };
}

/** The bodies of a migration's tasks. */
export function toTasks({ migration }: FoundMigration<GenericMigrationsDetails>, nowMs: number) {
  const { id, details, startedAtMs, timeline } = migration;
  const followingTimelines = toTaskTimelines(timeline, details.tasks.length);
  return details.tasks.map((task, index) => {
    const taskTimeline = task.timeline ?? followingTimelines[index] ?? timeline;
    const { status, enteredAfterMs } = positionAt(taskTimeline, nowMs - startedAtMs);
    const completedAt = toUnzonedTimestamp(startedAtMs + enteredAfterMs);
    return {
      object: 'migration_task',
      id: task.id,
      created: toUnzonedTimestamp(startedAtMs),
      status,
      migration_id: id,
      data_category: task.dataCategory,
      data_type: task.dataType,
      // This one time is served with a zone, unlike all the others.
      completed_at: finishedTaskStatuses.includes(status) ? `${completedAt}+00:00` : null,
    };
  });
}
