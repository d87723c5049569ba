import { expect, test } from 'vitest';
import { runAudits } from '../src/index.ts';
import { createReferenceHarness } from './reference-harness.ts';

test('the reference adapter passes every audit, and none is skipped', async () => {
  const report = await runAudits(createReferenceHarness());
  expect(report.audits.filter(({ status }) => status !== 'pass')).toEqual([]);
  expect(report.cases).toBeGreaterThanOrEqual(300);
});
