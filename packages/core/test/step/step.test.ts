import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { deepFreeze } from '../../src/model/deep-freeze.ts';
import type { FailureClass } from '../../src/model/failure-class.ts';
import { isTerminalState, migrationStates } from '../../src/model/migration-state.ts';
import { isSameCondition } from '../../src/step/conditions.ts';
import { type Condition, createRow, never, type Row } from '../../src/step/row.ts';
import { type StepEvent, type StepResult, step } from '../../src/step/step.ts';
import { defaultStepPolicy as policy } from '../../src/step/step-policy.ts';
import {
  fails,
  hour,
  isHeld,
  isRefused,
  minute,
  play,
  playToEnd,
  pushes,
  readdresses,
  reads,
  refreshes,
  second,
  toSighting,
  toTime,
} from './sample-steps.ts';

const unread = createRow(0, 0);
const running = playToEnd([[0, reads('running')]]).row;
const progressing = playToEnd([[0, reads('running', { progress: { percent: 40 }, memo: 'old' })]]).row;
const quiet = { raised: [], cleared: [] };
const unmoved = { change: undefined, isSettling: false, anomaly: undefined };
const nothing = { ...quiet, ...unmoved };

const unauthorized = {
  kind: 'unauthorized',
  since: toTime(0),
  message: 'it is unauthorized',
  failure: 'unauthorized',
  code: 'unauthorized',
} as const;

const unreachable = {
  kind: 'unreachable',
  since: toTime(0),
  message: 'it is transient',
  failure: 'transient',
  code: 'unreachable',
} as const;

const throttled = {
  kind: 'throttled',
  since: toTime(0),
  message: 'it is throttled',
  failure: 'throttled',
  code: 'throttled',
} as const;

describe('one event', () => {
  const table: readonly {
    title: string;
    row: Row;
    now: number;
    event: (now: number) => StepEvent;
    result: StepResult;
  }[] = [
    {
      title: 'a first read is a change without a previous status',
      row: unread,
      now: 0,
      event: reads('running', { memo: { cursor: 7 } }),
      result: {
        ...nothing,
        row: {
          ...unread,
          ...toSighting(0, 'running', { memo: { cursor: 7 } }),
          reads: 1,
          readAt: 0,
          dueAt: second,
          memo: { cursor: 7 },
        },
        change: { previous: undefined, transition: { to: 'running' } },
      },
    },
    {
      title: 'a read that says the same is no change, and its status is the one that is kept',
      row: running,
      now: 8 * second,
      event: reads('running'),
      result: {
        ...nothing,
        row: {
          ...running,
          ...toSighting(8 * second, 'running'),
          reads: 2,
          readAt: 8 * second,
          stillReads: 1,
          dueAt: 9.6 * second,
        },
      },
    },
    {
      title: 'other news in the same state is a change without a transition',
      row: running,
      now: 8 * second,
      event: reads('running', { message: 'half way' }),
      result: {
        ...nothing,
        row: {
          ...running,
          ...toSighting(8 * second, 'running', { message: 'half way' }),
          reads: 2,
          readAt: 8 * second,
          stillReads: 1,
          dueAt: 9.6 * second,
        },
        change: { previous: toSighting(0, 'running'), transition: undefined },
      },
    },
    {
      title: 'a terminal state settles',
      row: running,
      now: 8 * second,
      event: reads('failed'),
      result: {
        ...nothing,
        row: {
          ...running,
          ...toSighting(8 * second, 'failed'),
          reads: 2,
          readAt: 8 * second,
          stillSince: 8 * second,
          stopped: 'settled',
          dueAt: never,
        },
        isSettling: true,
        change: { previous: toSighting(0, 'running'), transition: { from: 'running', to: 'failed' } },
      },
    },
    {
      title: 'a failed read leaves the status alone',
      row: running,
      now: 0,
      event: fails('transient'),
      result: {
        row: { ...running, reads: 2, failedReads: 1, conditions: [unreachable], dueAt: second },
        ...unmoved,
        raised: [unreachable],
        cleared: [],
      },
    },
    {
      title: 'a refused read surfaces at once, and is tried again',
      row: unread,
      now: 0,
      event: fails('unauthorized'),
      result: {
        row: {
          ...unread,
          reads: 1,
          readAt: 0,
          failedReads: 1,
          refusedReads: 1,
          conditions: [unauthorized],
          dueAt: second,
        },
        ...unmoved,
        raised: [unauthorized],
        cleared: [],
      },
    },
    {
      title: 'a hold raises a condition and nothing else',
      row: running,
      now: 0,
      event: isHeld('throttled'),
      result: { ...unmoved, row: { ...running, conditions: [throttled] }, raised: [throttled], cleared: [] },
    },
    {
      title: 'a refusal of the whole lane stops reading with its condition',
      row: running,
      now: minute,
      event: isRefused,
      result: {
        ...unmoved,
        row: {
          ...running,
          conditions: [{ ...unauthorized, since: toTime(minute), stopsReading: true }],
          stopped: 'refused',
          dueAt: never,
        },
        raised: [{ ...unauthorized, since: toTime(minute), stopsReading: true }],
        cleared: [],
      },
    },
    {
      title:
        'news that is pushed moves the state at once and the next read to a safe distance, and is no read',
      row: running,
      now: 8 * second,
      event: pushes('paused', { memo: 'pushed' }),
      result: {
        ...nothing,
        row: {
          ...running,
          ...toSighting(8 * second, 'paused', { memo: 'pushed' }),
          readAt: 8 * second,
          stillSince: 8 * second,
          dueAt: 8 * second + policy.pushedGapMs,
          memo: 'pushed',
        },
        change: { previous: toSighting(0, 'running'), transition: { from: 'running', to: 'paused' } },
      },
    },
    {
      title: 'an end that is pushed settles',
      row: running,
      now: 8 * second,
      event: pushes('succeeded'),
      result: {
        ...nothing,
        row: {
          ...running,
          ...toSighting(8 * second, 'succeeded'),
          readAt: 8 * second,
          stillSince: 8 * second,
          stopped: 'settled',
          dueAt: never,
        },
        isSettling: true,
        change: { previous: toSighting(0, 'running'), transition: { from: 'running', to: 'succeeded' } },
      },
    },
    {
      title: 'a refresh is due at once',
      row: { ...running, dueAt: minute },
      now: 5 * second,
      event: refreshes,
      result: { ...nothing, row: { ...running, dueAt: 5 * second } },
    },
    {
      title: 'a refresh of what waits for its turn puts nothing off',
      row: { ...running, dueAt: 4 * second },
      now: 5 * second,
      event: refreshes,
      result: { ...nothing, row: { ...running, dueAt: 4 * second } },
    },
    {
      title: 'a refresh before the first read is due at once',
      row: createRow(0, minute),
      now: 1,
      event: refreshes,
      result: { ...nothing, row: { ...createRow(0, minute), dueAt: 1 } },
    },
    {
      title: 'a refresh right after a read keeps the shortest gap since it came back',
      row: playToEnd([[400, reads('running', { retryAfterMs: minute })]]).row,
      now: 500,
      event: refreshes,
      result: {
        ...nothing,
        row: { ...playToEnd([[400, reads('running', { retryAfterMs: minute })]]).row, dueAt: 400 + second },
      },
    },
    {
      title: 'another ref is due at once, without memo and estimate of the old one, and keeps the status',
      row: progressing,
      now: 500,
      event: readdresses,
      result: {
        ...nothing,
        row: {
          ...createRow(0, 500),
          progressSince: 500,
          ...toSighting(0, 'running', { progress: { percent: 40 }, memo: 'old' }),
          reads: 1,
        },
      },
    },
    {
      title: 'another ref of a migration that has ended is a fresh row',
      row: playToEnd([[0, reads('succeeded', { memo: 'old' })]]).row,
      now: hour,
      event: readdresses,
      result: { ...nothing, row: createRow(hour, hour) },
    },
  ];

  test.each(table)('$title', ({ row, now, event, result }) => {
    expect(step(row, event(now), { now, random: 0 }, policy)).toEqual(result);
  });
});

describe('conditions', () => {
  test('keep their beginning while they last, and are reported when they begin and end', () => {
    const results = play([
      [0, fails('transient')],
      [minute, fails('transient', { message: 'still' })],
      [2 * minute, reads('running')],
    ]);
    expect(results.map(({ raised, cleared }) => ({ raised, cleared }))).toEqual([
      { raised: [unreachable], cleared: [] },
      quiet,
      { raised: [], cleared: [{ ...unreachable, message: 'still' }] },
    ]);
  });

  test('are brought up to date without an event when only the wording changes', () => {
    const { row, raised, cleared } = playToEnd([
      [0, fails('transient')],
      [minute, fails('transient', { message: 'still' })],
    ]);
    expect({ conditions: row.conditions, raised, cleared }).toEqual({
      ...quiet,
      conditions: [{ ...unreachable, message: 'still' }],
    });
  });

  test('that change their cause are raised again with the same beginning', () => {
    const { row, raised, cleared } = playToEnd([
      [0, fails('transient')],
      [minute, fails('transient', { code: 'server_error' })],
    ]);
    const changed = { ...unreachable, code: 'server_error' };
    expect({ conditions: row.conditions, raised, cleared }).toEqual({
      conditions: [changed],
      raised: [changed],
      cleared: [],
    });
  });

  test('of another kind take the place of the one before', () => {
    const { raised, cleared } = playToEnd([
      [0, fails('transient')],
      [minute, fails('throttled')],
    ]);
    expect({ raised, cleared }).toEqual({
      raised: [{ ...throttled, since: toTime(minute) }],
      cleared: [unreachable],
    });
  });

  test('from a read are not replaced by a hold of the same kind', () => {
    const { row, raised, cleared } = playToEnd([
      [0, fails('transient', { code: 'server_error' })],
      [minute, isHeld('transient')],
    ]);
    expect({ conditions: row.conditions, raised, cleared }).toEqual({
      conditions: [{ ...unreachable, code: 'server_error' }],
      ...quiet,
    });
  });

  test('end when the migration has ended', () => {
    const { row, cleared } = playToEnd([
      [0, reads('running')],
      [minute, fails('throttled')],
      [2 * minute, reads('succeeded')],
    ]);
    expect({ conditions: row.conditions, cleared }).toEqual({
      conditions: [],
      cleared: [{ ...throttled, since: toTime(minute) }],
    });
  });
});

describe('an outage', () => {
  test('of an hour leaves the last status as it was observed', () => {
    const outage = Array.from({ length: 60 }, (_, index) => [index * minute, fails('transient')] as const);
    const { row } = playToEnd([[0, reads('running')], ...outage]);
    const { reading, observedAt, failedReads, dueAt } = row;
    expect({ reading, observedAt, failedReads, dueAt }).toEqual({
      ...toSighting(0, 'running'),
      failedReads: 60,
      dueAt: 60 * minute,
    });
  });

  test('is forgotten with the first good read', () => {
    const { row } = playToEnd([
      ...Array.from({ length: 10 }, () => [0, fails('transient')] as const),
      [20 * second, reads('running')],
      [20 * second, fails('transient')],
    ]);
    expect({ failedReads: row.failedReads, dueAt: row.dueAt }).toEqual({
      failedReads: 1,
      dueAt: 21 * second,
    });
  });
});

describe('a refusal', () => {
  test.each<FailureClass>(['unauthorized', 'forbidden', 'invalid_request'])(
    '(%s) stops reading when it is repeated',
    (failure) => {
      const { row } = playToEnd([
        [0, reads('running')],
        [1, fails(failure)],
        [2, fails(failure)],
        [3, fails(failure)],
      ]);
      const { stopped, dueAt, refusedReads, reading, observedAt } = row;
      expect({ stopped, dueAt, refusedReads, reading, observedAt }).toEqual({
        stopped: 'refused',
        dueAt: never,
        refusedReads: 3,
        ...toSighting(0, 'running'),
      });
    },
  );

  test('that stops reading is said once more', () => {
    const results = play([
      [0, fails('unauthorized')],
      [1, fails('unauthorized')],
      [2, fails('unauthorized')],
    ]);
    const stopping = { ...unauthorized, stopsReading: true };
    expect(results.map(({ raised, cleared }) => ({ raised, cleared }))).toEqual([
      { raised: [unauthorized], cleared: [] },
      quiet,
      { raised: [stopping], cleared: [] },
    ]);
    expect(results.at(-1)?.row.conditions).toEqual([stopping]);
  });

  test('is forgotten when another ref is read', () => {
    const { row } = playToEnd([
      [0, fails('invalid_request')],
      [1, fails('invalid_request')],
      [2, fails('invalid_request')],
      [9, readdresses],
    ]);
    const { stopped, dueAt, refusedReads } = row;
    expect({ stopped, dueAt, refusedReads }).toEqual({ stopped: undefined, dueAt: 9, refusedReads: 0 });
    expect(row.conditions.map(({ kind, stopsReading }) => [kind, stopsReading])).toEqual([
      ['unreachable', undefined],
    ]);
  });

  test.each<FailureClass>(['transient', 'throttled', 'invalid_response'])(
    'is interrupted by another failure (%s), and by none of those does reading stop',
    (failure) => {
      const { row } = playToEnd([
        [0, fails('unauthorized')],
        [1, fails('unauthorized')],
        ...Array.from({ length: 20 }, () => [2, fails(failure)] as const),
        [3, fails('unauthorized')],
      ]);
      expect({ stopped: row.stopped, refusedReads: row.refusedReads }).toEqual({
        stopped: undefined,
        refusedReads: 1,
      });
    },
  );

  test('is tried as often again after a refresh', () => {
    const results = play([
      [0, fails('forbidden')],
      [1, fails('forbidden')],
      [2, fails('forbidden')],
      [9, refreshes],
      [9, fails('forbidden')],
      [10, fails('forbidden')],
      [11, fails('forbidden')],
    ]);
    expect(results.map(({ row }) => row.stopped)).toEqual([
      undefined,
      undefined,
      'refused',
      undefined,
      undefined,
      undefined,
      'refused',
    ]);
  });

  test.each([
    ['a hold', isHeld('throttled')],
    ['a failed read that comes late', fails('transient')],
    ['a refusal of the whole lane', isRefused],
  ] as const)('takes no notice of %s once reading has stopped', (_title, event) => {
    const refused = playToEnd([
      [0, fails('unauthorized')],
      [0, fails('unauthorized')],
      [0, fails('unauthorized')],
    ]).row;
    expect(step(refused, event(9), { now: 9, random: 0 }, policy)).toEqual({ ...nothing, row: refused });
  });
});

describe('a refusal of the whole lane', () => {
  test('keeps the beginning of a refusal that a read has met, and says once more that reading stops', () => {
    const { row, raised, cleared } = playToEnd([
      [0, reads('running')],
      [minute, fails('unauthorized')],
      [2 * minute, isRefused],
    ]);
    const stopping = { ...unauthorized, since: toTime(minute), stopsReading: true };
    expect({ conditions: row.conditions, raised, cleared }).toEqual({
      conditions: [stopping],
      raised: [stopping],
      cleared: [],
    });
  });

  test('leaves what is known of the migration, and counts no read', () => {
    const { row } = playToEnd([
      [0, reads('running')],
      [minute, isRefused],
    ]);
    const { reading, observedAt, reads: count, readAt, refusedReads } = row;
    expect({ reading, observedAt, count, readAt, refusedReads }).toEqual({
      ...toSighting(0, 'running'),
      count: 1,
      readAt: 0,
      refusedReads: 0,
    });
  });

  test('ends with a refresh, and with a good read', () => {
    const results = play([
      [0, isRefused],
      [minute, refreshes],
      [2 * minute, reads('running')],
    ]);
    expect(
      results.map(({ row }) => [row.stopped, row.conditions.map(({ stopsReading }) => stopsReading)]),
    ).toEqual([
      ['refused', [true]],
      [undefined, [undefined]],
      [undefined, []],
    ]);
  });
});

describe('news that is pushed', () => {
  test.each([
    { title: 'the safe distance, however short the usual gap is', wish: {}, gap: policy.pushedGapMs },
    { title: 'a wish of the provider that is longer', wish: { retryAfterMs: hour }, gap: hour },
    {
      title: 'the safe distance where the wish is shorter',
      wish: { retryAfterMs: minute },
      gap: policy.pushedGapMs,
    },
  ])('puts the next read off by $title', ({ wish, gap }) => {
    const { row } = playToEnd([
      [0, reads('pending')],
      [second, pushes('running', wish)],
    ]);
    expect(row.dueAt).toBe(second + gap);
  });

  test('that the migration is not found is looked into as soon as usual', () => {
    const { row } = playToEnd([
      [0, reads('running')],
      [20 * second, pushes('not_found')],
    ]);
    expect({ state: row.reading?.state, dueAt: row.dueAt, missingReads: row.missingReads }).toEqual({
      state: 'running',
      dueAt: 24 * second,
      missingReads: 1,
    });
  });

  test('that says the same is no change, and still puts the next read off', () => {
    const { row, change } = playToEnd([
      [0, reads('running')],
      [second, pushes('running')],
    ]);
    expect({ change, observedAt: row.observedAt, dueAt: row.dueAt }).toEqual({
      change: undefined,
      observedAt: toSighting(second, 'running').observedAt,
      dueAt: second + policy.pushedGapMs,
    });
  });

  test.each([
    ['a failed read', fails('transient'), [{ ...unreachable, since: toTime(minute) }]],
    ['a throttled one', fails('throttled'), [{ ...throttled, since: toTime(minute) }]],
  ] as const)('leaves what %s said about our looking', (_title, event, conditions) => {
    const { row, raised, cleared } = playToEnd([
      [0, reads('running')],
      [minute, event],
      [2 * minute, pushes('paused')],
    ]);
    const { failedReads, conditions: kept } = row;
    expect({ state: row.reading?.state, failedReads, kept, raised, cleared }).toEqual({
      ...quiet,
      state: 'paused',
      failedReads: 1,
      kept: conditions,
    });
  });

  test('moves a migration whose reads are refused, which stay refused', () => {
    const { row, change, raised, cleared } = playToEnd([
      [0, reads('running')],
      [1, isRefused],
      [minute, pushes('paused')],
    ]);
    const { stopped, dueAt, conditions } = row;
    expect({ stopped, dueAt, conditions, raised, cleared, transition: change?.transition }).toEqual({
      ...quiet,
      stopped: 'refused',
      dueAt: never,
      conditions: [{ ...unauthorized, since: toTime(1), stopsReading: true }],
      transition: { from: 'running', to: 'paused' },
    });
  });

  test('settles a migration whose reads are refused, and ends the conditions with it', () => {
    const { row, isSettling, cleared } = playToEnd([
      [0, isRefused],
      [minute, pushes('failed')],
    ]);
    expect({ stopped: row.stopped, conditions: row.conditions, isSettling }).toEqual({
      stopped: 'settled',
      conditions: [],
      isSettling: true,
    });
    expect(cleared).toEqual([{ ...unauthorized, stopsReading: true }]);
  });

  test('ends a standstill when it brings progress', () => {
    const progress = { percent: 40 };
    const still = Array.from(
      { length: 7 },
      (_, index) => [index * 5 * minute, reads('running', { progress })] as const,
    );
    const { row, cleared } = playToEnd([...still, [hour, pushes('running', { progress: { percent: 41 } })]]);
    expect({ conditions: row.conditions, cleared: cleared.map(({ kind }) => kind) }).toEqual({
      conditions: [],
      cleared: ['stalled'],
    });
  });

  test('with a word that nobody knows is an anomaly', () => {
    const { anomaly } = playToEnd([[0, pushes('unknown', { nativeState: 'REHYDRATING' })]]);
    expect(anomaly).toEqual({
      kind: 'unknown_state',
      message: 'its state "REHYDRATING" is none that the adapter knows',
    });
  });

  test('is followed by the usual gap after the next read', () => {
    const { row } = playToEnd([
      [0, reads('pending')],
      [20 * second, pushes('running')],
      [40 * second, reads('running')],
    ]);
    expect(row.dueAt).toBe(48 * second);
  });
});

describe('a failed read in a lane that has had too many failures', () => {
  const toDueAt = (isBudgetSpent: boolean, retryAfterMs?: number) =>
    playToEnd([
      [0, reads('running')],
      [80 * second, fails('transient', { retryAfterMs }, isBudgetSpent)],
    ]).row.dueAt;

  test('comes back as late as failed reads ever do', () => {
    expect(toDueAt(false)).toBe(81 * second);
    expect(toDueAt(true)).toBe(80 * second + policy.failureCeilingMs);
  });

  test('keeps to a longer wish of the provider', () => {
    expect(toDueAt(true, hour)).toBe(80 * second + hour);
  });

  test('counts as one failed read', () => {
    const { row } = playToEnd([
      [0, fails('transient', {}, true)],
      [minute, fails('transient')],
    ]);
    expect({ failedReads: row.failedReads, dueAt: row.dueAt }).toEqual({
      failedReads: 2,
      dueAt: minute + 2 * second,
    });
  });
});

describe('the grace of a migration that is not found', () => {
  const missing = (now: number) => [now, reads('not_found')] as const;

  test('takes nothing back that the adapter has noted', () => {
    expect(playToEnd([[0, reads('running', { memo: 'noted' })], missing(second)]).row.memo).toBe('noted');
    expect(
      playToEnd([
        [0, reads('running', { memo: 'noted' })],
        [second, reads('running')],
      ]).row.memo,
    ).toBe(undefined);
  });

  test.each([
    { title: 'goes on while the time is too short', events: [0, 1, 2, 3, 29_999], stopped: undefined },
    { title: 'goes on while the reads are too few', events: [0, 60_000], stopped: undefined },
    { title: 'ends with enough of both', events: [0, 1, 30_000], stopped: 'settled' },
    {
      title: 'counts from when it is tracked, not from the first read',
      events: [29_998, 29_999, 30_000],
      stopped: 'settled',
    },
  ])('$title', ({ events, stopped }) => {
    const { row } = playToEnd(events.map(missing));
    expect({ state: row.reading?.state, stopped: row.stopped }).toEqual({ state: 'not_found', stopped });
  });

  test('keeps the old status of a migration that was known, without a change', () => {
    const results = play([[0, reads('running')], missing(hour), missing(hour + 1), missing(hour + 29_999)]);
    const kept = results.slice(1).map(({ row: { reading, observedAt }, change }) => ({
      reading,
      observedAt,
      change,
    }));
    expect(kept).toEqual(
      Array.from({ length: 3 }, () => ({ ...toSighting(0, 'running'), change: undefined })),
    );
  });

  test('ends for a migration that was known counted from the first read that misses it', () => {
    const { row, change } = playToEnd([
      [0, reads('running')],
      missing(hour),
      missing(hour + 1),
      missing(hour + 30_000),
    ]);
    expect({ stopped: row.stopped, change }).toEqual({
      stopped: 'settled',
      change: { previous: toSighting(0, 'running'), transition: { from: 'running', to: 'not_found' } },
    });
  });

  test('starts anew when it was found in between', () => {
    const { row } = playToEnd([
      [0, reads('running')],
      missing(1),
      missing(2),
      [3, reads('running')],
      missing(40_000),
      missing(60_000),
      missing(69_999),
    ]);
    expect({ stopped: row.stopped, reads: row.missingReads, since: row.missingSince }).toEqual({
      stopped: undefined,
      reads: 3,
      since: 40_000,
    });
  });

  test('is not shortened by reads that fail', () => {
    const { row } = playToEnd([
      missing(0),
      [minute, fails('transient')],
      [minute, fails('transient')],
      missing(minute),
    ]);
    expect(row.stopped).toBeUndefined();
  });

  test('reports a migration that appears late as a transition', () => {
    const { change } = playToEnd([missing(0), [1, reads('pending')]]);
    expect(change).toEqual({
      previous: toSighting(0, 'not_found'),
      transition: { from: 'not_found', to: 'pending' },
    });
  });
});

describe('an unknown word', () => {
  test('is no end, and is an anomaly when it is met first', () => {
    const results = play([
      [0, reads('unknown', { nativeState: 'REHYDRATING' })],
      [1, reads('unknown', { nativeState: 'REHYDRATING' })],
      [2, reads('unknown', { nativeState: 'DEHYDRATING' })],
    ]);
    const toAnomaly = (word: string) => ({
      kind: 'unknown_state',
      message: `its state "${word}" is none that the adapter knows`,
    });
    expect(results.map(({ row, anomaly }) => ({ stopped: row.stopped, anomaly }))).toEqual([
      { stopped: undefined, anomaly: toAnomaly('REHYDRATING') },
      { stopped: undefined, anomaly: undefined },
      { stopped: undefined, anomaly: toAnomaly('DEHYDRATING') },
    ]);
  });
});

describe('a migration that has ended', () => {
  const settled = playToEnd([[0, reads('succeeded')]]).row;

  test.each([
    ['a read', reads('running')],
    ['a push', pushes('running')],
  ] as const)('stays as it is, and contrary news of %s is an anomaly', (_title, event) => {
    expect(step(settled, event(hour), { now: hour, random: 0 }, policy)).toEqual({
      ...nothing,
      row: settled,
      anomaly: {
        kind: 'contrary_read',
        message: 'it ended as succeeded, and later it is said to be running',
      },
    });
  });

  test.each([
    ['a read that says the same', reads('succeeded')],
    ['a push that says the same', pushes('succeeded')],
    ['a refusal of the whole lane', isRefused],
    ['a failed read', fails('unauthorized')],
    ['a hold', isHeld('throttled')],
    ['a refresh', refreshes],
  ] as const)('takes no notice of %s', (_title, event) => {
    expect(step(settled, event(hour), { now: hour, random: 0 }, policy)).toEqual({
      ...nothing,
      row: settled,
    });
  });
});

describe('a standstill', () => {
  const progress = { percent: 40 };
  /** A read every five minutes, six unchanged ones in half an hour. */
  const still = (details: Parameters<typeof reads>[1], state: Parameters<typeof reads>[0] = 'running') =>
    Array.from({ length: 7 }, (_, index) => [index * 5 * minute, reads(state, details)] as const);
  const stalled = {
    kind: 'stalled',
    since: toTime(25 * minute),
    message: 'no progress over 5 reads in 1500 s',
  };

  test('is raised once with its evidence, and keeps its beginning', () => {
    const results = play(still({ progress }));
    expect(results.map(({ raised }) => raised)).toEqual([[], [], [], [], [], [stalled], []]);
    expect(results.at(-1)?.row.conditions).toEqual([stalled]);
  });

  test.each([
    ['no progress is reported', still({})],
    ['it is paused', still({ progress }, 'paused')],
    ['it waits for somebody', still({ progress }, 'awaiting_input')],
    ['the time is too short', still({ progress }).map(([now, event]) => [now / 3, event] as const)],
    ['the reads are too few', still({ progress }).slice(0, 5)],
    [
      'the progress moves',
      still({}).map(([now], index) => [now, reads('running', { progress: { percent: index } })] as const),
    ],
    [
      'the progress moves backwards',
      still({}).map(
        ([now], index) => [now, reads('running', { progress: { percent: 50 - index } })] as const,
      ),
    ],
    [
      'one of its parts moves',
      still({}).map(
        ([now], index) =>
          [
            now,
            reads('running', { progress, parts: [{ name: 'files', progress: { completed: index } }] }),
          ] as const,
      ),
    ],
    [
      'the phase moves',
      still({}).map(([now], index) => [now, reads('running', { progress, phase: `step ${index}` })] as const),
    ],
    [
      'reads fail',
      [
        [0, reads('running', { progress })] as const,
        ...still({}).map(([now]) => [now, fails('transient')] as const),
      ],
    ],
  ] as const)('is not raised while %s', (_title, events) => {
    expect(play(events).flatMap(({ raised }) => raised.filter(({ kind }) => kind === 'stalled'))).toEqual([]);
  });

  test('is measured by progress, however the provider gives signs of life', () => {
    const results = play(
      still({}).map(
        ([now], index) =>
          [now, reads('running', { progress, updatedAt: toTime(now), message: `try ${index}` })] as const,
      ),
    );
    expect(results.flatMap(({ raised }) => raised)).toEqual([stalled]);
  });

  test('ends with the first movement', () => {
    const { row, cleared } = playToEnd([
      ...still({ progress }),
      [hour, reads('running', { progress: { percent: 41 } })],
    ]);
    expect({ conditions: row.conditions, cleared }).toEqual({ conditions: [], cleared: [stalled] });
  });

  test('is silent while reads are throttled', () => {
    const { row, cleared } = playToEnd([...still({ progress }), [hour, fails('throttled')]]);
    expect({ conditions: row.conditions, cleared }).toEqual({
      conditions: [{ ...throttled, since: toTime(hour) }],
      cleared: [stalled],
    });
  });
});

test('a sign of life alone is no change', () => {
  const { row, change } = playToEnd([
    [0, reads('running', { updatedAt: toTime(0) })],
    [second, reads('running', { updatedAt: toTime(second) })],
  ]);
  expect({ updatedAt: row.reading?.updatedAt, change }).toEqual({
    updatedAt: toTime(second),
    change: undefined,
  });
});

describe('a wish of the provider to wait', () => {
  test.each([
    ['with a good read', reads('running', { retryAfterMs: 5 * minute })],
    ['with a failed read', fails('throttled', { retryAfterMs: 5 * minute })],
  ] as const)('%s holds for one gap and then expires', (_title, event) => {
    const results = play([
      [0, event],
      [5 * minute, reads('running')],
    ]);
    expect(results.map(({ row }) => row.dueAt)).toEqual([5 * minute, 6 * minute]);
  });
});

test('a memo is handed on until the next reading, and a failed read keeps it', () => {
  const results = play([
    [0, reads('running', { memo: 'one' })],
    [1, fails('transient')],
    [2, refreshes],
    [3, reads('running', { memo: { two: 2 } })],
    [4, reads('running')],
  ]);
  expect(results.map(({ row }) => row.memo)).toEqual(['one', 'one', 'one', { two: 2 }, undefined]);
});

test('the estimate starts anew where the progress falls back, with a phase, and after a rest', () => {
  const toProgress = (percent: number, phase: string, state: 'running' | 'paused' = 'running') =>
    reads(state, { progress: { percent }, phase });
  const results = play([
    [1, toProgress(50, 'parse')],
    [2, toProgress(90, 'parse')],
    [3, toProgress(40, 'parse')],
    [4, toProgress(60, 'import')],
    [5, toProgress(60, 'import', 'paused')],
    [6, toProgress(61, 'import', 'paused')],
    [7, toProgress(61, 'import')],
    [8, reads('running', { phase: 'import' })],
  ]);
  expect(results.map(({ row }) => [row.progressFrom, row.progressSince])).toEqual([
    [50, 1],
    [50, 1],
    [0, 2],
    [0, 3],
    [0, 3],
    [0, 3],
    [0, 6],
    [0, 6],
  ]);
});

describe('whatever happens', () => {
  const failureClasses = [
    'transient',
    'throttled',
    'unauthorized',
    'forbidden',
    'invalid_request',
    'invalid_response',
  ] as const;
  const anyWish = fc.option(fc.integer({ min: 0, max: 10 * hour }), { nil: undefined });
  const anyProgress = fc.record(
    { percent: fc.double({ min: 0, max: 100, noNaN: true }), completed: fc.nat(9), total: fc.nat(9) },
    { requiredKeys: [] },
  );
  const anyNews = fc
    .record({
      way: fc.constantFrom(reads, reads, pushes),
      state: fc.constantFrom(...migrationStates),
      details: fc.record(
        {
          progress: anyProgress,
          phase: fc.constantFrom('parse', 'import'),
          message: fc.constantFrom('a', 'b'),
          memo: fc.jsonValue({ maxDepth: 2 }).map((value) => JSON.parse(JSON.stringify(value))),
          retryAfterMs: fc.integer({ min: 0, max: 10 * hour }),
        },
        { requiredKeys: [] },
      ),
    })
    .map(({ way, state, details }) => way(state, details));
  const anyEvent = fc.oneof(
    { weight: 6, arbitrary: anyNews },
    {
      weight: 5,
      arbitrary: fc
        .record({
          failure: fc.constantFrom(...failureClasses),
          retryAfterMs: anyWish,
          isBudgetSpent: fc.boolean(),
        })
        .map(({ failure, retryAfterMs, isBudgetSpent }) => fails(failure, { retryAfterMs }, isBudgetSpent)),
    },
    { weight: 2, arbitrary: fc.constantFrom('throttled' as const, 'transient' as const).map(isHeld) },
    { weight: 1, arbitrary: fc.constantFrom(refreshes, readdresses, isRefused) },
  );
  const anyMoment = fc.record({
    delay: fc.oneof(fc.nat(2 * second), fc.nat(hour)),
    random: fc.double({ min: 0, max: 1, noNaN: true }),
    toEvent: anyEvent,
  });

  test('a step keeps its promises', () => {
    fc.assert(
      fc.property(fc.array(anyMoment, { maxLength: 40 }), (moments) => {
        let now = 0;
        let row: Row = createRow(0, 0);
        for (const { delay, random, toEvent } of moments) {
          now += delay;
          const event = deepFreeze(toEvent(now));
          const result = step(deepFreeze(row), event, { now, random }, policy);
          expect(step(row, event, { now, random }, policy)).toEqual(result);
          expectPromises(row, event, now, result);
          row = result.row;
        }
      }),
      { numRuns: 400 },
    );
  });

  function expectPromises(before: Row, event: StepEvent, now: number, result: StepResult): void {
    const { row, change, isSettling, raised, cleared } = result;
    const { dueAt, ...rest } = row;
    expect(JSON.parse(JSON.stringify(rest))).toEqual(rest);
    expect(row.conditions.filter(({ kind }) => kind !== 'stalled').length).toBeLessThanOrEqual(1);
    expect(dueAt === never).toBe(row.stopped !== undefined);
    expect(isSettling).toBe(row.stopped === 'settled' && before.stopped !== 'settled');
    const isKnown = (condition: Condition) =>
      before.conditions.some((old) => isSameCondition(old, condition));
    expect(row.conditions.filter((condition) => !isKnown(condition))).toEqual(raised);
    for (const { kind } of cleared)
      expect(row.conditions.map((condition) => condition.kind)).not.toContain(kind);
    const isFresh = before.stopped === 'settled' && event.type === 'readdressed';
    if (isFresh) expect(row).toEqual(createRow(now, now));
    else if (before.stopped === 'settled') expect(row).toBe(before);
    if (row.stopped === 'settled') expect(isTerminalState(row.reading?.state ?? 'unknown')).toBe(true);
    const isNews = event.type === 'read' || event.type === 'pushed';
    if (!isNews && !isFresh) {
      expect({ reading: row.reading, observedAt: row.observedAt, change }).toEqual({
        reading: before.reading,
        observedAt: before.observedAt,
      });
    }
    if (change !== undefined) {
      const { reading, observedAt } = before;
      expect(change.previous).toEqual(reading && { reading, observedAt });
    }
    if (change?.transition) {
      expect(change.transition).toEqual({
        ...(before.reading && { from: before.reading.state }),
        to: row.reading?.state,
      });
      expect(before.reading?.state).not.toBe(row.reading?.state);
    }
    if (event.type === 'held') expect(row.dueAt).toBe(before.dueAt);
    if (event.type === 'refused') expect(row.stopped).toBeDefined();
    if (event.type === 'readdressed') expect(row.dueAt).toBe(now);
    if (event.type === 'refresh' && row.stopped === undefined) {
      const soonest = Math.max(now, row.readAt === undefined ? 0 : row.readAt + policy.floorMs);
      expect(row.dueAt).toBe(Math.min(before.dueAt, soonest));
    }
    if (event.type === 'pushed') expectNoLook(before, row);
    if (!(isNews || event.type === 'read_failed') || dueAt === never) return;
    const wish = (isNews ? event.reading.retryAfterMs : event.failure.retryAfterMs) ?? 0;
    const isPutOff = event.type === 'pushed' && event.reading.state !== 'not_found';
    const leastMs = Math.max(policy.floorMs, wish, isPutOff ? policy.pushedGapMs : 0);
    const mostMs = Math.max(policy.ceilingMs, leastMs) * (1 + policy.jitterShare);
    expect(dueAt - now).toBeGreaterThanOrEqual(leastMs - 0.001);
    expect(dueAt - now).toBeLessThanOrEqual(mostMs + 0.001);
  }

  /** What is pushed says nothing about our own looking. */
  function expectNoLook(before: Row, row: Row): void {
    const toLooks = ({ reads, failedReads, refusedReads }: Row) => ({ reads, failedReads, refusedReads });
    expect(toLooks(row)).toEqual(toLooks(before));
    if (row.stopped === 'settled') return;
    const toFailures = ({ conditions }: Row) => conditions.filter(({ kind }) => kind !== 'stalled');
    expect(row.stopped).toBe(before.stopped);
    expect(toFailures(row)).toEqual(toFailures(before));
  }

  test('a lane that has had too many failures never brings a read forward', () => {
    fc.assert(
      fc.property(fc.array(anyMoment, { maxLength: 20 }), fc.nat(hour), (moments, delay) => {
        let now = 0;
        let row: Row = createRow(0, 0);
        for (const moment of moments) {
          now += moment.delay;
          row = step(row, moment.toEvent(now), { now, random: moment.random }, policy).row;
        }
        now += delay;
        const [usual, late] = [false, true].map(
          (isBudgetSpent) =>
            step(row, fails('transient', {}, isBudgetSpent)(now), { now, random: 0 }, policy).row.dueAt,
        );
        expect(late).toBeGreaterThanOrEqual(usual ?? 0);
      }),
    );
  });
});
