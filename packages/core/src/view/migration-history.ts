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

/**
 * The history with one more piece of news; the same object when it holds nothing to note.
 *
 * @param most Entries of each kind at most.
 */
export function withNews(history: MigrationHistory, row: MigrationRow, most: number): MigrationHistory {
  const states = withState(history.states, row, most);
  const conditions = withConditions(history.conditions, row, most);
  const progress = withProgress(history.progress, row, most);
  const isSame =
    states === history.states && conditions === history.conditions && progress === history.progress;
  return isSame ? history : Object.freeze({ states, conditions, progress });
}

function withState(
  states: readonly StateEntry[],
  { status }: MigrationRow,
  most: number,
): readonly StateEntry[] {
  if (status === undefined) return states;
  const { observedAt: at, state, nativeState, phase } = status;
  const last = states.at(-1);
  if (last?.state === state && last.nativeState === nativeState && last.phase === phase) return states;
  const entry = { at, state, nativeState, ...(phase !== undefined && { phase }) };
  return freezeList([...states, entry].slice(-most));
}

function withConditions(
  spans: readonly ConditionSpan[],
  row: MigrationRow,
  most: number,
): readonly ConditionSpan[] {
  if (row.conditions.length === 0 && spans.every(({ until }) => until !== undefined)) return spans;
  const went = spans.map((span) => toNextSpan(span, row));
  const came = row.conditions.filter((condition) => !spans.some((span) => isOf(span, condition)));
  const isSame = came.length === 0 && went.every((span, index) => span === spans[index]);
  if (isSame) return spans;
  return freezeList(
    [...went, ...came.map(({ kind, since, message }) => ({ kind, since, message }))].slice(-most),
  );
}

/** What ends a condition is a good look, so its time is that of the status. */
function toNextSpan(span: ConditionSpan, { conditions, status }: MigrationRow): ConditionSpan {
  if (span.until !== undefined) return span;
  const condition = conditions.find((each) => isOf(span, each));
  if (condition === undefined) return { ...span, until: toLater(span.since, status?.observedAt) };
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
  { status, reads }: MigrationRow,
  most: number,
): readonly ProgressPoint[] {
  const percent = toPercent(status?.progress);
  const last = points.at(-1);
  if (status === undefined || percent === undefined || last?.percent === percent) return points;
  const point = { at: status.observedAt, percent, reads };
  if (points.length < most) return freezeList([...points, point]);
  return freezeList([...points.filter((_point, index) => index % 2 === 0), point].slice(-most));
}

function freezeList<Entry extends object>(entries: readonly Entry[]): readonly Entry[] {
  for (const entry of entries) Object.freeze(entry);
  return Object.freeze(entries);
}
