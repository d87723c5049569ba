import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { isTerminalState, type MigrationState, migrationStates } from '../../src/model/migration-state.ts';
import { summarize } from '../../src/model/summarize.ts';

const none = {
  pending: 0,
  running: 0,
  awaiting_input: 0,
  paused: 0,
  succeeded: 0,
  partially_succeeded: 0,
  failed: 0,
  canceled: 0,
  not_found: 0,
  unknown: 0,
};

function summarizeStates(...states: MigrationState[]) {
  return summarize(states.map((state) => ({ state })));
}

test('an empty set is not a success, and nothing in it is urgent', () => {
  expect(summarizeStates()).toStrictEqual({ total: 0, done: 0, counts: none, hasSucceeded: false });
});

test('a set is counted per state', () => {
  expect(summarizeStates('succeeded', 'running', 'succeeded', 'failed')).toStrictEqual({
    total: 4,
    done: 3,
    counts: { ...none, succeeded: 2, running: 1, failed: 1 },
    mostUrgent: 'failed',
    hasSucceeded: false,
  });
});

test('a set has succeeded when every one of it has', () => {
  expect(summarizeStates('succeeded', 'succeeded')).toStrictEqual({
    total: 2,
    done: 2,
    counts: { ...none, succeeded: 2 },
    mostUrgent: 'succeeded',
    hasSucceeded: true,
  });
});

describe('a set in which one has not succeeded, has not', () => {
  test.each(migrationStates.filter((state) => state !== 'succeeded'))('%s', (state) => {
    const { done, mostUrgent, hasSucceeded } = summarizeStates('succeeded', state);
    expect({ done, mostUrgent, hasSucceeded }).toEqual({
      done: isTerminalState(state) ? 2 : 1,
      mostUrgent: state,
      hasSucceeded: false,
    });
  });
});

test('a state that a later version wrote counts as unknown', () => {
  expect(
    summarizeStates('succeeded', 'hibernating' as MigrationState, '__proto__' as MigrationState),
  ).toStrictEqual({
    total: 3,
    done: 1,
    counts: { ...none, succeeded: 1, unknown: 2 },
    mostUrgent: 'unknown',
    hasSucceeded: false,
  });
});

test('what a person must look at comes before what goes its way', () => {
  const left = [...migrationStates];
  const byUrgency: MigrationState[] = [];
  while (left.length > 0) {
    const { mostUrgent } = summarizeStates(...left);
    if (mostUrgent === undefined) throw new Error('expected an urgent state');
    byUrgency.push(mostUrgent);
    left.splice(left.indexOf(mostUrgent), 1);
  }
  expect(byUrgency).toEqual([
    'failed',
    'not_found',
    'awaiting_input',
    'unknown',
    'partially_succeeded',
    'canceled',
    'paused',
    'running',
    'pending',
    'succeeded',
  ]);
});

test('the set can be anything that is iterable, and is gone through once', () => {
  function* oneByOne() {
    yield { state: 'running' as const };
    yield { state: 'pending' as const };
  }
  expect(summarize(oneByOne()).counts).toEqual({ ...none, running: 1, pending: 1 });
});

test('counts add up to the total, and the done ones to what has ended', () => {
  fc.assert(
    fc.property(fc.array(fc.constantFrom(...migrationStates)), (states) => {
      const { total, done, counts } = summarizeStates(...states);
      expect(total).toBe(states.length);
      expect(Object.values(counts).reduce((sum, count) => sum + count, 0)).toBe(total);
      expect(done).toBe(states.filter(isTerminalState).length);
    }),
  );
});
