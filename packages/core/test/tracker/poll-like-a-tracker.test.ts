import fc from 'fast-check';
import { afterEach, expect, test, vi } from 'vitest';
import { createManualClock, type ManualClock } from '../../../../test/support/manual-clock.ts';
import {
  createScriptedAdapter,
  type ScriptedAdapter,
  type ScriptedAnswer,
  toFailure,
  toReading,
} from '../../../../test/support/scripted-adapter.ts';
import type { Clock } from '../../src/engine/clock.ts';
import type { EnginePolicy } from '../../src/engine/engine-policy.ts';
import { migrationStates } from '../../src/model/migration-state.ts';
import type { MigrationReading, MigrationStatus } from '../../src/model/migration-status.ts';
import type { MigrationRow } from '../../src/tracker/migration-row.ts';
import { pollUntilDone } from '../../src/tracker/poll-until-done.ts';
import { createTracker } from '../../src/tracker/tracker.ts';
import type { WaitOptions } from '../../src/tracker/wait.ts';
import { watchPromise } from './tracker-harness.ts';

const second = 1_000;
const minute = 60 * second;
const endAt = 30 * minute;

/**
 * Nothing may happen at the same time as something else, or either order would be right: reads happen at whole milliseconds,
 * answers come a half later, deadlines a quarter, and aborts an eighth.
 */
const half = 0.5;
const quarter = 0.25;
const eighth = 0.125;

/** What a provider may do at one read. */
type Move =
  | { readonly kind: 'reading'; readonly reading: MigrationReading }
  | { readonly kind: 'same' | 'noted' | 'never' | 'garbage' }
  | { readonly kind: 'failure'; readonly error: Error }
  | { readonly kind: 'thrown'; readonly thrown: unknown };

interface History {
  readonly moves: readonly { readonly move: Move; readonly delayMs: number | undefined }[];
  readonly policy: Partial<EnginePolicy>;
  readonly dice: readonly number[];
  readonly timeoutMs: number | undefined;
  readonly abortAt: number | undefined;
  readonly until: WaitOptions['until'];
}

const anyProgress = fc.record(
  {
    percent: fc.constantFrom(0, 10, 33, 50, 90, 100, 140, -1, Number.NaN),
    completed: fc.integer({ min: 0, max: 20 }),
    total: fc.integer({ min: 0, max: 20 }),
  },
  { requiredKeys: [] },
);

const anyReading = fc
  .tuple(
    fc.oneof(
      { weight: 12, arbitrary: fc.constantFrom('pending', 'running', 'paused', 'not_found', 'unknown') },
      { weight: 1, arbitrary: fc.constantFrom(...migrationStates) },
    ),
    fc.record(
      {
        phase: fc.constantFrom('parse', 'import'),
        progress: anyProgress,
        message: fc.constantFrom('one', 'two'),
        retryAfterMs: fc.constantFrom(0, 20 * second, 3 * minute, Number.NaN),
        memo: fc.integer(),
        rateLimit: fc.record({
          remaining: fc.integer({ min: 0, max: 5 }),
          resetMs: fc.constantFrom(0, 30 * second, 3 * minute, -1),
        }),
      },
      { requiredKeys: [] },
    ),
  )
  .map(([state, details]) => toReading(state as (typeof migrationStates)[number], details as object));

const anyFailure = fc
  .tuple(
    fc.constantFrom(
      'transient',
      'throttled',
      'unauthorized',
      'forbidden',
      'invalid_request',
      'invalid_response',
    ),
    fc.constantFrom(undefined, 0, 500, 7 * second, 2 * minute),
  )
  .map(([failure, retryAfterMs]) => toFailure(failure as 'transient', retryAfterMs));

const anyMove: fc.Arbitrary<Move> = fc.oneof(
  { weight: 6, arbitrary: anyReading.map((reading) => ({ kind: 'reading', reading }) as const) },
  { weight: 4, arbitrary: anyFailure.map((error) => ({ kind: 'failure', error }) as const) },
  { weight: 2, arbitrary: fc.constantFrom('same', 'noted', 'never', 'garbage').map((kind) => ({ kind })) },
  {
    weight: 1,
    arbitrary: fc
      .constantFrom<unknown[]>('text', undefined, null, 7, new TypeError('fetch failed'))
      .map((thrown) => ({ kind: 'thrown', thrown }) as const),
  },
);

const anyPolicy: fc.Arbitrary<Partial<EnginePolicy>> = fc.record(
  {
    floorMs: fc.constantFrom(0, 5 * second),
    ceilingMs: fc.constantFrom(10 * second, minute),
    refusedReads: fc.integer({ min: 1, max: 5 }),
    notFoundReads: fc.integer({ min: 1, max: 4 }),
    notFoundGraceMs: fc.constantFrom(0, minute),
    stalledAfterMs: fc.constant(minute),
    stalledReads: fc.integer({ min: 1, max: 3 }),
    requestsPerSecond: fc.constantFrom(0.02, 0.1, 0.3),
    burst: fc.integer({ min: 1, max: 3 }),
    breakerAfter: fc.integer({ min: 1, max: 3 }),
    parkFloorMs: fc.constantFrom(0, 20 * second),
    retryBudget: fc.integer({ min: 1, max: 3 }),
    readTimeoutMs: fc.constantFrom(2 * second, 20 * second),
    jitterShare: fc.constantFrom(0, 0.5),
    pace: fc.constantFrom<NonNullable<EnginePolicy['pace']>[]>(
      ({ reading }, gapMs) => (reading?.phase === 'import' ? gapMs / 3 : undefined),
      () => {
        throw new Error('a pace');
      },
    ),
  },
  { requiredKeys: [] },
);

const anyUntil = fc.constantFrom<WaitOptions['until'][]>(
  undefined,
  undefined,
  () => false,
  ({ state }) => state === 'running',
  ({ progress }) => (progress?.percent ?? 0) > 40,
  ({ state }) => {
    if (state === 'paused') throw new Error('paused');
    return false;
  },
  (() => 'yes') as unknown as WaitOptions['until'],
);

const anyHistory: fc.Arbitrary<History> = fc.record({
  moves: fc
    .array(
      fc.record({
        move: anyMove,
        delayMs: fc.constantFrom(undefined, undefined, 0, 700, 3 * second, 25 * second),
        times: fc.constantFrom(1, 1, 2, 5),
      }),
      { minLength: 1, maxLength: 15 },
    )
    .map((runs) => runs.flatMap(({ times, ...turn }) => Array.from({ length: times }, () => turn))),
  policy: fc.oneof(fc.constant({}), anyPolicy),
  dice: fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { minLength: 1, maxLength: 7 }),
  timeoutMs: fc.option(
    fc.integer({ min: 0, max: 20 * minute }).map((ms) => ms + quarter),
    { nil: undefined, freq: 2 },
  ),
  abortAt: fc.option(
    fc.integer({ min: 0, max: 20 * minute }).map((ms) => ms + eighth),
    { nil: undefined, freq: 2 },
  ),
  until: anyUntil,
});

/** What somebody sees who follows a migration of this history in one of two ways. */
async function follow(
  { moves, dice, timeoutMs, abortAt, until }: History,
  begin: (given: {
    readonly clock: Clock;
    readonly random: () => number;
    readonly adapter: ScriptedAdapter;
    readonly wait: WaitOptions;
    readonly tell: (row: MigrationRow) => void;
  }) => Promise<MigrationStatus>,
) {
  const manual = createManualClock();
  const clock = inWholeMilliseconds(manual);
  let thrown = 0;
  const random = () => dice[thrown++ % dice.length] ?? 0;
  const adapter = createScriptedAdapter({
    clock,
    script: { a: moves.map((move) => toAnswer(manual, move)) },
  });
  const controller = new AbortController();
  if (abortAt !== undefined) manual.setTimer(() => controller.abort('enough'), abortAt);
  manual.setTimer(() => controller.abort('the end'), endAt);
  const told: string[] = [];
  const tell = (row: MigrationRow) => {
    const line = JSON.stringify([clock.now(), row]);
    if (told.at(-1) !== line) told.push(line);
  };
  const wait = { signal: controller.signal, timeoutMs, until };
  const settlement = watchPromise(manual, begin({ clock, random, adapter, wait, tell }));
  await manual.advance(endAt);
  const printed = print.mock.calls.splice(0).map(([, error]) => String(error));
  // What was out, but never came back to those who had gone, is over by then.
  await manual.advance(minute);
  const { outcome, at, value, error } = settlement;
  return {
    outcome: [outcome, at, JSON.stringify(value), JSON.stringify(error), String(error)],
    reads: adapter.reads.map((read) => [read.at, read.aborted]),
    told,
    printed,
    timers: manual.pendingTimers,
  };
}

/** The same clock, whose timers ring at whole milliseconds, as the platform's do. What is exact as it is stays. */
function inWholeMilliseconds(clock: ManualClock): Clock {
  return {
    now: clock.now,
    wallTime: clock.wallTime,
    setTimer(ring, delayMs) {
      const at = clock.now() + delayMs;
      return clock.setTimer(ring, (Number.isInteger(at / eighth) ? at : Math.ceil(at)) - clock.now());
    },
  };
}

const constant = toReading('running', { progress: { percent: 20 } });

function toAnswer(clock: ManualClock, { move, delayMs }: History['moves'][number]): ScriptedAnswer {
  return async ({ memo, signal }) => {
    await new Promise<void>((resolve, reject) => {
      if (move.kind === 'never') signal?.addEventListener('abort', () => reject(signal.reason));
      else if (delayMs === undefined) resolve();
      else clock.setTimer(resolve, delayMs + half);
    });
    switch (move.kind) {
      case 'reading':
        return structuredClone(move.reading);
      case 'noted':
        return toReading('running', { message: `noted ${memo}`, memo: Number(memo ?? 0) + 1 });
      case 'failure':
        throw move.error;
      case 'thrown':
        throw move.thrown;
      case 'garbage':
        return { state: 'done' };
      default:
        return constant;
    }
  };
}

const print = vi.spyOn(console, 'error');
afterEach(() => print.mockReset());

test('one migration is followed as a tracker of one follows it, whatever its provider does', async () => {
  print.mockImplementation(() => {});
  await fc.assert(
    fc.asyncProperty(anyHistory, async (history) => {
      const { policy } = history;
      const alone = await follow(history, ({ clock, random, adapter, wait, tell }) =>
        pollUntilDone(adapter, { id: 'a' }, { ...wait, clock, random, policy, onChange: tell }),
      );
      const tracked = await follow(history, async ({ clock, random, adapter, wait, tell }) => {
        const tracker = createTracker({ adapters: [adapter], clock, random, policy });
        tracker.on('change', ({ row }) => tell(row));
        tracker.on('condition', ({ row }) => tell(row));
        const handle = tracker.track(adapter, { id: 'a' });
        return handle.settled(wait).finally(() => tracker.close());
      });
      expect(alone).toEqual(tracked);
      expect(alone.timers).toBe(0);
    }),
    { numRuns: 200 },
  );
});
