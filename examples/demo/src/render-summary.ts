import { type MigrationRow, migrationStates, summarize } from '@migration-status/core';

/** How many migrations are in which state, a line each. */
export function renderSummary(rows: readonly MigrationRow[]): string {
  const { total, counts } = summarize(rows.flatMap(({ status }) => status ?? []));
  const unread = rows.length - total;
  const present = migrationStates.filter((state) => counts[state] > 0);
  const lines = present.map((state) => `${String(counts[state]).padStart(4)} ${state}`);
  if (unread > 0) lines.push(`${String(unread).padStart(4)} not read yet`);
  return [`${rows.length} migrations`, ...lines].join('\n');
}
