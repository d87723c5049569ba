import type {
  ExportedLane,
  ExportedRow,
  MigrationState,
  Store,
  StoreEntry,
  TrackerExport,
} from '../../src/index.ts';
import type { Followed } from './books.ts';
import type { Core } from './core.ts';
import type { LaneBook } from './lane-book.ts';
import type { Ledger } from './ledger.ts';
import { type RowBook, toLatestPlan } from './row-book.ts';
import type { SimulatedProcess } from './simulated-process.ts';

/** What survives the death of a process: a store, and the books of all that it was given. */
export interface SavedProcess {
  /** Handed to the tracker. */
  readonly store: Store;
  /** Has a whole tracker stored. */
  save(process: SimulatedProcess): void;
  /** Compares what is stored with what is followed. */
  check(): void;
  load(): Promise<TrackerExport | undefined>;
  /** Takes the books up again where they were stored; what was out at that moment has to be read once more. */
  restore(process: SimulatedProcess, exported: TrackerExport): void;
}

interface SavedRow {
  readonly subject: Followed;
  readonly row: RowBook;
  readonly ref: object;
  readonly group: string | undefined;
}

/** Times that go through JSON lose their fractions, on the way there and on the way back. */
const fractionMs = 3;

export function createSavedProcess(core: Core, ledger: Ledger, withNative: () => boolean): SavedProcess {
  const stored = core.createMemoryStore();
  const rows = new Map<string, SavedRow>();
  let lanes: readonly LaneBook[] = [];
  /** Lanes that were parked since the last save, as they were stored then. */
  const parked = new Map<string, ExportedLane>();

  function take(subject: Followed): void {
    const { key, row, ref, group } = subject;
    rows.set(key, { subject, row: { ...row }, ref, group });
  }

  function checkEntry(entry: StoreEntry): void {
    if (entry.type === 'lane') {
      ledger.log.write(`${ledger.now().toFixed(3)} store lane ${entry.lane.name}`);
      parked.set(entry.lane.name, entry.lane);
      return;
    }
    const isRow = entry.type === 'row';
    const key = isRow ? entry.row.key : entry.key;
    ledger.log.write(`${ledger.now().toFixed(3)} store ${entry.type} ${key}`);
    if (ledger.isClosed) ledger.report('nothing is stored after close', key);
    if (!isRow) {
      if (!rows.delete(key)) ledger.report('only what is stored is forgotten', key);
      return;
    }
    const subject = ledger.followed.get(key);
    if (subject === undefined) {
      ledger.report('only what is followed is stored', key);
      return;
    }
    const before = rows.get(key);
    if (entry.to !== undefined) {
      const told = `${entry.from ?? 'nothing'} → ${entry.to}`;
      const due = `${before?.row.status?.state ?? 'nothing'} → ${subject.row.status?.state}`;
      if (told !== due) ledger.report('each transition is stored', `${key}: ${told} instead of ${due}`);
    }
    checkText(key, entry.row);
    take(subject);
  }

  function checkText(what: string, value: unknown): void {
    const text = JSON.stringify(value);
    if (text.includes('"said"')) ledger.report('an export holds no native unless asked', `${what} ${text}`);
  }

  return {
    store: {
      load: stored.load,
      save: stored.save,
      append(entry) {
        checkEntry(entry);
        return stored.append(entry);
      },
    },

    save({ tracker }) {
      const native = withNative();
      const exported = tracker.export({ native });
      if (!native) checkText('export', exported);
      ledger.log.write(`${ledger.now().toFixed(3)} save`);
      void stored.save(exported);
      rows.clear();
      for (const subject of ledger.followed.values()) take(subject);
      lanes = [...ledger.lanes.values()].map((lane) => ({ ...lane }));
      parked.clear();
    },

    check() {
      const toState = (row: RowBook): MigrationState | 'nothing' => row.status?.state ?? 'nothing';
      for (const { key, row } of ledger.followed.values()) {
        const known = rows.get(key);
        const isEnded = (own: RowBook) => own.stopped === 'settled';
        if (known && toState(known.row) === toState(row) && isEnded(known.row) === isEnded(row)) continue;
        ledger.report(
          'no transition is lost to the store',
          `${key}: ${known && toState(known.row)} is stored`,
        );
      }
      if (rows.size > ledger.followed.size) {
        ledger.report('the store forgets what is let go of', [...rows.keys()].join(' '));
      }
    },

    load: stored.load,

    restore(process, exported) {
      const now = ledger.now();
      const processNow = process.clock.now();
      const wallTime = process.clock.wallTime();
      const toNow = (time: number) => Math.round(time + (processNow - wallTime)) - processNow + now;
      for (const known of lanes) restoreLane(ledger, known);
      for (const lane of parked.values()) restoreParked(ledger, lane, toNow);
      for (const row of exported.rows) {
        const saved = rows.get(row.key);
        if (saved === undefined) {
          ledger.report('only what was stored is taken up', row.key);
          continue;
        }
        const restored = restoreRow(ledger, saved, row, toNow);
        rows.set(row.key, { ...saved, subject: restored });
      }
      if (exported.rows.length !== rows.size) {
        ledger.report('all that was stored is taken up', `${exported.rows.length} of ${rows.size}`);
      }
    },
  };
}

function restoreRow(
  ledger: Ledger,
  { subject, row, ref, group }: SavedRow,
  exported: ExportedRow,
  toNow: (time: number) => number,
): Followed {
  const { key, isBatched } = subject;
  const now = ledger.now();

  function toTime(name: string, exact: number | undefined, said: number | undefined): number {
    if (exact === undefined || !Number.isFinite(exact)) return Number.NEGATIVE_INFINITY;
    const time = said === undefined ? Number.NaN : toNow(said);
    if (!(Math.abs(time - exact) <= fractionMs)) {
      ledger.report('an export keeps times', `${key}: ${name} is ${time} instead of ${exact}`);
    }
    return time;
  }

  const restored = ledger.follow({ key, lane: row.lane, isBatched, ref, group, isKept: true });
  const missingSince = toTime('missingSince', row.missingSince, exported.missingSince);
  Object.assign(restored.row, row, {
    trackedAt: toTime('trackedAt', row.trackedAt, exported.trackedAt),
    readAt: toTime('readAt', row.readAt, exported.readAt),
    stillSince: toTime('stillSince', row.stillSince, exported.stillSince),
    stretchSince: toTime('progressSince', row.stretchSince, exported.progressSince),
    missingSince: Number.isFinite(missingSince) ? missingSince : undefined,
    dueFrom: row.dueFrom - fractionMs,
    dueTo: Math.max(toLatestPlan(row, ledger.policy), now) + fractionMs,
    isAlone: false,
  });
  for (const condition of row.conditions) restored.active.set(condition.kind, condition);
  return restored;
}

/** What a lane has learnt since it was stored is lost. */
/** What was stored of a lane is known exactly, but for the fractions of a millisecond. */
function restoreParked(ledger: Ledger, lane: ExportedLane, toNow: (time: number) => number): void {
  const never = Number.NEGATIVE_INFINITY;
  const around = (time: number | undefined) => {
    const at = time === undefined ? never : toNow(time);
    return { least: at - fractionMs, most: at + fractionMs };
  };
  const exactly = (count = 0) => ({ least: count, most: count });
  Object.assign(ledger.laneOf(lane.name), {
    parkedUntil: around(lane.parkedUntil),
    parkedBy: lane.parkedBy === undefined ? [] : [lane.parkedBy],
    throttles: exactly(lane.throttles),
    outages: exactly(lane.outages),
    refusals: exactly(lane.refusals),
    debt: exactly(lane.debt),
    answered: exactly(lane.answered),
    openedAt: around(lane.openedAt),
    learntMs: exactly(lane.learntSpacingMs),
    isLearnt: lane.learntSpacingMs === undefined ? 'no' : 'yes',
    learntOverMs: lane.learntOverMs ?? 0,
    limitMs: lane.limitSpacingMs ?? 0,
    limitUntil: around(lane.limitUntil).most,
    fullAt: around(lane.fullAt).most,
  });
}

function restoreLane(ledger: Ledger, known: LaneBook): void {
  const { parkedUntil, openedAt } = known;
  Object.assign(ledger.laneOf(known.name), known, {
    parkedUntil: { least: parkedUntil.least - fractionMs, most: parkedUntil.most + fractionMs },
    openedAt: { least: openedAt.least - fractionMs, most: openedAt.most + fractionMs },
    limitUntil: known.limitUntil + fractionMs,
    fullAt: known.fullAt + fractionMs,
    tokensAt: known.tokensAt - fractionMs,
    parts: [],
    turns: { ledAt: new Map(), servedAt: new Map() },
  });
}
