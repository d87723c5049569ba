/**
 * The audits as tests of vitest.
 *
 * @module
 */
import { describe, test } from 'vitest';
import { auditAdapter } from './audit-adapter.ts';
import type { AuditOptions } from './audit-options.ts';
import type { AdapterHarness } from './harness.ts';
import { toFailure } from './to-failure.ts';

export type { AdapterHarness, AuditOptions };

/**
 * One test per audit; one that is skipped says why, and a broken SHOULD fails like a broken MUST.
 *
 * @example
 * testAdapter({
 *   create: ({ baseUrl, secret }) => createAcmeAdapter({ baseUrl, apiKey: secret }),
 *   toRef: (jobId) => ({ jobId }),
 *   samples: [
 *     { label: 'running', reply: { json: { status: 'RUNNING' } }, expect: { state: 'running' } },
 *     { label: 'unknown job', reply: { status: 404, json: {} }, expect: { state: 'not_found' } },
 *   ],
 *   unrecognised: { json: { status: 'REPLICATING' } },
 * });
 */
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
