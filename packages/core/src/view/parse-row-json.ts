import { deepFreeze } from '../model/deep-freeze.ts';
import { describeKind } from '../model/describe-value.ts';
import { ConfigurationError } from '../model/errors/configuration-error.ts';
import { isObject } from '../model/is-object.ts';
import { parseMigrationStatus } from '../model/parse-migration-status.ts';
import type { Condition, ConditionKind } from '../step/row.ts';
import type { MigrationRow } from '../tracker/migration-row.ts';

/** By kind, so that none can be left out. */
const kinds: Readonly<Record<ConditionKind, true>> = {
  unreachable: true,
  throttled: true,
  unauthorized: true,
  stalled: true,
};

/**
 * Reads back a row that `toRowJson` made, and returns it frozen. Fields and kinds of conditions that it does not know are
 * dropped, so that a later version can write more than this one reads.
 *
 * Throws a `ConfigurationError` at what does not fit; its `option` is the JSON path.
 *
 * @example
 * const rows = JSON.parse(text).rows.map(parseRowJson);
 */
export function parseRowJson(value: unknown): MigrationRow {
  if (!isObject(value)) throw toMisfit('$', 'a row', value);
  const { provider, key, ref, status, conditions, stopped, reads, estimatedEndAt, name, group } = value;
  const isStopped = stopped === undefined || stopped === 'settled' || stopped === 'refused';
  if (!isText(provider)) throw toMisfit('$.provider', 'a string', provider);
  if (!isText(key)) throw toMisfit('$.key', 'a string', key);
  if (ref === undefined) throw toMisfit('$.ref', 'a JSON value', ref);
  if (!Array.isArray(conditions)) throw toMisfit('$.conditions', 'an array', conditions);
  if (!isStopped) throw toMisfit('$.stopped', 'settled or refused', stopped);
  if (!Number.isSafeInteger(reads)) throw toMisfit('$.reads', 'a whole number', reads);
  if (estimatedEndAt !== undefined && !isTime(estimatedEndAt))
    throw toMisfit('$.estimatedEndAt', 'an ISO 8601 time', estimatedEndAt);
  if (name !== undefined && typeof name !== 'string') throw toMisfit('$.name', 'a string', name);
  if (group !== undefined && typeof group !== 'string') throw toMisfit('$.group', 'a string', group);
  return deepFreeze({
    provider,
    key,
    ref,
    ...(status !== undefined && { status: parseMigrationStatus(status) }),
    conditions: conditions.filter(isKnownKind).map(parseCondition),
    ...(stopped !== undefined && { stopped }),
    reads: Number(reads),
    ...(estimatedEndAt !== undefined && { estimatedEndAt }),
    ...(name !== undefined && { name }),
    ...(group !== undefined && { group }),
  });
}

function isKnownKind(value: unknown): boolean {
  if (!isObject(value)) return true;
  const { kind } = value;
  return typeof kind !== 'string' || Object.hasOwn(kinds, kind);
}

function parseCondition(value: unknown, index: number): Condition {
  if (isCondition(value)) return value;
  const expected = 'a condition with "kind", "since" and "message"';
  throw toMisfit(`$.conditions[${index}]`, expected, value);
}

function isCondition(value: unknown): value is Condition {
  if (!isObject(value)) return false;
  const { kind, since, message } = value;
  return isText(kind) && isTime(since) && typeof message === 'string';
}

function isText(value: unknown): value is string {
  return typeof value === 'string' && value !== '';
}

function isTime(value: unknown): value is string {
  return typeof value === 'string' && !Number.isNaN(Date.parse(value));
}

function toMisfit(option: string, expected: string, value: unknown): ConfigurationError {
  const message = `row: expected ${expected} at ${option}, got ${describeKind(value)}`;
  return new ConfigurationError({ option, message });
}
