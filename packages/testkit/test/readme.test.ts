import { expect, test } from 'vitest';
import { readText } from '../../../test/support/workspace.ts';
import { auditAdapter } from '../src/index.ts';
import { createReferenceHarness } from './reference-harness.ts';

const readme = readText('packages/testkit/README.md');

test('the test that it shows is one that runs', () => {
  const code = readText('packages/testkit/test/ten-lines.test.ts')
    .replace("'../src/vitest.ts'", "'@migration-status/testkit/vitest'")
    .replace("'./acme-adapter.ts'", "'../src/index.ts'");
  expect(readme).toContain(`\`\`\`typescript\n${code}\`\`\`\n`);
});

test('the table of audits is that of the code', () => {
  const rows = [...readme.matchAll(/^\| ([A-Z]-\d{2}) \| (.+) \|$/gm)].map(([, id, name]) => ({ id, name }));
  expect(rows).toEqual(auditAdapter(createReferenceHarness()).map(({ id, name }) => ({ id, name })));
});

test('the table of the harness has a row for each of its fields', () => {
  const declared =
    readText('packages/testkit/src/harness.ts').split('export interface AdapterHarness')[1] ?? '';
  const fields = [...(declared.split('\n}\n')[0] ?? '').matchAll(/^ {2}(?:readonly )?(\w+)[?:(]/gm)].map(
    ([, name]) => name,
  );
  const rows = [...readme.matchAll(/^\| `(\w+)` \|/gm)].map(([, name]) => name);
  expect(rows).toEqual(fields);
});
