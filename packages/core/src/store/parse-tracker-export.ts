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

const text = 'it is a string';
const time = 'it is a time in milliseconds';
const amount = 'it is a number of at least 0';

/** What a field must be: a test, and the words for what it expects. */
type FieldRule = readonly [isFit: (value: unknown) => boolean, expected: string];

const laneRules = {
  name: [isText, text],
  parkedUntil: [isOptionalTime, time],
  parkedBy: [
    (value) => isAbsent(value) || ['throttled', 'transient', 'unauthorized'].includes(String(value)),
    'it is "throttled", "transient" or "unauthorized"',
  ],
  throttles: [isOptionalAmount, amount],
  outages: [isOptionalAmount, amount],
  refusals: [isOptionalAmount, amount],
  fullAt: [isOptionalTime, time],
  answered: [isOptionalAmount, amount],
  openedAt: [isOptionalTime, time],
  learntSpacingMs: [isOptionalAmount, amount],
  learntOverMs: [isOptionalAmount, amount],
  knownSpacingMs: [isOptionalAmount, amount],
  limitSpacingMs: [isOptionalAmount, amount],
  limitUntil: [isOptionalTime, time],
  debt: [isOptionalAmount, amount],
} satisfies Record<keyof ExportedLane, FieldRule>;

const laneFields = Object.entries<FieldRule>(laneRules);

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
  checkEach('lanes', lanes, checkLane);
  checkEach('rows', rows, checkRow);
}

function checkEach(
  place: string,
  values: unknown,
  check: (value: unknown, index: number) => void,
): asserts values is readonly unknown[] {
  if (!Array.isArray(values)) throw toResumeError(place, 'it is an array');
  for (let index = 0; index < values.length; index += 1) check(values[index], index);
}

function checkLane(lane: unknown, index: number): void {
  if (!isObject(lane)) throw toResumeError(`lanes[${index}]`, 'it is an object');
  for (const [field, [isFit, expected]] of laneFields) {
    if (!isFit(lane[field])) throw toResumeError(`lanes[${index}].${field}`, expected);
  }
}

/** Each field by its name and not by a list of rules, which would take eight times as long: there may be a million rows. */
function checkRow(row: unknown, index: number): void {
  if (!isObject(row)) throw toResumeError(`rows[${index}]`, 'it is an object');
  const { provider, key, group, reading, conditions, stopped } = row;
  expect(isText(provider), index, 'provider', text);
  expect(isText(key), index, 'key', text);
  expect(isText(row.lane), index, 'lane', text);
  expect(isAbsent(group) || isText(group), index, 'group', text);
  expect(isAbsent(reading) || isReading(reading), index, 'reading', 'it has a state and a native state');
  expect(
    isAbsent(conditions) || isConditions(conditions),
    index,
    'conditions',
    'it is an array of conditions',
  );
  expect(isAbsent(stopped) || isStop(stopped), index, 'stopped', 'it is "settled" or "refused"');
  expect(isOptionalTime(row.observedAt), index, 'observedAt', time);
  expect(isOptionalTime(row.dueAt), index, 'dueAt', time);
  expect(Number.isFinite(row.trackedAt), index, 'trackedAt', time);
  expect(isOptionalTime(row.readAt), index, 'readAt', time);
  expect(isOptionalAmount(row.reads), index, 'reads', amount);
  expect(isOptionalAmount(row.failedReads), index, 'failedReads', amount);
  expect(isOptionalAmount(row.refusedReads), index, 'refusedReads', amount);
  expect(isOptionalAmount(row.missingReads), index, 'missingReads', amount);
  expect(isOptionalTime(row.missingSince), index, 'missingSince', time);
  expect(isOptionalAmount(row.stillReads), index, 'stillReads', amount);
  expect(isOptionalTime(row.stillSince), index, 'stillSince', time);
  expect(isOptionalAmount(row.progressFrom), index, 'progressFrom', amount);
  expect(isOptionalTime(row.progressSince), index, 'progressSince', time);
  expect(String(key).startsWith(`${provider}/`), index, 'key', 'it begins with the provider');
  expect(stopped !== 'settled' || !isAbsent(reading), index, 'reading', 'what has ended has one');
}

function expect(isFit: boolean, index: number, field: keyof ExportedRow, expected: string): void {
  if (!isFit) throw toResumeError(`rows[${index}].${field}`, expected);
}

function isAbsent(value: unknown): value is undefined {
  return value === undefined;
}

function isText(value: unknown): boolean {
  return typeof value === 'string';
}

function isOptionalTime(value: unknown): boolean {
  return value === undefined || Number.isFinite(value);
}

function isOptionalAmount(value: unknown): boolean {
  return value === undefined || (typeof value === 'number' && Number.isFinite(value) && value >= 0);
}

function isStop(value: unknown): boolean {
  return value === 'settled' || value === 'refused';
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
