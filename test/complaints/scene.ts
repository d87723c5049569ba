import type { ServerResponse } from 'node:http';
import { createTracker, type EnginePolicy, type Tracker, type TrackerExport } from '@migration-status/core';
import {
  createHttpClient,
  defineAdapter,
  type HttpClientOptions,
  type MigrationAdapter,
  mapState,
} from '@migration-status/core/adapter';
import { expect } from 'vitest';
import * as z from 'zod/mini';
import {
  createLoopbackServer,
  type LoopbackServer,
  type ReceivedRequest,
} from '../support/loopback-server.ts';
import { createManualClock, type ManualClock } from '../support/manual-clock.ts';
import { createRealReads } from '../support/real-reads.ts';
import {
  createScriptedAdapter,
  type ScriptedAdapter,
  type ScriptedAdapterOptions,
  type ScriptedAnswer,
  toReading,
} from '../support/scripted-adapter.ts';

export const second = 1_000;
export const minute = 60 * second;
export const hour = 60 * minute;

export const pending = toReading('pending');
export const running = toReading('running');
export const succeeded = toReading('succeeded');

/** How a promise has settled, or that it has not. */
export interface Settlement<Value> {
  outcome: 'pending' | 'resolved' | 'rejected';
  /** The clock's `now()` when it settled. */
  at?: number;
  value?: Value;
  error?: unknown;
}

/** Watches a promise without waiting for it. */
export function watchPromise<Value>(clock: ManualClock, promise: Promise<Value>): Settlement<Value> {
  const settlement: Settlement<Value> = { outcome: 'pending' };
  promise.then(
    (value) => Object.assign(settlement, { outcome: 'resolved', at: clock.now(), value }),
    (error) => Object.assign(settlement, { outcome: 'rejected', at: clock.now(), error }),
  );
  return settlement;
}

export interface SceneOptions extends Partial<ScriptedAdapterOptions> {
  readonly clock?: ManualClock;
  readonly policy?: Partial<EnginePolicy>;
  /** Default: no dice. */
  readonly random?: () => number;
  readonly resume?: TrackerExport;
}

/** A tracker on a clock that is driven by hand, with one scripted adapter. */
export interface Scene {
  readonly clock: ManualClock;
  readonly adapter: ScriptedAdapter;
  readonly tracker: Tracker;
  readonly listenerErrors: readonly unknown[];
  watch<Value>(promise: Promise<Value>): Settlement<Value>;
}

export function createScene(script: ScriptedAdapterOptions['script'], options: SceneOptions = {}): Scene {
  const { clock = createManualClock(), policy, random = () => 0, resume, ...scripted } = options;
  const adapter = createScriptedAdapter({ clock, script, ...scripted });
  const listenerErrors: unknown[] = [];
  const onListenerError = (error: unknown) => listenerErrors.push(error);
  const tracker = createTracker({ adapters: [adapter], clock, random, policy, resume, onListenerError });
  return { clock, adapter, tracker, listenerErrors, watch: (promise) => watchPromise(clock, promise) };
}

/** The answer of a job that works until a time of the clock, and has succeeded from then on. */
export function doneAt(clock: ManualClock, endsAt: number): ScriptedAnswer {
  return () => (clock.now() < endsAt ? running : succeeded);
}

/** The times between reads that followed one another. */
export function toGaps(reads: readonly { readonly at: number }[]): readonly number[] {
  return reads.slice(1).map(({ at }, index) => at - (reads[index]?.at ?? at));
}

/** How many things happened in the busiest stretch of a length. */
export function toBusiest(times: readonly number[], lengthMs: number): number {
  const sorted = [...times].sort((a, b) => a - b);
  let first = 0;
  let most = 0;
  for (const [index, time] of sorted.entries()) {
    while ((sorted[first] ?? time) <= time - lengthMs) first += 1;
    most = Math.max(most, index - first + 1);
  }
  return most;
}

/** Dice that fall the same way in every run, and in another way for each seed from the first throw on. */
export function createDice(seed: number): () => number {
  let state = seed;
  function roll(): number {
    state = (state * 48_271 + 11) % 2_147_483_647;
    return state / 2_147_483_647;
  }
  for (let throws = 0; throws < 10; throws += 1) roll();
  return roll;
}

export interface JobRef {
  readonly jobId: string;
}

export const jobStates = {
  QUEUED: 'pending',
  RUNNING: 'running',
  DONE: 'succeeded',
  PartialFailed: 'partially_succeeded',
  FAILED: 'failed',
  Cancelled: 'canceled',
} as const;

const jobSchema = z.object({ status: z.string() });

/** An adapter as its author would write it: one request, one schema, one table of states. */
export function createJobAdapter(
  options: Pick<HttpClientOptions, 'baseUrl'> & Partial<HttpClientOptions>,
): MigrationAdapter<unknown, JobRef> {
  return defineAdapter({
    provider: 'jobs',
    states: jobStates,
    http: createHttpClient({ provider: 'jobs', ...options }),
    refSchema: z.object({ jobId: z.string() }),
    toKeyParts: ({ jobId }) => [jobId],
    toRequest: ({ jobId }) => ({ path: `/jobs/${encodeURIComponent(jobId)}` }),
    schema: jobSchema,
    toReading: ({ status }, { native }) => ({
      state: mapState(jobStates, status),
      nativeState: status,
      native,
    }),
  });
}

/** A request, and the clock's `now()` when it arrived. */
export interface TimedRequest extends ReceivedRequest {
  readonly at: number;
}

/** A tracker over real sockets, with a server that one writes oneself, and time that is driven by hand. */
export interface WireScene extends AsyncDisposable {
  readonly clock: ManualClock;
  readonly server: LoopbackServer;
  readonly adapter: MigrationAdapter<unknown, JobRef>;
  readonly tracker: Tracker;
  readonly requests: readonly TimedRequest[];
  watch<Value>(promise: Promise<Value>): Settlement<Value>;
  /** Goes from timer to timer, and lets time stand still while a read is out. */
  turnUntil(isReached: () => boolean): Promise<void>;
}

export async function createWireScene(
  answer: (request: TimedRequest, response: ServerResponse) => unknown,
  options: Partial<HttpClientOptions> & { readonly policy?: Partial<EnginePolicy> } = {},
): Promise<WireScene> {
  const { policy, ...client } = options;
  const clock = createManualClock();
  const requests: TimedRequest[] = [];
  const server = await createLoopbackServer((received, response) => {
    const request = { ...received, at: clock.now() };
    requests.push(request);
    return answer(request, response);
  });
  const { watch, nextTurn } = createRealReads();
  const adapter = watch(createJobAdapter({ baseUrl: server.origin, ...client }));
  const tracker = createTracker({ adapters: [adapter], clock, random: () => 0, policy });
  return {
    clock,
    server,
    adapter,
    tracker,
    requests,
    watch: (promise) => watchPromise(clock, promise),
    async turnUntil(isReached) {
      for (let turn = 0; !isReached(); turn += 1) {
        if (turn > 2_000) expect.unreachable('the scene goes on for ever');
        await nextTurn(clock);
      }
    },
    async [Symbol.asyncDispose]() {
      await tracker.close();
      await server.close();
    },
  };
}
