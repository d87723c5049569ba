import { expect } from 'vitest';
import { MigrationStatusError } from '../../packages/core/src/model/errors/migration-status-error.ts';
import { expectNoCanary } from './canary.ts';

/**
 * What a call is refused with, thrown or rejected: every property of the error, and its message. Fails when the call
 * goes through, when the error is none of this library, or when a canary stands anywhere in it.
 *
 * @example
 * expect(await refusalOf(() => createVeltAdapter({ apiKey: 'canary' }), ['canary'])).toEqual({ ... });
 */
export async function refusalOf(call: () => unknown, canaries: readonly string[] = []): Promise<object> {
  const error = await caughtFrom(call);
  if (!MigrationStatusError.isInstance(error)) throw error;
  expectNoCanary(error, canaries);
  return { ...error, message: error.message };
}

async function caughtFrom(call: () => unknown): Promise<unknown> {
  try {
    await call();
  } catch (error) {
    return error;
  }
  return expect.unreachable('the call must be refused');
}
