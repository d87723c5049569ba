import { expect } from 'vitest';

/** What a call throws. */
export function caughtFrom(call: () => unknown): unknown {
  try {
    call();
  } catch (error) {
    return error;
  }
  return expect.unreachable('the call must throw');
}
