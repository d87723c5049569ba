import { expect, test } from 'vitest';
import { readText } from '../../../test/support/workspace.ts';
import { type AuditReport, renderAuditReport, runAudits } from '../src/index.ts';
import { kitVersion } from '../src/kit-version.ts';
import { createReferenceHarness } from './reference-harness.ts';

const report: AuditReport = {
  provider: 'acme',
  kitVersion: '1.2.3',
  isConformant: false,
  passed: 1,
  failed: 2,
  skipped: 1,
  cases: 320,
  audits: [
    { id: 'K-01', name: 'MUST have the members that its capabilities claim, and no others', status: 'pass' },
    {
      id: 'H-04',
      name: 'MUST report HTTP 429 as throttled, with the seconds that Retry-After asks for',
      status: 'fail',
      reason: 'expected retryAfterMs to be 7000,\n\u001b[31mgot | undefined',
      evidence: new Map([['retry-after', '7']]),
    },
    { id: 'S-07', name: 'SHOULD document the table of states', status: 'fail', reason: '"X" is not there' },
    {
      id: 'L-01',
      name: 'MUST give every migration once',
      status: 'skip',
      reason: 'the adapter offers no "list"',
    },
  ],
};

test('as text it tells what is broken first, in 80 columns', () => {
  expect(renderAuditReport(report)).toBe(`acme, audited with version 1.2.3 of the kit
4 audits: 1 kept, 2 broken, 1 not claimed. 320 generated cases.
Broken: H-04.

BROKEN       H-04  MUST report HTTP 429 as throttled, with the seconds that
                   Retry-After asks for
                   expected retryAfterMs to be 7000, [31mgot | undefined
                   | Map(1) { 'retry-after' => '7' }
BROKEN       S-07  SHOULD document the table of states
                   "X" is not there

kept         K-01  MUST have the members that its capabilities claim, and no
                   others

not claimed  L-01  MUST give every migration once
                   the adapter offers no "list"
`);
});

test('as Markdown it has a row for each audit', () => {
  expect(renderAuditReport(report, 'markdown')).toBe(`## acme, audited with version 1.2.3 of the kit

4 audits: 1 kept, 2 broken, 1 not claimed. 320 generated cases. Broken: H-04.

| id | promise | result |
|---|---|---|
| K-01 | MUST have the members that its capabilities claim, and no others | kept |
| H-04 | MUST report HTTP 429 as throttled, with the seconds that Retry-After asks for | BROKEN: expected retryAfterMs to be 7000, [31mgot \\| undefined |
| S-07 | SHOULD document the table of states | BROKEN: "X" is not there |
| L-01 | MUST give every migration once | not claimed: the adapter offers no "list" |
`);
});

test('as JSON it is read back, with its evidence as text', () => {
  const audits = report.audits.map((audit) =>
    audit.id === 'H-04' ? { ...audit, evidence: "Map(1) { 'retry-after' => '7' }" } : audit,
  );
  expect(JSON.parse(renderAuditReport(report, 'json'))).toEqual({ ...report, audits });
});

test('no line of a real report is longer than 80 characters', async () => {
  const broken = createReferenceHarness({ toState: () => 'running' });
  const { isConformant, ...rest } = await runAudits(broken);
  const lines = renderAuditReport({ isConformant, ...rest }).split('\n');
  expect(isConformant).toBe(false);
  expect(lines.filter((line) => line.length > 80)).toEqual([]);
});

test('the kit carries the version of its manifest', () => {
  expect(JSON.parse(readText('packages/testkit/package.json')).version).toBe(kitVersion);
});
