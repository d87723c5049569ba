import { expect, test } from 'vitest';
import { isFailureClass, traitsOf } from '../../src/model/failure-class.ts';

test.each([
  { failure: 'transient', traits: { isRetryable: true, isRefusal: false } },
  { failure: 'throttled', traits: { isRetryable: true, isRefusal: false } },
  { failure: 'unauthorized', traits: { isRetryable: false, isRefusal: true } },
  { failure: 'forbidden', traits: { isRetryable: false, isRefusal: true } },
  { failure: 'invalid_request', traits: { isRetryable: false, isRefusal: true } },
  { failure: 'invalid_response', traits: { isRetryable: false, isRefusal: false } },
] as const)('$failure is a class, from which follows $traits', ({ failure, traits }) => {
  expect({ isClass: isFailureClass(failure), traits: traitsOf(failure) }).toEqual({ isClass: true, traits });
});

test.each(['catastrophic', '', 'toString', '__proto__', undefined, null, 7, ['transient']])(
  '%j is no class',
  (value) => {
    expect(isFailureClass(value)).toBe(false);
  },
);
