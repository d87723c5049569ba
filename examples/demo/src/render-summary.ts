import { type MigrationRow, migrationStates, summarize } from '@migration-status/core';

/** How many migrations are in which state, a line each. */
export function renderSummary(rows: readonly MigrationRow[]): string {
  const { total, counts } = summarize(rows.flatMap(({ status }) => status ?? []));
  const present = migrationStates.filter((state) => counts[state] > 0);
  const lines = present.map((state) => `${String(counts[state]).padStart(4)} ${state}`);
  return [`${total} migrations`, ...lines].join('\n');
}
