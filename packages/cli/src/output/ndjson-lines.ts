import type { Condition, MigrationState, RowJson, RowSummary } from '@migration-status/core';
import { toFullName, unreadWord } from '../render/describe-row.ts';
import { toPlainText } from '../render/plain-text.ts';

/** The version of the stream. A reader leaves alone what it does not know, and refuses another first number. */
export const ndjsonSchema = '1.0';

/** One line of the stream, as an object. */
export type NdjsonLine =
  | VersionLine
  | RowLine
  | ChangeLine
  | ConditionLine
  | SettledLine
  | AnomalyLine
  | NoteLine
  | SummaryLine
  | ResultLine;

interface LineBase {
  /** ISO 8601 in UTC. */
  readonly at: string;
  /** One sentence for people. It calls a migration by its name; programs go by `row.key` and `row.name`. */
  readonly message: string;
}

/** The first line. */
export interface VersionLine extends LineBase {
  readonly type: 'version';
  readonly schema: string;
}

/** How a migration stands: the answer to a single look, and the beginning of what is followed. */
export interface RowLine extends LineBase {
  readonly type: 'row';
  readonly row: RowJson;
}

/** A status says something else than before. */
export interface ChangeLine extends LineBase {
  readonly type: 'change';
  readonly row: RowJson;
  /** Present when the state is another one; `from` is absent for the first status. */
  readonly transition?: { readonly from?: MigrationState; readonly to: MigrationState } | undefined;
}

/** Trouble in looking begins, changes its cause, or ends; the state stays as it was. */
export interface ConditionLine extends LineBase {
  readonly type: 'condition';
  readonly row: RowJson;
  readonly condition: Condition;
  readonly isActive: boolean;
}

/** A migration has ended and is not read again. */
export interface SettledLine extends LineBase {
  readonly type: 'settled';
  readonly row: RowJson;
}

/** A word that is not known, or news of a migration that has ended. */
export interface AnomalyLine extends LineBase {
  readonly type: 'anomaly';
  readonly row: RowJson;
  readonly kind: string;
}

/** Something for the person in front of it. */
export interface NoteLine extends LineBase {
  readonly type: 'note';
}

/** How all of them stand: every half a minute. */
export interface SummaryLine extends LineBase {
  readonly type: 'summary';
  readonly summary: RowSummary;
}

/** The last line. */
export interface ResultLine extends LineBase {
  readonly type: 'result';
  readonly exitCode: number;
  readonly summary: RowSummary;
}

/** What a row says in one sentence. */
export function describeRowJson(row: RowJson): string {
  const { status, conditions } = row;
  const troubles = conditions.map(({ kind }) => ` (${kind})`).join('');
  return `${toFullName(row)} ${status?.state ?? unreadWord}${troubles}`;
}

/** What a change says in one sentence. */
export function describeChange(row: RowJson, transition: ChangeLine['transition']): string {
  if (transition?.from === undefined) return describeRowJson(row);
  return `${toFullName(row)} ${transition.from} -> ${transition.to}`;
}

/** What a condition says in one sentence. */
export function describeConditionChange(row: RowJson, condition: Condition, isActive: boolean): string {
  const { kind, message } = condition;
  const name = toFullName(row);
  return isActive ? `${name} ${kind}: ${toPlainText(message)}` : `${name} no longer ${kind}`;
}

/** What an anomaly says in one sentence: that of the tracker begins with the key. */
export function describeAnomaly(row: RowJson, message: string): string {
  const said = message.startsWith(row.key) ? `${toFullName(row)}${message.slice(row.key.length)}` : message;
  return toPlainText(said);
}

/** The numbers alone, of whatever has them. */
export function toNumbers(summary: RowSummary): RowSummary {
  const { total, done, counts, mostUrgent, hasSucceeded, unread, conditions } = summary;
  return { total, done, counts, ...(mostUrgent && { mostUrgent }), hasSucceeded, unread, conditions };
}
