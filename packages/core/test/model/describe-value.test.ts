import { expect, test } from 'vitest';
import { describeKind, describeValue } from '../../src/model/describe-value.ts';

test.each([
  { value: undefined, kind: 'nothing', words: 'nothing' },
  { value: null, kind: 'null', words: 'null' },
  { value: '', kind: 'an empty string', words: 'a string of length 0' },
  { value: 'RUNNING', kind: 'a string', words: 'the string "RUNNING"' },
  { value: 'a@b.example', kind: 'a string', words: 'a string of length 11' },
  { value: 42, kind: 'a number', words: 'the number 42' },
  { value: Number.NaN, kind: 'NaN', words: 'NaN' },
  { value: Number.POSITIVE_INFINITY, kind: 'Infinity', words: 'Infinity' },
  { value: Number.NEGATIVE_INFINITY, kind: '-Infinity', words: '-Infinity' },
  { value: true, kind: 'a boolean', words: 'the boolean true' },
  { value: [1, 2], kind: 'an array', words: 'an array of 2' },
  { value: {}, kind: 'an object', words: 'an object' },
  { value: () => {}, kind: 'a function', words: 'a function' },
])('$value is $kind, and in a body $words', ({ value, kind, words }) => {
  expect({ kind: describeKind(value), words: describeValue(value) }).toEqual({ kind, words });
});
