import type { FoundMigration } from '../migration-book.ts';
import type { Timeline } from '../timeline.ts';
import { positionAt } from '../timeline.ts';
import { toUnzonedTimestamp } from '../timestamps.ts';
import { toTaskTimelines } from './generic-migrations-timelines.ts';

const defaultPageSize = 10;
/** What a migration says before anyone has logged in anywhere, so before its company is known. */
const statusesWithoutCompany = ['NOT_READY', 'NOT_STARTED', 'LOGIN_ABANDONED'];
const finishedTaskStatuses = ['COMPLETE', 'FAILED', 'NO_DATA'];

/**
 * How lists are wrapped, which the vendor does not say: a bare array, or an object with the array under
 * this name.
 */
export type ListEnvelope = 'array' | 'data' | 'items' | 'results' | 'migrations';

/** The envelopes with an object, and the name under which each of them counts the whole list. */
const totalNames = { data: 'total', items: 'total', results: 'count', migrations: 'total_count' } as const;

/** Every `ListEnvelope`. */
export const listEnvelopes = ['array', ...Object.keys(totalNames)];

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

/** The part of a list that was asked for; pages count from 1. */
export interface Page<Item> {
  readonly items: readonly Item[];
  readonly page: number;
  readonly pageSize: number;
  readonly total: number;
}

/** Reads `page` and `page_size`; `undefined` when one of them is not a whole number above 0. */
export function pageOf<Item>(all: readonly Item[], query: URLSearchParams): Page<Item> | undefined {
  const page = Number(query.get('page') ?? 1);
  const pageSize = Number(query.get('page_size') ?? defaultPageSize);
  if (!Number.isInteger(page) || !Number.isInteger(pageSize) || page < 1 || pageSize < 1) return undefined;
  const items = all.slice((page - 1) * pageSize, page * pageSize);
  return { items, page, pageSize, total: all.length };
}

/** The body of a list. */
export function wrapPage({ items, page, pageSize, total }: Page<unknown>, envelope: ListEnvelope): unknown {
  if (envelope === 'array') return items;
  return {
    ...(envelope === 'data' && { object: 'list' }),
    [envelope]: items,
    page,
    page_size: pageSize,
    [totalNames[envelope]]: total,
  };
}
