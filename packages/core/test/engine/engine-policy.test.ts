import { expect, test } from 'vitest';
import { defaultEnginePolicy, type EnginePolicy, toEnginePolicy } from '../../src/engine/engine-policy.ts';
import { ConfigurationError } from '../../src/model/errors/configuration-error.ts';

test('without numbers the defaults hold', () => {
  expect(toEnginePolicy()).toEqual(defaultEnginePolicy);
});

test('given numbers replace their defaults only', () => {
  expect(toEnginePolicy({ floorMs: 5_000, jitterShare: 0 })).toEqual({
    ...defaultEnginePolicy,
    floorMs: 5_000,
    jitterShare: 0,
  });
});

test.each<[string, unknown, string]>([
  ['floorMs', -1, 'must be a number of at least 0'],
  ['floorMs', Number.NaN, 'must be a number of at least 0'],
  ['ceilingMs', Number.POSITIVE_INFINITY, 'must be a number of at least 0'],
  ['ceilingMs', '5', 'must be a number of at least 0'],
  ['readTimeoutMs', null, 'must be a number of at least 0'],
  ['readTimeoutMs', undefined, 'must be a number of at least 0'],
  ['concurrency', 0, 'must be a whole number of at least 1'],
  ['breakerAfter', 1.5, 'must be a whole number of at least 1'],
  ['refusedReads', -3, 'must be a whole number of at least 1'],
  ['notFoundReads', '3', 'must be a whole number of at least 1'],
  ['stalledReads', Number.POSITIVE_INFINITY, 'must be a whole number of at least 1'],
  ['floor', 1, 'there is no such option'],
  ['toString', 1, 'there is no such option'],
])('refuses %s = %s', (option, value, complaint) => {
  expect(() => toEnginePolicy({ [option]: value } as Partial<EnginePolicy>)).toThrow(
    new ConfigurationError({ option: `policy.${option}`, message: `"policy.${option}": ${complaint}` }),
  );
});
