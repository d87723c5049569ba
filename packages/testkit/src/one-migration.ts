import { isDeepStrictEqual } from 'node:util';
import type { BoundHarness } from './harness.ts';

/** Why an audit of ids is skipped. */
export const oneMigration = 'the adapter follows one migration, which has no id';

/** Whether refs are the same whatever the id. */
export function hasOneMigration({ toRef }: BoundHarness): boolean {
  return isDeepStrictEqual(toRef('one'), toRef('another'));
}
