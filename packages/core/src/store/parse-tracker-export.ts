import { describeKind } from '../model/describe-value.ts';
import { ConfigurationError } from '../model/errors/configuration-error.ts';
import { isMigrationState } from '../model/migration-state.ts';
import { exportFormat, exportVersion, type TrackerExport } from './tracker-export.ts';

/** What a field must be: a test, and the words for what it expects. */
type FieldRule = readonly [isFit: (value: unknown) => boolean, expected: string];

type FieldRules = Readonly<Record<string, FieldRule>>;

const isAbsent = (value: unknown): value is undefined => value === undefined;
const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null;

const text: FieldRule = [(value) => typeof value === 'string', 'it is a string'];
const optionalText: FieldRule = [(value) => isAbsent(value) || typeof value === 'string', text[1]];
const time: FieldRule = [Number.isFinite, 'it is a time in milliseconds'];
const optionalTime: FieldRule = [(value) => isAbsent(value) || Number.isFinite(value), time[1]];
const number: FieldRule = [
  (value) => isAbsent(value) || (Number.isFinite(value) && Number(value) >= 0),
  'it is a number of at least 0',
];
const list: FieldRule = [Array.isArray, 'it is an array'];

/** Rows are checked by hand, because a million of them are to be taken up in about a second. */
const rowRules: FieldRules = {
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
};

const laneRules: FieldRules = {
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
  limitSpacingMs: number,
  limitUntil: optionalTime,
  debt: number,
};

const rowFields = Object.entries(rowRules);
const laneFields = Object.entries(laneRules);

/**
 * Checks that something is a {@link TrackerExport} that this version reads. Throws a {@link ConfigurationError} that names
 * the place of the first thing that does not fit.
 */
export function parseTrackerExport(given: unknown): TrackerExport {
  if (!isObject(given)) throw toResumeError('', `it is what export() gave, got ${describeKind(given)}`);
  const { format, version, lanes, rows } = given;
  if (format !== exportFormat) throw toResumeError('format', `it is ${JSON.stringify(exportFormat)}`);
  if (version !== exportVersion)
    throw toResumeError('version', `it is ${exportVersion}, which this version reads`);
  checkField('lanes', lanes, list);
  checkField('rows', rows, list);
  for (const [index, lane] of (lanes as unknown[]).entries())
    checkFields(`lanes[${index}]`, lane, laneFields);
  const checkedRows = rows as unknown[];
  for (let index = 0; index < checkedRows.length; index += 1) checkRow(checkedRows[index], index);
  return given as unknown as TrackerExport;
}

function checkRow(row: unknown, index: number): void {
  checkFields('rows', row, rowFields, index);
  const { key, provider, stopped, reading } = row as Record<string, unknown>;
  if (!String(key).startsWith(`${provider}/`))
    throw toResumeError(`rows[${index}].key`, 'it begins with the provider');
  if (stopped === 'settled' && reading === undefined)
    throw toResumeError(`rows[${index}].reading`, 'what has ended has one');
}

/** The place is put together only when it is needed. */
function checkFields(
  list: string,
  value: unknown,
  fields: readonly (readonly [string, FieldRule])[],
  index?: number,
): void {
  const toPlace = () => (index === undefined ? list : `${list}[${index}]`);
  if (!isObject(value)) throw toResumeError(toPlace(), 'it is an object');
  for (const [field, [isFit, expected]] of fields) {
    if (!isFit(value[field])) throw toResumeError(`${toPlace()}.${field}`, expected);
  }
}

function checkField(place: string, value: unknown, [isFit, expected]: FieldRule): void {
  if (!isFit(value)) throw toResumeError(place, expected);
}

function isReading(value: unknown): boolean {
  if (!isObject(value)) return false;
  const { state, nativeState, progress, issues } = value;
  const isProgress = isAbsent(progress) || isObject(progress);
  const areIssues = isAbsent(issues) || (Array.isArray(issues) && issues.every(isObject));
  return isMigrationState(state) && typeof nativeState === 'string' && isProgress && areIssues;
}

function isConditions(value: unknown): boolean {
  return Array.isArray(value) && value.every(isCondition);
}

function isCondition(value: unknown): boolean {
  if (!isObject(value)) return false;
  const { kind, since } = value;
  return typeof kind === 'string' && typeof since === 'string';
}

/** The error about one place in what is to be resumed. */
export function toResumeError(place: string, expectation: string): ConfigurationError {
  const option = place === '' ? 'resume' : `resume.${place}`;
  const message = `createTracker: "${option}" does not fit; expected that ${expectation}`;
  return new ConfigurationError({ option, message });
}
