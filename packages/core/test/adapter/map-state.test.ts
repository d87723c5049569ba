import fc from 'fast-check';
import { expect, test } from 'vitest';
import { mapState } from '../../src/adapter/map-state.ts';

const states = { QUEUED: 'pending', DONE: 'succeeded' } as const;

test('a word of the table has its state', () => {
  expect([mapState(states, 'QUEUED'), mapState(states, 'DONE')]).toEqual(['pending', 'succeeded']);
});

test.each(['', 'done', ' DONE', 'DONE ', 'FAILED', '__proto__', 'constructor', 'toString', 'hasOwnProperty'])(
  '"%s" is unknown, not a guess',
  (word) => {
    expect(mapState(states, word)).toBe('unknown');
  },
);

test('a word that is called like a property of every object can be in the table', () => {
  expect(mapState(JSON.parse('{"__proto__":"failed","constructor":"paused"}'), '__proto__')).toBe('failed');
  expect(mapState(JSON.parse('{"__proto__":"failed","constructor":"paused"}'), 'constructor')).toBe('paused');
});

test('no other word is known', () => {
  fc.assert(
    fc.property(fc.string(), (word) => {
      fc.pre(!Object.keys(states).includes(word));
      expect(mapState(states, word)).toBe('unknown');
    }),
  );
});
