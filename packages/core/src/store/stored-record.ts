import type { StoreEntry } from './store.ts';
import {
  type ExportedLane,
  type ExportedRow,
  exportFormat,
  exportVersion,
  type TrackerExport,
} from './tracker-export.ts';

/** One record of a store: the head of a snapshot, one of its rows, or an entry that came after it. */
export type StoredRecord = SavedHead | SavedRow | StoreEntry;

/** What a snapshot says besides its rows. Everything before it is void. */
interface SavedHead {
  readonly type: 'saved';
  readonly head: Omit<TrackerExport, 'rows'>;
}

/** One row of a snapshot. */
interface SavedRow {
  readonly type: 'saved_row';
  readonly row: ExportedRow;
}

/** A snapshot as records, one by one, so that a million rows never become one giant string. */
export function* toRecords(snapshot: TrackerExport): Generator<StoredRecord> {
  const { rows, ...head } = snapshot;
  yield { type: 'saved', head };
  for (const row of rows) yield { type: 'saved_row', row };
}

/** Whether something parsed is a record that this version can put to use. */
export function isStoredRecord(value: unknown): value is StoredRecord {
  switch (fieldOf(value, 'type')) {
    case 'saved':
      return Array.isArray(fieldOf(fieldOf(value, 'head'), 'lanes'));
    case 'saved_row':
    case 'row':
      return typeof fieldOf(fieldOf(value, 'row'), 'key') === 'string';
    case 'lane':
      return typeof fieldOf(fieldOf(value, 'lane'), 'name') === 'string';
    case 'forgotten':
      return typeof fieldOf(value, 'key') === 'string';
    default:
      return false;
  }
}

function fieldOf(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null ? Reflect.get(value, name) : undefined;
}

/** Puts records together, in their order, to what they amount to. */
export interface Fold {
  add(record: StoredRecord): void;
  /** Undefined before the first record. It holds the very rows that were added, no copies. */
  result(): TrackerExport | undefined;
}

/**
 * Starts a fold: of each key the last row counts, rows stand in the order in which their keys first appeared, and
 * forgotten ones are gone. `exportedAt` is the time of the last entry, or of the snapshot where there is none.
 */
export function createFold(): Fold {
  const rows = new Map<string, ExportedRow>();
  const lanes = new Map<string, ExportedLane>();
  let head: Omit<TrackerExport, 'rows'> | undefined;

  return {
    add(record) {
      if (record.type === 'saved') {
        rows.clear();
        lanes.clear();
        for (const lane of record.head.lanes) lanes.set(lane.name, lane);
        head = record.head;
        return;
      }
      if (record.type === 'forgotten') rows.delete(record.key);
      else if (record.type === 'lane') lanes.set(record.lane.name, record.lane);
      else rows.set(record.row.key, record.row);
      if (record.type === 'saved_row') return;
      head ??= { format: exportFormat, version: exportVersion, exportedAt: record.at, lanes: [] };
      if (head.exportedAt !== record.at) head = { ...head, exportedAt: record.at };
    },
    result: () => head && { ...head, lanes: [...lanes.values()], rows: [...rows.values()] },
  };
}
