import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { expect, test } from 'vitest';
import { runCommand } from '../../../test/support/run-command.ts';
import { runAudits } from '../src/index.ts';
import { acmeHarness } from './acme-harness.ts';

test('an adapter that never answers is told so, and does not keep anybody', async () => {
  const { audits } = await runAudits(
    {
      ...acmeHarness,
      create: (context) => ({ ...acmeHarness.create(context), getStatus: () => new Promise(() => {}) }),
    },
    { limitMs: 50 },
  );
  const reasons = audits.flatMap((audit) => (audit.status === 'fail' ? [audit.reason] : []));
  expect(reasons.filter((reason) => reason.includes('it was not over after 0.05 s')).length).toBeGreaterThan(
    0,
  );
  expect(reasons.at(-1)).toContain('it was not tried, because others were not over in time');
});

test('what is no adapter is told what it lacks', async () => {
  const { audits } = await runAudits({
    ...acmeHarness,
    create: (context) => ({ ...acmeHarness.create(context), capabilities: undefined as never }),
  });
  expect(audits[0]).toMatchObject({
    status: 'fail',
    reason: 'Error: "create" gives no adapter: it has no "capabilities"',
  });
});

test('a rejection that nobody takes is an audit that fails, and not the end of the command', async () => {
  const folder = await mkdtemp(path.join(import.meta.dirname, 'unruly-'));
  const file = path.join(folder, 'harness.ts');
  await writeFile(
    file,
    `import { createAcmeAdapter } from '../acme-adapter.ts';
export const harness = {
  create: ({ baseUrl, secret }) => {
    const adapter = createAcmeAdapter({ baseUrl, apiKey: secret });
    return { ...adapter, getStatus: (ref, context) => (void Promise.reject(new Error('stray')), adapter.getStatus(ref, context)) };
  },
  toRef: (jobId) => ({ jobId }),
  samples: ${JSON.stringify(acmeHarness.samples)},
  unrecognised: ${JSON.stringify(acmeHarness.unrecognised)},
};
`,
  );
  try {
    const { exitCode, stdout } = await runCommand(process.execPath, [
      '--conditions=source',
      path.join(import.meta.dirname, '../src/cli.ts'),
      file,
      '--json',
    ]);
    const broken = JSON.parse(stdout).audits.filter(({ status }: { status: string }) => status === 'fail');
    expect(exitCode).toBe(1);
    expect(broken[0].reason).toBe('a promise was rejected and nobody took it, which ends a process: stray');
  } finally {
    await rm(folder, { recursive: true });
  }
});
