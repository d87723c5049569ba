import { describe, expect, test } from 'vitest';
import { migrationStates } from '../../src/model/migration-state.ts';
import { byUrgency } from '../../src/model/summarize.ts';
import { describeAge, describeProgress, describeState, stateWords } from '../../src/view/row-words.ts';

describe('a state in words', () => {
  test.each([
    [undefined, 'not read yet'],
    [{ state: 'awaiting_input', nativeState: 'PENDING_USER_INPUT' }, 'awaiting input'],
    [{ state: 'unknown', nativeState: 'rolling_back' }, '“rolling_back”'],
  ] as const)('%j is %s', (status, words) => {
    expect(describeState(status)).toBe(words);
  });

  test('can be in another language', () => {
    const words = { ...stateWords, failed: 'gescheitert' };
    expect(describeState({ state: 'failed', nativeState: 'ERROR' }, words)).toBe('gescheitert');
  });

  test('has words, and a place by urgency, for every state', () => {
    expect(Object.keys(stateWords).sort()).toEqual([...migrationStates, 'unread'].sort());
    expect([...byUrgency].sort()).toEqual([...migrationStates].sort());
  });
});

test.each([
  [undefined, ''],
  [{}, ''],
  [{ percent: 0 }, '0 %'],
  [{ percent: 99.6 }, '99 %'],
  [{ completed: 1_204, total: 3_250, unit: 'users' }, '1,204 of 3,250 users'],
  [{ completed: 1_204, unit: 'users' }, '1,204 users'],
  [{ total: 7 }, '7'],
  [{ unit: 'users' }, ''],
  [{ percent: 50, completed: 1, total: 2, failed: 1_000 }, '50 %, 1 of 2, 1,000 failed'],
  [{ percent: 50, failed: 0 }, '50 %'],
])('the progress %j is %j', (progress, words) => {
  expect(describeProgress(progress)).toBe(words);
});

test.each([
  [-1, 'just now'],
  [4_999, 'just now'],
  [40_000, '40 s ago'],
  [192_000, '3 min ago'],
])('%d ms ago is %s', (ageMs, words) => {
  expect(describeAge(ageMs)).toBe(words);
});
