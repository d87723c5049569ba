import {
  type MigrationProgress,
  type MigrationReading,
  type ParsedTimestamp,
  type ProviderTimeField,
  parseTimestamp,
} from '@migration-status/core/adapter';
import { toPointers, valueAt } from './json-pointer.ts';
import type { JsonPointer, RestProgress, RestReading, RestTime } from './rest-description.ts';

/** A text that says something. */
export function toText(value: unknown): string | undefined {
  return typeof value === 'string' && value.trim() !== '' ? value : undefined;
}

/** The first of several places where a text stands. */
export function firstText(
  root: unknown,
  pointers: JsonPointer | readonly JsonPointer[] | undefined,
): string | undefined {
  return toPointers(pointers)
    .map((pointer) => toText(valueAt(root, pointer)))
    .find((text) => text !== undefined);
}

/** A text, a whole number or a boolean as one word. A number that JSON could not carry exactly is none. */
export function toWord(value: unknown): string | undefined {
  if (typeof value === 'boolean' || Number.isSafeInteger(value)) return String(value);
  return typeof value === 'string' ? value : undefined;
}

/** A text or a whole number as an id. A number that JSON could not carry exactly is none. */
export function toId(value: unknown): string | undefined {
  return Number.isSafeInteger(value) ? String(value) : toText(value);
}

/** A number that is not negative, also one that comes as text. */
export function toNumber(value: unknown): number | undefined {
  const isNumeral = typeof value === 'string' && /^\d+(?:\.\d+)?$/.test(value.trim());
  const number = isNumeral ? Number(value) : value;
  return typeof number === 'number' && Number.isFinite(number) && number >= 0 ? number : undefined;
}

/** What a record says about progress; undefined when it says nothing, also where all that it says is a unit. */
export function readProgress(
  record: unknown,
  described: RestProgress | undefined,
): MigrationProgress | undefined {
  if (described === undefined) return undefined;
  const percent = readPercent(record, described.percent);
  const completed = readSum(record, described.completed);
  const total = readSum(record, described.total);
  const failed = readSum(record, described.failed);
  if ([percent, completed, total, failed].every((count) => count === undefined)) return undefined;
  const unit =
    typeof described.unit === 'object' ? toText(valueAt(record, described.unit.pointer)) : described.unit;
  return {
    ...(percent !== undefined && { percent }),
    ...(completed !== undefined && { completed }),
    ...(total !== undefined && { total }),
    ...(failed !== undefined && { failed }),
    ...(unit !== undefined && { unit }),
  };
}

function readPercent(record: unknown, described: RestProgress['percent']): number | undefined {
  if (described === undefined) return undefined;
  const { pointer, max } = typeof described === 'string' ? { pointer: described, max: 100 } : described;
  const value = valueAt(record, pointer);
  const number = toNumber(typeof value === 'string' ? value.trim().replace(/\s*%$/, '') : value);
  if (number === undefined) return undefined;
  // A share of 0.07 is 7, and not 7.000000000000001.
  return max === 100 ? number : Math.round((number / max) * 1e8) / 1e6;
}

function readSum(record: unknown, described: JsonPointer | readonly JsonPointer[] | undefined) {
  if (described === undefined) return undefined;
  const counts = toPointers(described).map((pointer) => toNumber(valueAt(record, pointer)));
  return counts.reduce((sum, count) => (sum === undefined || count === undefined ? undefined : sum + count));
}

const timeFields = [
  'createdAt',
  'startedAt',
  'updatedAt',
  'finishedAt',
] as const satisfies ProviderTimeField[];

/** The times of a record, and which of them came without a zone. */
export function readTimes(
  record: unknown,
  described: RestReading,
  assumedZone: string,
): Partial<MigrationReading> {
  const times = timeFields.flatMap((field) => {
    const time = readTime(record, described[field], assumedZone);
    return time === undefined ? [] : [[field, time] as const];
  });
  const assumed = times.flatMap(([field, { isZoneAssumed }]) => (isZoneAssumed ? [field] : []));
  return {
    ...Object.fromEntries(times.map(([field, { iso }]) => [field, iso])),
    ...(assumed.length > 0 && { assumedZone: assumed }),
  };
}

function readTime(
  record: unknown,
  described: JsonPointer | RestTime | undefined,
  assumedZone: string,
): ParsedTimestamp | undefined {
  if (described === undefined) return undefined;
  const { pointer, format = 'iso' } = typeof described === 'string' ? { pointer: described } : described;
  const value = valueAt(record, pointer);
  if (format === 'iso') return typeof value === 'string' ? parseTimestamp(value, assumedZone) : undefined;
  const number = toNumber(value);
  const moment = new Date(Math.floor((number ?? Number.NaN) * (format === 'seconds' ? 1000 : 1)));
  return Number.isNaN(moment.getTime()) ? undefined : parseTimestamp(moment.toISOString());
}
