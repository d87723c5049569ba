import { describeKind } from '../model/describe-value.ts';
import { ConfigurationError } from '../model/errors/configuration-error.ts';
import { isObject } from '../model/is-object.ts';
import { isReading } from '../model/is-reading.ts';
import {
  type ExportedLane,
  type ExportedRow,
  exportFormat,
  exportVersion,
  type TrackerExport,
} from './tracker-export.ts';

/** What a field must be: a test, and the words for what it expects. */
type FieldRule = readonly [isFit: (value: unknown) => boolean, expected: string];

const isAbsent = (value: unknown): value is undefined => value === undefined;

const text: FieldRule = [(value) => typeof value === 'string', 'it is a string'];
const optionalText: FieldRule = [(value) => isAbsent(value) || typeof value === 'string', text[1]];
const time: FieldRule = [Number.isFinite, 'it is a time in milliseconds'];
const optionalTime: FieldRule = [(value) => isAbsent(value) || Number.isFinite(value), time[1]];
const number: FieldRule = [
  (value) => isAbsent(value) || (Number.isFinite(value) && Number(value) >= 0),
  'it is a number of at least 0',
];

/** Rows are checked by hand, because a million of them are to be taken up in about a second. */
const rowRules = {
  provider: text,
  key: text,
  lane: text,
  group: optionalText,
  reading: [(value) => isAbsent(value) || isReading(value), 'it has a state and a native state'],
  observedAt: optionalTime,
  conditions: [(value) => isAbsent(value) || isConditions(value), 'it is an array of conditions'],
  stopped: [
    (value) => isAbsent(value) || value === 'settled' || value === 'refused',
    'it is "settled" or "refused"',
  ],
  dueAt: optionalTime,
  trackedAt: time,
  readAt: optionalTime,
  reads: number,
  failedReads: number,
  refusedReads: number,
  missingReads: number,
  missingSince: optionalTime,
  stillReads: number,
  stillSince: optionalTime,
  progressFrom: number,
  progressSince: optionalTime,
} satisfies Record<Exclude<keyof ExportedRow, 'ref' | 'memo'>, FieldRule>;

const laneRules = {
  name: text,
  parkedUntil: optionalTime,
  parkedBy: [
    (value) => isAbsent(value) || ['throttled', 'transient', 'unauthorized'].includes(String(value)),
    'it is "throttled", "transient" or "unauthorized"',
  ],
  throttles: number,
  outages: number,
  refusals: number,
  fullAt: optionalTime,
  answered: number,
  openedAt: optionalTime,
  learntSpacingMs: number,
  learntOverMs: number,
  knownSpacingMs: number,
  limitSpacingMs: number,
  limitUntil: optionalTime,
  debt: number,
} satisfies Record<keyof ExportedLane, FieldRule>;

const rowFields = Object.entries(rowRules);
const laneFields = Object.entries(laneRules);

/**
 * Checks that something is a {@link TrackerExport} that this version reads. Throws a {@link ConfigurationError} that names
 * the place of the first thing that does not fit.
 */
export function parseTrackerExport(given: unknown): TrackerExport {
  checkExport(given);
  return given;
}

/** Whether something is one row of a {@link TrackerExport}, for whoever keeps rows one by one. */
export function isExportedRow(given: unknown): given is ExportedRow {
  try {
    checkRow(given, 0);
    return true;
  } catch {
    return false;
  }
}

function checkExport(given: unknown): asserts given is TrackerExport {
  if (!isObject(given)) throw toResumeError('', `it is what export() gave, got ${describeKind(given)}`);
  const { format, version, exportedAt, lanes, rows } = given;
  if (format !== exportFormat) throw toResumeError('format', `it is ${JSON.stringify(exportFormat)}`);
  if (version !== exportVersion)
    throw toResumeError('version', `it is ${exportVersion}, which this version reads`);
  if (Number.isNaN(Date.parse(String(exportedAt))))
    throw toResumeError('exportedAt', 'it is an ISO 8601 time');
  for (const [index, lane] of toList('lanes', lanes).entries()) checkFields('lanes', index, lane, laneFields);
  for (const [index, row] of toList('rows', rows).entries()) checkRow(row, index);
}

function toList(place: string, value: unknown): readonly unknown[] {
  if (Array.isArray(value)) return value;
  throw toResumeError(place, 'it is an array');
}

function checkRow(row: unknown, index: number): void {
  const { key, provider, stopped, reading } = checkFields('rows', index, row, rowFields);
  if (!String(key).startsWith(`${provider}/`))
    throw toResumeError(`rows[${index}].key`, 'it begins with the provider');
  if (stopped === 'settled' && reading === undefined)
    throw toResumeError(`rows[${index}].reading`, 'what has ended has one');
}

function checkFields(
  list: string,
  index: number,
  value: unknown,
  fields: readonly (readonly [string, FieldRule])[],
): Readonly<Record<string, unknown>> {
  if (!isObject(value)) throw toResumeError(`${list}[${index}]`, 'it is an object');
  for (const [field, [isFit, expected]] of fields) {
    if (!isFit(value[field])) throw toResumeError(`${list}[${index}].${field}`, expected);
  }
  return value;
}

const conditionKinds = ['unreachable', 'throttled', 'unauthorized', 'stalled'];

function isConditions(value: unknown): boolean {
  return Array.isArray(value) && value.every(isCondition);
}

function isCondition(value: unknown): boolean {
  if (!isObject(value)) return false;
  const { kind, since } = value;
  return conditionKinds.includes(String(kind)) && typeof since === 'string';
}

/** The error about one place in what is to be resumed. */
export function toResumeError(place: string, expectation: string): ConfigurationError {
  const option = place === '' ? 'resume' : `resume.${place}`;
  const message = `createTracker: "${option}" does not fit; expected that ${expectation}`;
  return new ConfigurationError({ option, message });
}
