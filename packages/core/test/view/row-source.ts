import { EventEmitter } from 'node:events';
import type { MigrationState } from '../../src/model/migration-state.ts';
import type { MigrationStatus } from '../../src/model/migration-status.ts';
import type { Condition, ConditionKind } from '../../src/step/row.ts';
import type { MigrationRow } from '../../src/tracker/migration-row.ts';
import type { TrackerEvents } from '../../src/tracker/tracker-events.ts';
import type { RowSource } from '../../src/view/status-view.ts';

/** What a test may say about a row. What it leaves out stays as it was. */
export interface RowNews {
  readonly state?: MigrationState;
  readonly percent?: number;
  readonly conditions?: readonly ConditionKind[];
  /** Seconds after the beginning of 2026: when it is seen, and when what is true of it from then on began. Default 0. */
  readonly at?: number;
  readonly group?: string | undefined;
  /** Default `acme`. */
  readonly provider?: string;
  /** What people call it. */
  readonly name?: string | undefined;
}

/** Rows without a tracker, which change when they are told to, and tell of it as a tracker does. */
export interface ManualSource extends RowSource {
  /** Follows one more row, or one anew under another label; gives it. */
  track(key: string, news?: RowNews): MigrationRow;
  /** News of a row; gives it. */
  change(key: string, news: RowNews): MigrationRow;
  forget(key: string): void;
  /** Sends an event, whatever it says. */
  emit<Name extends keyof TrackerEvents>(name: Name, event: TrackerEvents[Name]): void;
  /** How many listeners there are. */
  readonly listeners: number;
}

/** Makes a source of rows, at the provider `acme` unless they say otherwise. */
export function createManualSource(): ManualSource {
  const rows = new Map<string, MigrationRow>();
  const emitter = new EventEmitter();

  function emit<Name extends keyof TrackerEvents>(name: Name, event: TrackerEvents[Name]): void {
    emitter.emit(name, event);
  }

  function keep(row: MigrationRow): MigrationRow {
    rows.set(row.key, row);
    return row;
  }

  return {
    rows: () => [...rows.values()],
    on(name, listener) {
      emitter.on(name, listener);
      return () => emitter.off(name, listener);
    },
    emit,
    track(key, news = {}) {
      const row = keep(toRow(key, news, rows.get(key)));
      emit('tracked', { row });
      return row;
    },
    change(key, news) {
      const row = keep(toRow(key, news, rows.get(key)));
      const [condition] = row.conditions;
      if (condition) emit('condition', { row, condition, isActive: true });
      emit('change', { row });
      emit('settled', { row });
      return row;
    },
    forget(key) {
      const row = rows.get(key);
      rows.delete(key);
      if (row) emit('forgotten', { row });
    },
    get listeners() {
      return emitter.eventNames().reduce((sum, name) => sum + emitter.listenerCount(name), 0);
    },
  };
}

/** A row as a tracker makes it. */
export function toRow(key: string, news: RowNews = {}, before?: MigrationRow): MigrationRow {
  const { state = before?.status?.state, percent = before?.status?.progress?.percent } = news;
  const at = new Date(Date.UTC(2026, 0, 1) + (news.at ?? 0) * 1000).toISOString();
  const conditions = news.conditions?.map((kind) => toCondition(kind, at)) ?? before?.conditions ?? [];
  const group = 'group' in news ? news.group : before?.group;
  const name = news.name ?? before?.name;
  const provider = news.provider ?? before?.provider ?? 'acme';
  return Object.freeze({
    provider,
    key,
    ref: { key },
    ...(state && { status: { ...toStatus(key, state, percent, at), provider } }),
    conditions,
    reads: (before?.reads ?? 0) + 1,
    ...(group !== undefined && { group }),
    ...(name !== undefined && { name }),
  });
}

function toStatus(
  key: string,
  state: MigrationState,
  percent: number | undefined,
  observedAt: string,
): MigrationStatus {
  return {
    provider: 'acme',
    key,
    ref: { key },
    state,
    nativeState: state,
    ...(percent !== undefined && { progress: { percent } }),
    native: null,
    observedAt,
  };
}

function toCondition(kind: ConditionKind, since: string): Condition {
  return { kind, since, message: `${kind} it is` };
}
