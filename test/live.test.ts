import { createSandbox, type Sandbox } from '@migration-status/sandbox';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { runCommand } from './support/run-command.ts';

describe('asking a provider itself', { timeout: 60_000 }, () => {
  let sandbox: Sandbox;
  let environment: Record<string, string>;

  beforeAll(async () => {
    sandbox = await createSandbox();
    const { baseUrl, credentials } = sandbox.velt;
    const ref = sandbox.velt.addMigration({
      timeline: [{ status: 'in_progress', forMs: 3_600_000 }, { status: 'completed' }],
    });
    environment = {
      MIGRATION_STATUS_LIVE: 'velt',
      VELT_API_KEY: credentials.apiKey,
      VELT_AUTH_TOKEN: credentials.authToken,
      VELT_BASE_URL: baseUrl,
      VELT_REF: JSON.stringify(ref),
    };
  });

  afterAll(async () => {
    await sandbox.close();
  });

  const ask = (changes: Record<string, string>) =>
    runCommand(process.execPath, ['--conditions=source', 'scripts/test-live/main.ts'], {
      env: { ...environment, ...changes },
    });

  test('says of each promise whether it is kept', async () => {
    const { exitCode, stdout } = await ask({});
    expect(stdout).toContain('V-01');
    expect(exitCode).toBe(0);
  });

  test('is a failure where the credentials are wrong, and shows none', async () => {
    const { exitCode, stdout, stderr } = await ask({ VELT_AUTH_TOKEN: 'canary-b0b0' });
    expect(exitCode).toBe(1);
    expect(stdout).toContain('V-01');
    expect(stdout + stderr).not.toContain('canary-b0b0');
  });

  test('is a failure that names what is not set, and no skip', async () => {
    const { exitCode, stderr } = await ask({ VELT_AUTH_TOKEN: '', VELT_REF: '' });
    expect([exitCode, stderr.trim()]).toEqual([2, 'Not set: VELT_AUTH_TOKEN, VELT_REF']);
  });

  test.each(['', 'nobody', 'velt,nobody'])(
    'says which providers there are when it is asked for %j',
    async (names) => {
      const { exitCode, stderr } = await ask({ MIGRATION_STATUS_LIVE: names });
      expect(exitCode).toBe(2);
      expect(stderr).toContain('velt, onlyoffice, snaplogic, generic-migrations');
    },
  );
});
