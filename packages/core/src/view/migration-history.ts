import { deepFreeze } from '../model/deep-freeze.ts';
import type { MigrationState } from '../model/migration-state.ts';
import { toPercent } from '../model/to-percent.ts';
import type { Condition, ConditionKind } from '../step/row.ts';
import type { MigrationRow } from '../tracker/migration-row.ts';

/** A state that a migration was seen in, until the next one. All times are ISO 8601 in UTC, by our clock. */
export interface StateEntry {
  readonly at: string;
  readonly state: MigrationState;
  readonly nativeState: string;
  readonly phase?: string;
}

/** A time during which something was true about our looking. */
export interface ConditionSpan {
  readonly kind: ConditionKind;
  readonly since: string;
  /** Absent while it lasts. */
  readonly until?: string;
  /** The last that was said of it. For people. */
  readonly message: string;
}

/** How far a migration had come at one moment. */
export interface ProgressPoint {
  readonly at: string;
  /** 0 to 100. */
  readonly percent: number;
  /** Reads until then, good and failed. */
  readonly reads: number;
}

/**
 * What has happened to one migration since it is in a view, oldest first, as far back as there is room: of states and
 * conditions the latest are kept, of progress the whole curve, in ever larger steps. Frozen.
 */
export interface MigrationHistory {
  readonly states: readonly StateEntry[];
  readonly conditions: readonly ConditionSpan[];
  readonly progress: readonly ProgressPoint[];
}

/** Nothing has happened yet. */
export const noHistory: MigrationHistory = Object.freeze({
  states: Object.freeze([]),
  conditions: Object.freeze([]),
  progress: Object.freeze([]),
});

/** What of a row goes into a history. */
interface News extends Pick<MigrationRow, 'conditions' | 'reads'> {
  readonly at: string | undefined;
  readonly state: MigrationState | undefined;
  readonly nativeState: string;
  readonly phase: string | undefined;
  readonly percent: number | undefined;
}

/** News that have not been worked into a history yet, the last of them first. */
interface UnsortedNews extends News {
  readonly earlier: Past;
  /** How many these are. */
  readonly count: number;
}

/** A history, or what one can be made of. Most news come and go without anybody asking for the history of their row. */
export type Past = MigrationHistory | UnsortedNews;

/** More news than these are worked in whether somebody asks or not, so that they take no more room than the history does. */
const mostUnsorted = 4;

/** The past of a row of which there has been one piece of news. */
export function beginPast(row: MigrationRow): Past {
  return toUnsorted(noHistory, row);
}

/**
 * The past with one more piece of news.
 *
 * @param most Entries of each kind at most.
 */
export function withNews(past: Past, row: MigrationRow, most: number): Past {
  return toUnsorted(countOf(past) < mostUnsorted ? past : toHistory(past, most), row);
}

function toUnsorted(earlier: Past, { status, conditions, reads }: MigrationRow): UnsortedNews {
  return {
    at: status?.observedAt,
    state: status?.state,
    nativeState: status?.nativeState ?? '',
    phase: status?.phase,
    percent: toPercent(status?.progress),
    conditions,
    reads,
    earlier,
    count: countOf(earlier) + 1,
  };
}

function countOf(past: Past): number {
  return 'count' in past ? past.count : 0;
}

/** The history of a past; the same object as before when there is nothing to note in what came after it. */
export function toHistory(past: Past, most: number): MigrationHistory {
  const unsorted: News[] = [];
  let history = past;
  for (; 'count' in history; history = history.earlier) unsorted.push(history);
  const news = unsorted.reverse();
  const states = withStates(history.states, news, most);
  const conditions = news.reduce((spans, each) => withConditions(spans, each, most), history.conditions);
  const progress = withProgress(history.progress, news, most);
  const isSame =
    states === history.states && conditions === history.conditions && progress === history.progress;
  return isSame ? history : Object.freeze({ states, conditions, progress });
}

function withStates(
  states: readonly StateEntry[],
  news: readonly News[],
  most: number,
): readonly StateEntry[] {
  const next = [...states];
  for (const { at, state, nativeState, phase } of news) {
    if (at === undefined || state === undefined) continue;
    const last = next.at(-1);
    if (last?.state === state && last.nativeState === nativeState && last.phase === phase) continue;
    next.push(Object.freeze({ at, state, nativeState, ...(phase !== undefined && { phase }) }));
  }
  return next.length === states.length ? states : Object.freeze(next.slice(-most));
}

function withConditions(spans: readonly ConditionSpan[], news: News, most: number): readonly ConditionSpan[] {
  if (news.conditions.length === 0 && spans.every(({ until }) => until !== undefined)) return spans;
  const went = spans.map((span) => toNextSpan(span, news));
  const came = news.conditions.filter((condition) => !spans.some((span) => isOf(span, condition)));
  const isSame = came.length === 0 && went.every((span, index) => span === spans[index]);
  if (isSame) return spans;
  const begun = came.map(({ kind, since, message }) => ({ kind, since, message }));
  return deepFreeze([...went, ...begun].slice(-most));
}

/** What ends a condition is a good look, so its time is that of the status. */
function toNextSpan(span: ConditionSpan, { conditions, at }: News): ConditionSpan {
  if (span.until !== undefined) return span;
  const condition = conditions.find((each) => isOf(span, each));
  if (condition === undefined) return { ...span, until: toLater(span.since, at) };
  return condition.message === span.message ? span : { ...span, message: condition.message };
}

function isOf(span: ConditionSpan, { kind, since }: Condition): boolean {
  return span.until === undefined && span.kind === kind && span.since === since;
}

/** ISO times in UTC have the order of their texts. */
function toLater(since: string, at: string = since): string {
  return at > since ? at : since;
}

function withProgress(
  points: readonly ProgressPoint[],
  news: readonly News[],
  most: number,
): readonly ProgressPoint[] {
  let next = [...points];
  for (const { at, percent, reads } of news) {
    if (at === undefined || percent === undefined || next.at(-1)?.percent === percent) continue;
    if (next.length >= most) next = next.filter((_point, index) => index % 2 === 0);
    next.push(Object.freeze({ at, percent, reads }));
  }
  return next.at(-1) === points.at(-1) ? points : Object.freeze(next.slice(-most));
}
