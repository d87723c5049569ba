import type { ExportedLane, ExportedRow } from '@migration-status/core';

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

/** Reads what {@link toPacked} has written; whoever resumes rows checks them field by field. */
export function parsePacked(text: string): PackedRows {
  return text === '' ? nothing : JSON.parse(text);
}

/** Reads one row as it is stored. */
export function parseExportedRow(text: string): ExportedRow {
  return JSON.parse(text);
}
