import type { Condition } from '@migration-status/core';

/** Whose rows of a shard nobody follows, because no worker that held it has their adapter. */
export interface Unserved {
  readonly providers: readonly string[];
  /** ISO 8601 in UTC. */
  readonly since: string;
}

export function parseUnserved(text: string): Unserved | undefined {
  return text === '' ? undefined : JSON.parse(text);
}

/** What there is to say about a row that nobody follows. */
export function toUnservedCondition({ since }: Unserved, provider: string, lane: string): Condition {
  const message = `no worker that is running has an adapter of ${provider} for ${lane}`;
  return { kind: 'unreachable', since, message };
}
