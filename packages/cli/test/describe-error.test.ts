import { ConfigurationError } from '@migration-status/core';
import { expect, it } from 'vitest';
import { describeError } from '../src/describe-error.ts';

it('tells an error of anybody in one line, with what lies behind it, and not where it happened', () => {
  const refused = new Error('connect ECONNREFUSED\n\u001b[31m127.0.0.1:1');
  const { message, exitCode } = describeError(new TypeError('fetch failed', { cause: refused }));
  expect(message).toBe('fetch failed: connect ECONNREFUSED [31m127.0.0.1:1');
  expect(exitCode).toBe(3);
  expect(describeError(new AggregateError([refused, new Error('other')])).message).toBe(
    'AggregateError: connect ECONNREFUSED [31m127.0.0.1:1',
  );
});

it('says a thing once, and an end of causes', () => {
  const same = new Error('no answer', { cause: new Error('no answer', { cause: 'no\u0007answer' }) });
  expect(describeError(same).message).toBe('no answer');
  const own = new Error('round');
  own.cause = new Error('and round', { cause: own });
  expect(describeError(own).message).toBe('round: and round');
  expect(describeError(new Error('x'.repeat(5_000))).message).toHaveLength(1_001);
});

it('has a word for what says nothing', () => {
  expect(describeError(new Error('')).message).toBe('Error');
  expect(describeError('').message).toBe('something went wrong and does not say what');
  expect(describeError(undefined).message).toBe('something went wrong and does not say what');
  expect(describeError({ toString: () => 'odd\r\none' }).message).toBe('odd one');
});

it('leaves an error of ours as it is, because it says all there is to say', () => {
  const cause = new Error('inner');
  const ours = new ConfigurationError({ option: 'a', message: '"a" must\nbe', cause });
  expect(describeError(ours)).toEqual({ message: '"a" must be', exitCode: 2 });
});
