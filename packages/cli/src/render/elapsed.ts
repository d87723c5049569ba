import { isTerminalState, type MigrationHistory, type MigrationRow } from '@migration-status/core';

/**
 * How long a migration has been going on, or took: from when the provider says that it began, or else from when we first saw
 * it, to its end or to now. A time that came without a zone may be hours off and does not count. Undefined where neither is
 * known.
 */
export function toElapsedMs(
  { status }: MigrationRow,
  history: MigrationHistory | undefined,
  now: number,
): number | undefined {
  if (status === undefined) return undefined;
  const said = (name: 'startedAt' | 'createdAt' | 'finishedAt') =>
    status.assumedZone?.includes(name) ? undefined : status[name];
  const from = said('startedAt') ?? said('createdAt') ?? history?.states[0]?.at;
  if (from === undefined) return undefined;
  const until = isTerminalState(status.state) ? Date.parse(said('finishedAt') ?? status.observedAt) : now;
  return Math.max(0, until - Date.parse(from));
}
