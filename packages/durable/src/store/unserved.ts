import type { Condition, ExportedRow } from '@migration-status/core';

/** Whose rows of a shard nobody follows, because no worker that held it has their adapter. */
export interface Unserved {
  readonly providers: readonly string[];
  /** ISO 8601 in UTC. */
  readonly since: string;
}

export function parseUnserved(text: string): Unserved | undefined {
  try {
    return text === '' ? undefined : JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** What is shown in the place of a stored row that cannot be read. Nobody follows it until it is tracked anew. */
export function toUnreadableRow(address: Pick<ExportedRow, 'key' | 'provider' | 'lane'>): ExportedRow {
  const message = 'its stored row cannot be read; track it again to have it followed';
  const since = new Date().toISOString();
  return {
    ...address,
    ref: null,
    trackedAt: Date.parse(since),
    conditions: [{ kind: 'unreachable', since, message }],
  };
}

/** What there is to say about a row that nobody follows. */
export function toUnservedCondition({ since }: Unserved, provider: string, lane: string): Condition {
  const message = `no worker that is running has an adapter of ${provider} for ${lane}`;
  return { kind: 'unreachable', since, message };
}
