import { describe, expect, test } from 'vitest';
import type { FailureClass } from '../../src/model/failure-class.ts';
import {
  isSameCondition,
  withFailure,
  withHold,
  withoutFailure,
  withoutStop,
  withStalled,
  withStop,
} from '../../src/step/conditions.ts';
import type { Condition } from '../../src/step/row.ts';
import { toReadFailure } from './sample-steps.ts';

const unreachable: Condition = {
  kind: 'unreachable',
  since: 'earlier',
  message: 'it is transient',
  failure: 'transient',
  code: 'unreachable',
};
const throttled: Condition = {
  kind: 'throttled',
  since: 'earlier',
  message: 'it is throttled',
  failure: 'throttled',
  code: 'throttled',
};
const stalled: Condition = { kind: 'stalled', since: 'long ago', message: 'nothing moves' };

describe('a failed read', () => {
  test.each([
    ['transient', 'unreachable'],
    ['throttled', 'throttled'],
    ['unauthorized', 'unauthorized'],
    ['forbidden', 'unauthorized'],
    ['invalid_request', 'unreachable'],
    ['invalid_response', 'unreachable'],
  ] as const)('of class %s raises %s', (failure: FailureClass, kind) => {
    const { code, message } = toReadFailure(failure);
    expect(withFailure([], toReadFailure(failure), 'today')).toEqual([
      { kind, since: 'today', message, failure, code },
    ]);
  });

  test('of the same cause keeps the beginning, and brings the message up to date', () => {
    const failure = toReadFailure('transient', { message: 'again' });
    expect(withFailure([stalled, unreachable], failure, 'today')).toEqual([
      stalled,
      { ...unreachable, message: 'again' },
    ]);
  });

  test('of another cause but the same kind keeps the beginning', () => {
    const failure = toReadFailure('transient', { code: 'server_error', message: 'HTTP 503' });
    expect(withFailure([unreachable], failure, 'today')).toEqual([
      { ...unreachable, code: 'server_error', message: 'HTTP 503' },
    ]);
  });

  test('of another kind takes the place of the one before', () => {
    expect(withFailure([unreachable], toReadFailure('throttled'), 'today')).toEqual([
      { ...throttled, since: 'today' },
    ]);
  });

  test('leaves a standstill alone', () => {
    expect(withFailure([stalled], toReadFailure('transient'), 'today')).toEqual([
      stalled,
      { ...unreachable, since: 'today' },
    ]);
  });

  test('of a throttled provider silences a standstill', () => {
    expect(withFailure([stalled], toReadFailure('throttled'), 'today')).toEqual([
      { ...throttled, since: 'today' },
    ]);
  });
});

describe('a good read', () => {
  test('clears the failure only', () => {
    expect(withoutFailure([stalled, unreachable])).toEqual([stalled]);
  });

  test('changes nothing where there is no failure', () => {
    const before = [stalled];
    expect(withoutFailure(before)).toBe(before);
  });
});

describe('a standstill', () => {
  test('is raised with its evidence', () => {
    expect(withStalled([], 'no progress', 'today')).toEqual([
      { kind: 'stalled', since: 'today', message: 'no progress' },
    ]);
  });

  test('keeps its beginning while it lasts', () => {
    const before = [stalled];
    expect(withStalled(before, 'still no progress', 'today')).toBe(before);
  });

  test('is cleared without evidence', () => {
    expect(withStalled([stalled], undefined, 'today')).toEqual([]);
  });
});

describe('a hold', () => {
  test('says why nothing is read', () => {
    expect(withHold([stalled], toReadFailure('transient'), 'today')).toEqual([
      stalled,
      { ...unreachable, since: 'today' },
    ]);
  });

  test('of the same kind leaves what a read has said', () => {
    const before: readonly Condition[] = [{ ...unreachable, code: 'server_error' }];
    expect(withHold(before, toReadFailure('transient'), 'today')).toBe(before);
  });
});

describe('a stop', () => {
  test('is said by what stopped the reading, and not by a standstill', () => {
    expect(withStop([stalled, unreachable])).toEqual([stalled, { ...unreachable, stopsReading: true }]);
  });

  test('is taken back by another look, which leaves the condition itself', () => {
    expect(withoutStop(withStop([stalled, unreachable]))).toEqual([stalled, unreachable]);
  });

  test('that was not said need not be taken back', () => {
    const before = [stalled, unreachable];
    expect(withoutStop(before)).toBe(before);
  });
});

describe('two conditions', () => {
  test.each<[string, Partial<Condition>]>([
    ['the time', { since: 'today' }],
    ['the wording', { message: 'once more' }],
  ])('that differ in %s say the same', (_title, difference) => {
    expect(isSameCondition(unreachable, { ...unreachable, ...difference })).toBe(true);
  });

  test.each<[string, Partial<Condition>]>([
    ['kind', { kind: 'throttled' }],
    ['class', { failure: 'invalid_response' }],
    ['code', { code: 'server_error' }],
    ['that reading has stopped', { stopsReading: true }],
  ])('that differ in %s do not', (_title, difference) => {
    expect(isSameCondition(unreachable, { ...unreachable, ...difference })).toBe(false);
  });
});
