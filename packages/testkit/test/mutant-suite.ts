import { describe, expect, test } from 'vitest';
import { auditAdapter } from '../src/index.ts';
import { mutants } from './mutants.ts';
import { createReferenceHarness } from './reference-harness.ts';

/** The ids of all audits, in their order. */
export const auditIds = auditAdapter(createReferenceHarness()).map(({ id }) => id);

/** Tests the mutants of the audits whose ids begin with one of the letters, each against all audits. */
export function testMutants(letters: string): void {
  const ids = auditIds.filter((id) => letters.includes(id.charAt(0)));
  describe.each(ids)('%s', (id) => {
    test.each(mutants[id] ?? [])(
      'is failed, and no other audit, by an adapter that $title',
      async (mutant) => {
        const reference = createReferenceHarness(mutant.faults);
        const harness = mutant.harness?.(reference) ?? reference;
        const failed: string[] = [];
        for (const audit of auditAdapter(harness, { cases: mutant.cases ?? 30 })) {
          const result = await audit.run();
          if (result.status === 'fail') failed.push(`${audit.id} ${result.reason}`.slice(0, 200));
        }
        expect(failed).toEqual([expect.stringMatching(`^${id} `)]);
      },
    );
  });
}
