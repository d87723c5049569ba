import type { FailureClass } from '@migration-status/core';

/** How a read went: `ok`, the class of its failure, or `aborted` where this process did not wait for it any more. */
export type ReadOutcome = 'ok' | 'aborted' | FailureClass;

/** Requests to one account that went the same way. */
export interface RequestCount {
  readonly provider: string;
  /** Origin and account, as the adapter names them. */
  readonly lane: string;
  readonly outcome: ReadOutcome;
  readonly requests: number;
  /** Migrations that were looked at with them. */
  readonly reads: number;
  /** How long they took together. */
  readonly durationMs: number;
}

/** Changes of state into one state. */
export interface TransitionCount {
  readonly provider: string;
  readonly state: string;
  readonly transitions: number;
}

/** What one process has done since it began. Every number only grows. */
export interface ProcessCounts {
  readonly requests: readonly RequestCount[];
  /** Those that were recorded by this process. */
  readonly transitions: readonly TransitionCount[];
  /** SQL statements, without those of pg-boss. */
  readonly statements: { readonly good: number; readonly failed: number; readonly durationMs: number };
  /** Shards that were got hold of, and those of them that were not given back but lost to somebody else. */
  readonly shards: { readonly taken: number; readonly lost: number };
  /** What went wrong in the background. */
  readonly errors: number;
}

/** Counts what a process does. There are as many numbers as accounts and states, however many migrations there are. */
export interface ProcessCounters {
  /** One request that has come back: how it went as a whole, and for each migration that it was about. */
  noteRequest(
    account: { readonly provider: string; readonly lane: string },
    outcome: ReadOutcome,
    durationMs: number,
    reads: readonly ReadOutcome[],
  ): void;
  noteTransition(provider: string, state: string): void;
  noteStatement(isGood: boolean, durationMs: number): void;
  noteShard(what: 'taken' | 'lost'): void;
  noteError(): void;
  read(): ProcessCounts;
}

type Mutable<Counted> = { -readonly [Name in keyof Counted]: Counted[Name] };

export function createProcessCounters(): ProcessCounters {
  const requests = new Map<string, Mutable<RequestCount>>();
  const transitions = new Map<string, Mutable<TransitionCount>>();
  const statements = { good: 0, failed: 0, durationMs: 0 };
  const shards = { taken: 0, lost: 0 };
  let errors = 0;

  function requestsOf(provider: string, lane: string, outcome: ReadOutcome): Mutable<RequestCount> {
    const name = `${provider}\n${lane}\n${outcome}`;
    const known = requests.get(name) ?? { provider, lane, outcome, requests: 0, reads: 0, durationMs: 0 };
    requests.set(name, known);
    return known;
  }

  return {
    noteRequest({ provider, lane }, outcome, durationMs, reads) {
      const count = requestsOf(provider, lane, outcome);
      count.requests += 1;
      count.durationMs += durationMs;
      for (const each of reads) requestsOf(provider, lane, each).reads += 1;
    },
    noteTransition(provider, state) {
      const name = `${provider}\n${state}`;
      const known = transitions.get(name) ?? { provider, state, transitions: 0 };
      transitions.set(name, known);
      known.transitions += 1;
    },
    noteStatement(isGood, durationMs) {
      statements[isGood ? 'good' : 'failed'] += 1;
      statements.durationMs += durationMs;
    },
    noteShard(what) {
      shards[what] += 1;
    },
    noteError() {
      errors += 1;
    },
    read: () => ({
      requests: Array.from(requests.values(), (count) => ({ ...count })),
      transitions: Array.from(transitions.values(), (count) => ({ ...count })),
      statements: { ...statements },
      shards: { ...shards },
      errors,
    }),
  };
}
