import { ConfigurationError, type MigrationRow, parseRowJson } from '@migration-status/core';

/** What has come between two snapshots. */
export interface RowChanges {
  /** Rows that came, or take the place of those of the same key. */
  readonly rows: readonly MigrationRow[];
  /** The keys of rows that went. */
  readonly removedRows: readonly string[];
}

/**
 * The rows of a snapshot as JSON, checked. Throws a `ConfigurationError` for what is no snapshot, or one of a later format.
 */
export function parseSnapshot(value: unknown): readonly MigrationRow[] {
  if (readField(value, 'format') !== 'migration-status/snapshot')
    throw toMisfit('$.format', '"migration-status/snapshot"');
  if (readField(value, 'version') !== 1) throw toMisfit('$.version', '1');
  return parseRows(value);
}

/** The rows of a change as JSON, checked. Throws a `ConfigurationError` for what is none. */
export function parseChange(value: unknown): RowChanges {
  const removedRows = readField(value, 'removedRows');
  if (!isListOfTexts(removedRows)) throw toMisfit('$.removedRows', 'an array of keys');
  return { rows: parseRows(value), removedRows };
}

/** The data of an event as JSON. Throws a `ConfigurationError` that does not repeat it. */
export function parseData(data: string): unknown {
  try {
    return JSON.parse(data);
  } catch {
    throw toMisfit('$', 'JSON');
  }
}

function parseRows(value: unknown): readonly MigrationRow[] {
  const rows = readField(value, 'rows');
  if (!Array.isArray(rows)) throw toMisfit('$.rows', 'an array');
  return rows.map(parseRowJson);
}

function readField(value: unknown, name: string): unknown {
  const isObject = typeof value === 'object' && value !== null;
  return isObject && Object.hasOwn(value, name) ? Reflect.get(value, name) : undefined;
}

function isListOfTexts(value: unknown): value is readonly string[] {
  return Array.isArray(value) && value.every((item) => typeof item === 'string');
}

function toMisfit(option: string, expected: string): ConfigurationError {
  return new ConfigurationError({ option, message: `remote view: expected ${expected} at ${option}` });
}
