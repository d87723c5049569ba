import type { Appointment } from './agenda.ts';
import { toPlannedAt, toSharedAt } from './grain.ts';
import { createIdList, type IdList, type IdLists } from './id-lists.ts';
import type { RowId } from './row-table.ts';

/** Rows of one planner that are due at one time: one appointment, however many they are. */
export interface Bucket {
  readonly type: 'bucket';
  readonly planner: Planner;
  readonly at: number;
  readonly ids: IdList;
  appointment: Appointment<unknown> | undefined;
}

/** Which rows are due when. A row is planned for one time at most. */
export interface Planner {
  /** Plans a row for a time that {@link appoint} gave. */
  add(id: RowId, at: number): void;
  /** The caller says for when the row is planned. */
  remove(id: RowId, at: number): void;
  /** Takes out the first row of a bucket whose time has come; undefined when it is empty. */
  take(bucket: Bucket): RowId | undefined;
  /** Puts a bucket that is not empty yet back into the agenda. */
  putBack(bucket: Bucket): void;
  /** The rows that are planned for a time, in order, if any are; none of them may be removed meanwhile. */
  idsAt(at: number): Iterable<RowId> | undefined;
}

/** The part of an agenda that buckets need. */
interface BucketAgenda {
  add(at: number, bucket: Bucket): Appointment<unknown>;
  remove(appointment: Appointment<unknown>): void;
}

export function createPlanner(agenda: BucketAgenda, lists: IdLists): Planner {
  const buckets = new Map<number, Bucket>();
  let latest: Bucket | undefined;

  function bucketAt(at: number): Bucket {
    if (latest?.at === at) return latest;
    latest = buckets.get(at);
    if (latest !== undefined) return latest;
    latest = { type: 'bucket', planner, at, ids: createIdList(), appointment: undefined };
    latest.appointment = agenda.add(at, latest);
    buckets.set(at, latest);
    return latest;
  }

  function forgetIfEmpty(bucket: Bucket): void {
    if (bucket.ids.size > 0) return;
    if (buckets.get(bucket.at) === bucket) buckets.delete(bucket.at);
    if (latest === bucket) latest = undefined;
    if (bucket.appointment) agenda.remove(bucket.appointment);
    bucket.appointment = undefined;
  }

  const planner: Planner = {
    add(id, at) {
      lists.append(bucketAt(at).ids, id);
    },
    remove(id, at) {
      const bucket = buckets.get(at);
      if (bucket === undefined) return;
      lists.remove(bucket.ids, id);
      forgetIfEmpty(bucket);
    },
    take(bucket) {
      const id = lists.shift(bucket.ids);
      if (id === undefined) forgetIfEmpty(bucket);
      return id;
    },
    putBack(bucket) {
      if (bucket.ids.size > 0) bucket.appointment = agenda.add(bucket.at, bucket);
      else forgetIfEmpty(bucket);
    },
    idsAt(at) {
      const bucket = buckets.get(at);
      return bucket && lists.each(bucket.ids);
    },
  };
  return planner;
}

/**
 * When a row is planned that wants to be read at a time. Those that can share a request meet at the ends of windows, which
 * are the narrower the nearer that time is; `windowMs` is 0 for a row that cannot.
 */
export function appoint(wantedAt: number, now: number, windowMs: number, hasProgress: boolean): number {
  return windowMs === 0 ? toPlannedAt(wantedAt, now) : toSharedAt(wantedAt, now, windowMs, hasProgress);
}
