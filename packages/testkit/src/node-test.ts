/**
 * The audits as tests of Node's own runner.
 *
 * @module
 */
import { describe, test } from 'node:test';
import { auditAdapter } from './audit-adapter.ts';
import type { AuditOptions } from './audit-options.ts';
import type { AdapterHarness } from './harness.ts';
import { toFailure } from './to-failure.ts';

export type { AdapterHarness, AuditOptions };

/** One test per audit; one that is skipped says why, and a broken SHOULD fails like a broken MUST. */
export function testAdapter<Ref>(harness: AdapterHarness<Ref>, options?: AuditOptions): void {
  describe('the adapter', () => {
    for (const { id, name, run } of auditAdapter(harness, options)) {
      test(`${id} ${name}`, async (context) => {
        const result = await run();
        if (result.status === 'skip') context.skip(result.reason);
        if (result.status === 'fail') throw toFailure(result);
      });
    }
  });
}
