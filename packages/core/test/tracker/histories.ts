import fc from 'fast-check';
import { toReading } from '../../../../test/support/scripted-adapter.ts';
import type { EnginePolicy } from '../../src/engine/engine-policy.ts';
import type { FailureClass } from '../../src/model/failure-class.ts';
import { isTerminalState, type MigrationState, migrationStates } from '../../src/model/migration-state.ts';
import type { MigrationReading } from '../../src/model/migration-status.ts';

const second = 1_000;
const minute = 60 * second;

/** What a provider says about a migration over a time. The percentage grows over it. */
interface Part {
  readonly forMs: number;
  readonly state: MigrationState;
  readonly phase?: string;
  readonly percents?: readonly [from: number, to: number];
  readonly retryAfterMs?: number;
}

/** A migration as it really goes. Before its first part it is not known, and its last part stays. */
export interface Course {
  readonly trackedAt: number;
  readonly lane: number;
  readonly knownAt: number;
  readonly parts: readonly Part[];
}

/** A time in which everything that is asked of a lane fails. */
interface Trouble {
  readonly at: number;
  readonly forMs: number;
  readonly lane: number;
  readonly failure: FailureClass;
  readonly retryAfterMs?: number;
}

/** Something that somebody does. */
interface Deed {
  readonly at: number;
  readonly course: number;
  readonly what: 'push' | 'refresh' | 'forget';
}

/** All that happens to a tracker, as a function of time: it is the same however often anybody asks. */
export interface History {
  readonly endsAt: number;
  readonly batch: number | undefined;
  readonly courses: readonly Course[];
  readonly troubles: readonly Trouble[];
  readonly deeds: readonly Deed[];
  readonly policy: Partial<EnginePolicy>;
}

/** How long histories are, and how much there is in them at most. */
export interface HistorySize {
  readonly endsAt: number;
  readonly courses: number;
  readonly parts: number;
  readonly longestPartMs: number;
  readonly troubles: number;
  readonly longestTroubleMs: number;
  readonly deeds: number;
  readonly policy: Partial<EnginePolicy>;
}

/**
 * A lane that lets everything go out at once, so that the spacing which it learns from being throttled, a fraction of a
 * millisecond exactly, never counts, and all times are whole.
 */
const wideLane = { requestsPerSecond: 1e-4, burst: 1e9 };

export const longHistories: HistorySize = {
  endsAt: 40 * minute,
  courses: 4,
  parts: 5,
  longestPartMs: 10 * minute,
  troubles: 4,
  longestTroubleMs: 5 * minute,
  deeds: 3,
  policy: wideLane,
};

/** A handful of events each, by a policy under which that is enough for everything to be met with. */
export const shortHistories: HistorySize = {
  endsAt: 90 * second,
  courses: 2,
  parts: 2,
  longestPartMs: 45 * second,
  troubles: 2,
  longestTroubleMs: 30 * second,
  deeds: 1,
  policy: {
    ...wideLane,
    floorMs: 10 * second,
    parkFloorMs: 15 * second,
    breakerAfter: 2,
    refusedReads: 2,
    notFoundReads: 2,
    notFoundGraceMs: 15 * second,
    stalledReads: 2,
    stalledAfterMs: 15 * second,
    pushedGapMs: 25 * second,
  },
};

/** What makes a request be asked again in parts is left out: which rows are read by themselves is not written down. */
const commonFailures = ['transient', 'throttled', 'unauthorized'] as const;
const allFailures = [...commonFailures, 'forbidden', 'invalid_request', 'invalid_response'] as const;

const anyState = fc.constantFrom(...migrationStates.filter((state) => !isTerminalState(state)));
const anyEnd = fc.constantFrom<MigrationState>(...migrationStates.filter(isTerminalState), 'running');

/** Histories of migrations that are read one by one, or several at once. */
export function anyHistory(batch: number | undefined, size: HistorySize): fc.Arbitrary<History> {
  const { endsAt, policy } = size;
  return fc.record({
    endsAt: fc.constant(endsAt),
    batch: fc.constant(batch),
    courses: fc.array(anyCourse(size), { minLength: 1, maxLength: size.courses }),
    troubles: fc.array(anyTrouble(size, batch === undefined ? allFailures : commonFailures), {
      maxLength: size.troubles,
    }),
    deeds: fc.array(
      fc.record({
        at: fc.nat(endsAt),
        course: fc.nat(size.courses - 1),
        what: fc.constantFrom<Deed['what']>('push', 'push', 'refresh', 'forget'),
      }),
      { maxLength: size.deeds },
    ),
    policy: fc.constant(policy),
  });
}

function anyCourse(size: HistorySize): fc.Arbitrary<Course> {
  const { endsAt } = size;
  return fc
    .record({
      trackedAt: fc.nat(endsAt / 40),
      lane: fc.nat(1),
      unknownMs: fc.oneof(fc.constant(0), fc.nat(endsAt / 60)),
      parts: fc.array(anyPart(size), { minLength: 1, maxLength: size.parts }),
      end: anyEnd,
    })
    .map(({ trackedAt, lane, unknownMs, parts, end }) => ({
      trackedAt,
      lane,
      knownAt: trackedAt + unknownMs,
      parts: [...parts, { forMs: 0, state: end }],
    }));
}

function anyPart({ endsAt, longestPartMs }: HistorySize): fc.Arbitrary<Part> {
  return fc.record(
    {
      forMs: fc.integer({ min: 200, max: longestPartMs }),
      state: fc.oneof(fc.constant('running' as const), anyState),
      phase: fc.constantFrom('parse', 'import'),
      percents: fc.tuple(fc.integer({ min: 0, max: 100 }), fc.integer({ min: 0, max: 100 })),
      retryAfterMs: fc.nat((3 * endsAt) / 40),
    },
    { requiredKeys: ['forMs', 'state'] },
  );
}

function anyTrouble(
  { endsAt, longestTroubleMs }: HistorySize,
  failures: readonly FailureClass[],
): fc.Arbitrary<Trouble> {
  return fc.record(
    {
      at: fc.nat(endsAt / 2),
      forMs: fc.oneof(fc.nat(5 * second), fc.nat(longestTroubleMs)),
      lane: fc.nat(1),
      failure: fc.constantFrom(...failures),
      retryAfterMs: fc.nat((3 * endsAt) / 40),
    },
    { requiredKeys: ['at', 'forMs', 'lane', 'failure'] },
  );
}

/** What the provider would say of a migration at a time. */
export function toTruth({ knownAt, parts }: Course, now: number): MigrationReading {
  if (now < knownAt) return toReading('not_found');
  let from = knownAt;
  for (const [index, { forMs, state, phase, percents, retryAfterMs }] of parts.entries()) {
    const isLast = index === parts.length - 1;
    if (isLast || now < from + forMs) {
      const share = isLast ? 1 : (now - from) / forMs;
      return toReading(state, {
        ...(state === 'unknown' && { nativeState: `word ${index}` }),
        ...(phase !== undefined && { phase }),
        ...(percents && {
          progress: { percent: percents[0] + Math.floor(share * (percents[1] - percents[0])) },
        }),
        ...(retryAfterMs !== undefined && { retryAfterMs }),
      });
    }
    from += forMs;
  }
  return toReading('not_found');
}
