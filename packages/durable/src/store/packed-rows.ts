import type { ExportedLane, ExportedRow } from '@migration-status/core';
import { isExportedRow } from '@migration-status/core/file-store';

/** All that is known of the rows of a shard, as it is written in one piece. */
export interface PackedRows {
  readonly lanes: readonly ExportedLane[];
  readonly rows: readonly PackedRow[];
}

/** One row, and which of its revisions it is. */
export interface PackedRow {
  readonly id: string;
  readonly revision: number;
  readonly row: ExportedRow;
}

/** What a shard has that was never packed. */
const nothing: PackedRows = { lanes: [], rows: [] };

export function toPacked(packed: PackedRows): string {
  return JSON.stringify(packed);
}

/**
 * Reads what {@link toPacked} has written; whoever resumes rows checks them field by field. What cannot be read is nothing:
 * of each row an older one is stored by itself.
 */
export function parsePacked(text: string): PackedRows {
  const packed = text === '' ? nothing : parseJson(text);
  return isPacked(packed) ? packed : nothing;
}

function isPacked(value: unknown): value is PackedRows {
  if (typeof value !== 'object' || value === null) return false;
  return Array.isArray(Reflect.get(value, 'lanes')) && Array.isArray(Reflect.get(value, 'rows'));
}

/** Reads the row of a migration as it is stored; undefined where somebody has made something else of it. */
export function parseExportedRow(text: string): ExportedRow | undefined {
  const row = parseJson(text);
  return isExportedRow(row) ? row : undefined;
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
