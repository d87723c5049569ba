import { expect, test } from 'vitest';
import { defaultEnginePolicy, type EnginePolicy, toEnginePolicy } from '../../src/engine/engine-policy.ts';
import { ConfigurationError } from '../../src/model/errors/configuration-error.ts';

test('without numbers the defaults hold', () => {
  expect(toEnginePolicy()).toEqual(defaultEnginePolicy);
});

test('a number that is undefined is left out', () => {
  expect(toEnginePolicy({ floorMs: undefined } as object)).toEqual(defaultEnginePolicy);
});

test('given numbers replace their defaults only', () => {
  expect(toEnginePolicy({ floorMs: 5_000, jitterShare: 0 })).toEqual({
    ...defaultEnginePolicy,
    floorMs: 5_000,
    jitterShare: 0,
  });
});

test.each<Partial<EnginePolicy>>([
  { requestsPerSecond: 0.001, burst: 1, retryBudget: 1, concurrency: 1, breakerAfter: 1 },
  { requestsPerSecond: 1e9, burst: 1e9, retryBudget: 1e9, concurrency: 1e9, breakerAfter: 1e9 },
  { refusedReads: 1, notFoundReads: 1, stalledReads: 1 },
  { refusedReads: 255, notFoundReads: 255, stalledReads: 255 },
  { pushedGapMs: 0, batchWindowMs: 0, earlyShare: 0, floorMs: 0 },
])('takes the numbers at both ends: %j', (numbers) => {
  expect(toEnginePolicy(numbers)).toEqual({ ...defaultEnginePolicy, ...numbers });
});

test.each<[string, unknown, string]>([
  ['floorMs', -1, 'must be a number of at least 0'],
  ['floorMs', Number.NaN, 'must be a number of at least 0'],
  ['ceilingMs', Number.POSITIVE_INFINITY, 'must be a number of at least 0'],
  ['ceilingMs', '5', 'must be a number of at least 0'],
  ['readTimeoutMs', null, 'must be a number of at least 0'],
  ['concurrency', 0, 'must be a whole number of at least 1'],
  ['breakerAfter', 1.5, 'must be a whole number of at least 1'],
  ['concurrency', Number.POSITIVE_INFINITY, 'must be a whole number of at least 1'],
  ['burst', 0, 'must be a whole number of at least 1'],
  ['burst', 2.5, 'must be a whole number of at least 1'],
  ['retryBudget', 0, 'must be a whole number of at least 1'],
  ['retryBudget', '10', 'must be a whole number of at least 1'],
  ['requestsPerSecond', 0, 'must be a number above 0'],
  ['requestsPerSecond', -0, 'must be a number above 0'],
  ['requestsPerSecond', -1, 'must be a number above 0'],
  ['requestsPerSecond', Number.NaN, 'must be a number above 0'],
  ['requestsPerSecond', Number.POSITIVE_INFINITY, 'must be a number above 0'],
  ['pushedGapMs', -1, 'must be a number of at least 0'],
  ['pushedGapMs', Number.POSITIVE_INFINITY, 'must be a number of at least 0'],
  ['earlyShare', -0.1, 'must be a number of at least 0'],
  ['pace', 1, 'must be a function'],
  ['batchWindowMs', Number.NaN, 'must be a number of at least 0'],
  ['refusedReads', -3, 'must be a whole number from 1 to 255'],
  ['refusedReads', 256, 'must be a whole number from 1 to 255'],
  ['notFoundReads', '3', 'must be a whole number from 1 to 255'],
  ['notFoundReads', 256, 'must be a whole number from 1 to 255'],
  ['stalledReads', Number.POSITIVE_INFINITY, 'must be a whole number from 1 to 255'],
  ['stalledReads', 256, 'must be a whole number from 1 to 255'],
  ['startSpacingMs', 25, 'there is no such option'],
  ['floor', 1, 'there is no such option'],
  ['toString', 1, 'there is no such option'],
])('refuses %s = %s', (option, value, complaint) => {
  expect(() => toEnginePolicy({ [option]: value } as Partial<EnginePolicy>)).toThrow(
    new ConfigurationError({ option: `policy.${option}`, message: `"policy.${option}": ${complaint}` }),
  );
});
