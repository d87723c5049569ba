import {
  type MigrationIssue,
  type MigrationReading,
  type MigrationState,
  mapState,
} from '@migration-status/core/adapter';
import { valueAt } from './json-pointer.ts';
import { readProgress, readTimes, toNumber, toText } from './read-values.ts';
import type { RestDescription, RestExplanation, RestPartial, RestReading } from './rest-description.ts';
import type { RestRecord } from './rest-record.ts';
import { readParts } from './to-parts.ts';

/** What of a description the mapping of a record needs. */
export type RestSaid = Pick<RestDescription, 'reading' | 'states' | 'explanations' | 'parts'>;

/** The record of a migration → what it says. */
export function toRestReading(
  { native, word }: RestRecord,
  { reading, states, explanations = {}, parts }: RestSaid,
  assumedZone: string,
): MigrationReading {
  const state = toState(native, mapState(states, word), reading.partial);
  const explanation = Object.hasOwn(explanations, word) ? explanations[word] : undefined;
  const issues = [...(explanation ? [toIssue(explanation)] : []), ...readIssues(native, state, reading)];
  const phase = textAt(native, reading.phase);
  const message =
    textAt(native, reading.message) ?? issues.find(({ severity }) => severity === 'error')?.message;
  const url = textAt(native, reading.url);
  const within =
    parts !== undefined && parts.path === undefined ? readParts(native, parts, states) : undefined;
  const progress = readProgress(native, reading.progress) ?? within?.progress;
  return {
    state,
    nativeState: word,
    ...(phase !== undefined && { phase }),
    ...(progress && { progress }),
    ...(within?.parts && { parts: within.parts }),
    ...(message !== undefined && { message }),
    ...(issues.length > 0 && { issues }),
    ...readTimes(native, reading, assumedZone),
    ...(url !== undefined && { url }),
    native: state === 'not_found' ? null : native,
  };
}

/** Only a success can be a partial one: what has failed anyway, or goes on, is not made better or worse by what is left out. */
function toState(
  record: unknown,
  state: MigrationState,
  partial: readonly RestPartial[] = [],
): MigrationState {
  const isPartial = state === 'succeeded' && partial.some((rule) => holds(record, rule));
  return isPartial ? 'partially_succeeded' : state;
}

function holds(record: unknown, rule: RestPartial): boolean {
  if ('flag' in rule) return valueAt(record, rule.flag) === true;
  if ('count' in rule) return (toNumber(valueAt(record, rule.count)) ?? 0) > 0;
  const items = valueAt(record, rule.items);
  const values: readonly unknown[] = rule.values;
  return Array.isArray(items) && items.some((item) => values.includes(valueAt(item, rule.pointer)));
}

function toIssue({ severity = 'error', code, message }: RestExplanation): MigrationIssue {
  return { severity, code, message };
}

const ended: readonly MigrationState[] = ['partially_succeeded', 'failed', 'canceled'];

function readIssues(
  record: unknown,
  state: MigrationState,
  { issues: described }: RestReading,
): readonly MigrationIssue[] {
  if (described === undefined) return [];
  const severity = ended.includes(state) ? 'error' : 'warning';
  const list = described.items === undefined ? [record] : valueAt(record, described.items);
  return (Array.isArray(list) ? list : []).flatMap((item) => {
    const message = toText(valueAt(item, described.message));
    if (message === undefined) return [];
    const code = textAt(item, described.code);
    const subject = textAt(item, described.subject);
    return [
      { severity, ...(code !== undefined && { code }), message, ...(subject !== undefined && { subject }) },
    ];
  });
}

function textAt(record: unknown, pointer: string | undefined): string | undefined {
  return pointer === undefined ? undefined : toText(valueAt(record, pointer));
}
