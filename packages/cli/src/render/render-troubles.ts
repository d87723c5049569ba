import type { MigrationIssue, MigrationRow } from '@migration-status/core';
import { describeCondition, toFullName } from './describe-row.ts';
import { toPlainText } from './plain-text.ts';

/** At most so many issues of one migration are told one by one. */
const mostIssues = 20;

/** Why migrations failed, or could not be looked at, uncut and a line each; no lines when all went well. */
export function renderTroubles(rows: Iterable<MigrationRow>): readonly string[] {
  return Array.from(rows).flatMap((row) => [...toIssueLines(row), ...toConditionLines(row)]);
}

/** Why some could not be looked at, a line each. */
export function renderUnseen(rows: Iterable<MigrationRow>): readonly string[] {
  return Array.from(rows).flatMap(toConditionLines);
}

function toIssueLines(row: MigrationRow): readonly string[] {
  const { state, issues = [] } = row.status ?? {};
  if (state !== 'failed' && state !== 'partially_succeeded' && state !== 'canceled') return [];
  const told = issues
    .slice(0, mostIssues)
    .map((issue) => `${toFullName(row)} ${state}: ${describeIssue(issue)}`);
  const more = issues.length - told.length;
  return more > 0 ? [...told, `${toFullName(row)} ${state}: ${more} more issues`] : told;
}

function describeIssue({ code, subject, message }: MigrationIssue): string {
  const about = [code, subject].filter((text) => text !== undefined).map(toPlainText);
  return toPlainText(message) + (about.length > 0 ? ` (${about.join(', ')})` : '');
}

function toConditionLines(row: MigrationRow): readonly string[] {
  return row.conditions
    .filter(({ stopsReading }) => stopsReading === true || row.status === undefined)
    .map((condition) => `${toFullName(row)} ${condition.kind}: ${describeCondition(condition)}`);
}
