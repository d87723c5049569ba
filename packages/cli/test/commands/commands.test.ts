import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { createFileStore } from '@migration-status/core/file-store';
import { createSandbox, type Sandbox } from '@migration-status/sandbox';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { runProgram } from '../../src/program.ts';
import { createTextStream, runInProcess } from '../support/run-in-process.ts';

let sandbox: Sandbox;
let folder = '';
let environment: Record<string, string> = {};

beforeAll(async () => {
  sandbox = await createSandbox();
  folder = await mkdtemp(path.join(tmpdir(), 'migration-status-commands-'));
  const portal = await sandbox.onlyoffice.addPortal({ parse: { queuedForMs: 0, runningForMs: 0 } });
  portal.begin('parse');
  const quick = { floorMs: 50, ceilingMs: 100, notFoundGraceMs: 100 };
  const config = {
    accounts: {
      velt: { adapter: 'velt', options: { baseUrl: sandbox.velt.baseUrl } },
      portal: { adapter: 'onlyoffice', options: { portalUrl: portal.portalUrl } },
      snaplogic: {
        adapter: 'snaplogic',
        options: { controlPlane: sandbox.snaplogic.controlPlane, orgName: sandbox.snaplogic.orgName },
      },
      'generic-migrations': {
        adapter: 'generic-migrations',
        options: { baseUrl: sandbox.genericMigrations.baseUrl },
      },
    },
    policy: quick,
  };
  await writeFile(path.join(folder, 'migration-status.config.json'), JSON.stringify(config));
  environment = {
    VELT_API_KEY: sandbox.velt.credentials.apiKey,
    VELT_AUTH_TOKEN: sandbox.velt.credentials.authToken,
    ONLYOFFICE_API_KEY: portal.credentials.apiKey,
    SNAPLOGIC_JWT: sandbox.snaplogic.credentials.jwt,
    MIGRATIONS_API_KEY: sandbox.genericMigrations.credentials.apiKey,
  };
});

afterAll(async () => {
  await sandbox.close();
  await rm(folder, { recursive: true });
});

const run = (words: readonly string[], options = {}) =>
  runInProcess(words, { folder, environment, ...options });

/** A migration at Velt that stays in a state; gives its address. */
function place(status: string): string {
  const { organizationId, migrationId } = sandbox.velt.addMigration({ timeline: [{ status }] });
  return `velt/${organizationId}/${migrationId}`;
}

/** A migration that goes over to another state. */
function placeMoving(first: string, forMs: number, last: string): string {
  const timeline = [{ status: first, forMs }, { status: last }];
  const { organizationId, migrationId } = sandbox.velt.addMigration({ timeline });
  return `velt/${organizationId}/${migrationId}`;
}

describe('get', () => {
  it.each([
    ['completed', 0, 0],
    ['in_progress', 0, 8],
    ['failed', 1, 1],
  ])(
    'shows a migration that is %s, and ends with %i, or %i with --exit-status',
    async (status, plain, strict) => {
      const address = place(status);
      const { exitCode, stdout } = await run(['get', address]);
      expect(exitCode).toBe(plain);
      expect(stdout).toMatch(/^ {3}PROVIDER +MIGRATION +STATE/);
      expect((await run(['get', address, '--exit-status'])).exitCode).toBe(strict);
    },
  );

  it('ends with 1 for a migration that nobody knows, and for a part unless a part will do', async () => {
    expect((await run(['get', 'velt/org/nowhere'])).exitCode).toBe(1);
    const { migrationId } = sandbox.genericMigrations.addMigration({
      timeline: [{ status: 'COMPLETED_WITH_FAILURES' }],
    });
    const address = `generic-migrations/${migrationId}`;
    expect((await run(['get', address])).exitCode).toBe(1);
    expect((await run(['get', address, '--allow-partial'])).exitCode).toBe(0);
  });

  it('ends with 3 where the credentials are refused, and shows none of them', async () => {
    const wrong = { environment: { ...environment, VELT_API_KEY: 'very-secret' } };
    const address = place('completed');
    const before = sandbox.velt.requests.length;
    const { exitCode, stdout, stderr } = await run(['get', address], wrong);
    expect(exitCode).toBe(3);
    expect(sandbox.velt.requests.length - before).toBe(1);
    expect(stdout).toMatch(/not read yet +unauthorized/);
    expect(stdout + stderr).not.toContain('very-secret');
  });

  it('ends with 3 after an outage that lasts, and sits out a short one', async () => {
    const address = place('completed');
    const callOff = sandbox.velt.injectFault({ type: 'server_error', status: 503 }, { times: 1_000 });
    const out = await run(['get', address, '--timeout', '300ms']);
    callOff();
    expect(out.exitCode).toBe(3);
    expect(out.stdout).toContain('unreachable');
    expect(out.stdout).not.toContain('failed');
    sandbox.velt.injectFault({ type: 'server_error', status: 503 }, { times: 1 });
    expect((await run(['get', address])).exitCode).toBe(0);
  });

  it('reads names of a configuration, a ref as JSON, and several at once', async () => {
    const [velt, other] = [place('completed'), place('completed')];
    const { exitCode, stdout } = await run(['get', velt, other, '--output', 'json']);
    expect(exitCode).toBe(0);
    expect(JSON.parse(stdout).rows.map(({ key }: { key: string }) => key)).toEqual([velt, other]);
    const [, organizationId, migrationId] = velt.split('/');
    const ref = JSON.stringify({ organizationId, migrationId });
    expect((await run(['get', 'velt', '--ref', ref])).exitCode).toBe(0);
  });

  it('says with 2 what is wrong with the command line', async () => {
    expect(await run(['get', 'nobody/1'])).toMatchObject({ exitCode: 2, stdout: '' });
    expect((await run(['get', '--timeout', 'soon', 'velt/a/b'])).stderr).toMatch(
      /--timeout must be a duration/,
    );
    expect((await run(['get', '--output', 'pretty', 'velt/a/b'])).exitCode).toBe(2);
    expect((await run(['get', '--config', 'gone.json', 'velt/a/b'])).exitCode).toBe(2);
    expect((await run(['watsh'])).stderr).toMatch(/^migration-status: unknown command 'watsh'/);
    expect((await run([])).exitCode).toBe(2);
    expect((await run(['--help'])).exitCode).toBe(0);
    expect((await run(['--version'])).stdout).toMatch(/^\d+\.\d+\.\d+\n$/);
  });
});

describe('watch and wait', () => {
  it('follow a migration to its end', async () => {
    const { exitCode, stdout } = await run(['watch', placeMoving('in_progress', 1_500, 'failed')]);
    expect(exitCode).toBe(1);
    expect(stdout).toMatch(/running → failed: /);
  });

  it('end when it is where it was to come', async () => {
    const watched = await run(['watch', placeMoving('pending', 300, 'in_progress'), '--for', 'running']);
    expect(watched.exitCode).toBe(0);
    expect((await run(['wait', place('completed'), '--for', 'running'])).exitCode).toBe(0);
    expect((await run(['wait', place('failed'), '--for', 'failed'])).exitCode).toBe(0);
    expect((await run(['wait', 'velt/a/b', '--for', 'done'])).stderr).toMatch(
      /--for <state>' argument 'done' is invalid. Allowed choices are pending, /,
    );
  });

  it('wait in silence, unless they are told otherwise', async () => {
    const address = placeMoving('in_progress', 200, 'completed');
    expect(await run(['wait', address])).toEqual({ exitCode: 0, stdout: '', stderr: '' });
    const variable = { environment: { ...environment, MIGRATION_STATUS_OUTPUT: 'plain' } };
    expect((await run(['wait', address], variable)).stdout).toMatch(/succeeded/);
  });

  it('end with 124 when the time is up', async () => {
    const { exitCode, stdout } = await run(['watch', place('in_progress'), '--timeout', '1500ms']);
    expect(exitCode).toBe(124);
    expect(stdout).toMatch(/0 of 1 done, 1 running\n$/);
  });

  it('end with 3 where the provider refuses to tell', async () => {
    const wrong = { environment: { ...environment, VELT_API_KEY: 'other' } };
    expect((await run(['wait', place('completed')], wrong)).exitCode).toBe(3);
  });

  it('end with 8 where a person has to act, of the two only the wait', async () => {
    expect((await run(['wait', 'portal/import'])).exitCode).toBe(8);
    expect((await run(['wait', 'portal/import', '--for', 'awaiting_input'])).exitCode).toBe(0);
    expect((await run(['watch', 'portal/import', '--timeout', '300ms'])).exitCode).toBe(124);
  });

  it('say that they are interrupted, and that the migration goes on', async () => {
    const interruption = new AbortController();
    setTimeout(() => interruption.abort({ signal: 'SIGTERM' }), 100);
    const { exitCode, stdout, stderr } = await run(['watch', place('in_progress')], {
      interruption: interruption.signal,
    });
    expect(exitCode).toBe(143);
    expect(stderr).toBe('Interrupted: nobody looks any more. The migrations themselves go on.\n');
    expect(stdout).toMatch(/0 of 1 done, .*\n$/);
  });
});

describe('list', () => {
  it('shows what there is, up to a number', async () => {
    sandbox.snaplogic.addMigration({ timeline: [{ status: 'Started' }] });
    sandbox.snaplogic.addMigration({ timeline: [{ status: 'Started' }] });
    const words = ['list', 'snaplogic', '--filter', '{"status":"Started"}', '--output', 'plain'];
    expect((await run(words)).stdout).toMatch(/pending.*\n.*pending.*\n.*0 of 2 done, 2 pending\n$/);
    expect((await run([...words, '--limit', '1'])).stdout).toMatch(/0 of 1 done/);
    const { exitCode, stderr } = await run(['list', 'snaplogic']);
    expect(exitCode).toBe(2);
    expect(stderr).toMatch(/^migration-status: snaplogic list: .*; --filter gives it as JSON\n$/);
  });

  it('says where it cannot, and what a filter must be', async () => {
    expect(await run(['list', 'velt'])).toMatchObject({
      exitCode: 2,
      stderr: 'migration-status: velt has no list\n',
    });
    expect((await run(['list', 'snaplogic'])).stderr).toMatch(/snaplogic list: /);
    expect((await run(['list', 'snaplogic', '--filter', '{'])).stderr).toMatch(/--filter must be JSON/);
  });
});

describe('start and cancel', () => {
  const input = '{"organizationId":"org_1","documentId":"draft","newDocumentId":"final"}';

  it('start a migration, and tell its key and how to follow it', async () => {
    const { exitCode, stdout, stderr } = await run(['start', 'velt', '--input', input]);
    expect(exitCode).toBe(0);
    expect(stdout).toMatch(/^velt\/org_1\/\S+\n$/);
    expect(stderr).toBe(`To follow it: migration-status watch ${stdout}`);
    expect((await run(['get', stdout.trim()])).exitCode).toBe(0);
    const piped = await run(['start', 'velt', '--input', '-', '--json'], { input });
    expect(JSON.parse(piped.stdout)).toMatchObject({ ref: { organizationId: 'org_1' } });
  });

  it('tell the whole ref where the key does not hold all of it', async () => {
    const { stderr } = await run(['start', 'portal', '--input', '{"migratorName":"Nextcloud"}']);
    expect(stderr).toMatch(/watch portal --ref '\{"awaiting":"import","parseRequestedAt":"[^"]+"\}'\n$/);
  });

  it('ask to cancel, where that can be', async () => {
    expect(await run(['cancel', 'portal/import'])).toMatchObject({
      exitCode: 0,
      stderr: expect.stringMatching(/^onlyoffice\/\S+\/import: the provider has been asked to cancel it\n$/),
    });
    expect((await run(['cancel', 'velt/a/b'])).stderr).toBe(
      'migration-status: velt cannot cancel migrations\n',
    );
    expect((await run(['start', 'snaplogic', '--input', '{}'])).stderr).toMatch(/snaplogic cannot start/);
  });

  it('say what is wrong with an input, and do not repeat it', async () => {
    const { exitCode, stderr } = await run(['start', 'velt', '--input', '{"organizationId":"secret"}']);
    expect(exitCode).toBe(2);
    expect(stderr).toMatch(/velt start: "documentId" must be/);
    expect(stderr).not.toContain('secret');
  });
});

describe('check', () => {
  it('says that each provider answers', async () => {
    const { exitCode, stdout, stderr } = await run(['check', '--json']);
    expect(exitCode).toBe(0);
    expect(stderr).toBe(`${path.join(folder, 'migration-status.config.json')}: 0 migrations\n`);
    const findings: { account: string; what: string; verdict: string }[] = JSON.parse(stdout);
    expect(findings.map(({ verdict }) => verdict)).toEqual(findings.map(() => 'ok'));
    expect(findings.map(({ account, what }) => `${account} ${what}`)).toEqual([
      'velt apiKey',
      'velt authToken',
      'velt velt',
      'portal auth.apiKey',
      'portal onlyoffice',
      'snaplogic auth.jwt',
      'snaplogic snaplogic',
      'generic-migrations apiKey',
      'generic-migrations generic-migrations',
    ]);
  });

  it('says what is missing, who refuses and who does not answer', async () => {
    const { VELT_AUTH_TOKEN: _token, ...rest } = environment;
    const wrong = { ...rest, MIGRATIONS_API_KEY: 'very-secret' };
    const callOff = sandbox.snaplogic.injectFault({ type: 'reset' }, { times: 100 });
    const { exitCode, stdout } = await run(['check'], { environment: wrong });
    callOff();
    expect(exitCode).toBe(2);
    expect(stdout).toMatch(/^missing +velt +authToken +the variable VELT_AUTH_TOKEN holds nothing$/m);
    expect(stdout).toMatch(/^refused +generic-migrations +generic-migrations +/m);
    expect(stdout).toMatch(/^unreachable +snaplogic +snaplogic +/m);
    expect(stdout).not.toContain('very-secret');
    expect(stdout).not.toContain(environment.VELT_API_KEY ?? '');
  });

  it('ends with 3 where only a provider is at fault', async () => {
    const wrong = { ...environment, MIGRATIONS_API_KEY: 'other' };
    expect((await run(['check'], { environment: wrong })).exitCode).toBe(3);
  });
});

describe('a store', () => {
  /** A configuration with a store of its own; gives the words that name it. */
  async function configure(name: string): Promise<readonly string[]> {
    const config = {
      accounts: { velt: { adapter: 'velt', options: { baseUrl: sandbox.velt.baseUrl } } },
      store: { file: `${name}.jsonl` },
      policy: { floorMs: 50, ceilingMs: 100 },
    };
    await writeFile(path.join(folder, `${name}.json`), JSON.stringify(config));
    return ['--config', `${name}.json`];
  }

  const input = '{"organizationId":"org_1","documentId":"draft","newDocumentId":"final"}';

  it('lets a run go on with what was started and followed before, until it has ended', async () => {
    const words = await configure('going-on');
    expect((await run(['watch', ...words])).stderr).toMatch(/nothing to look at/);
    sandbox.velt.nextTimeline([{ status: 'in_progress', forMs: 3_000 }, { status: 'completed' }]);
    const { stdout } = await run(['start', 'velt', '--input', input, ...words]);
    const first = await run(['watch', '--timeout', '200ms', ...words]);
    expect(first).toMatchObject({ exitCode: 124, stderr: '' });
    const second = await run(['watch', '--output', 'json', ...words]);
    expect(second.exitCode).toBe(0);
    expect(JSON.parse(second.stdout).rows).toMatchObject([
      { key: stdout.trim(), status: { state: 'succeeded' } },
    ]);
    expect((await run(['watch', ...words])).stderr).toMatch(/nothing to look at/);
  });

  it('knows how a migration ended without asking again', async () => {
    const words = await configure('ended');
    const address = place('completed');
    await run(['wait', address, ...words]);
    const before = sandbox.velt.requests.length;
    expect((await run(['wait', address, ...words])).exitCode).toBe(0);
    expect(sandbox.velt.requests.length).toBe(before);
  });

  it('does not hold against anybody that credentials were wrong once', async () => {
    const words = await configure('mended');
    const address = place('completed');
    const wrong = { environment: { ...environment, VELT_API_KEY: 'other' } };
    expect((await run(['wait', address, ...words], wrong)).exitCode).toBe(3);
    expect((await run(['wait', address, ...words])).exitCode).toBe(0);
  });

  it('is in the hands of one process at a time; a start goes through all the same', async () => {
    const words = await configure('in-use');
    const watching = run(['watch', place('in_progress'), '--timeout', '3s', ...words]);
    while ((await readdir(folder)).every((name) => !name.startsWith('in-use.jsonl'))) await sleep(10);
    expect(await run(['watch', ...words])).toMatchObject({ exitCode: 2, stdout: '' });
    const started = await run(['start', 'velt', '--input', input, ...words]);
    expect(started.exitCode).toBe(0);
    expect(started.stderr).toMatch(/It is not in the store: /);
    expect((await watching).exitCode).toBe(124);
  });

  it('says of what it holds for whom there is no account', async () => {
    const words = await configure('orphan');
    const store = createFileStore({ path: path.join(folder, 'orphan.jsonl') });
    const row = { provider: 'acme', key: 'acme/1', lane: 'https://acme.example', ref: {}, trackedAt: 1 };
    await store.append({ type: 'row', at: new Date().toISOString(), row });
    await store.close();
    expect(await run(['watch', ...words])).toMatchObject({
      exitCode: 2,
      stderr: 'migration-status: the store holds acme/1, and no account is configured for it\n',
    });
  });
});

describe('the sandbox', () => {
  it('prints a configuration with which another process follows its migrations', async () => {
    const interruption = new AbortController();
    const [stdout, stderr] = [createTextStream(), createTextStream()];
    const isReady = Promise.withResolvers<void>();
    const running = runProgram(['sandbox', '--speed', '20'], {
      stdout,
      stderr: {
        ...stderr,
        write(text) {
          stderr.write(text);
          if (text.startsWith('migration-status watch')) isReady.resolve();
        },
      },
      environment: {},
      folder,
      interruption: interruption.signal,
      atExit: () => () => {},
      atSuspension: () => () => {},
      readInput: async () => '',
    });
    await isReady.promise;
    await writeFile(path.join(folder, 'sandbox.json'), stdout.text());
    const exports = stderr.text().matchAll(/^export (\w+)='([^']*)'$/gm);
    const variables = Object.fromEntries(Array.from(exports, ([, name = '', value = '']) => [name, value]));
    const options = { environment: variables };
    expect(Object.keys(variables)).toHaveLength(7);
    const got = await run(['get', '--config', 'sandbox.json', '--output', 'json'], options);
    expect(JSON.parse(got.stdout)).toMatchObject({ total: 14, unread: 0 });
    interruption.abort({ signal: 'SIGINT' });
    expect(await running).toBe(130);
  });
});

describe('states and completion', () => {
  it('show the words of one provider, or of all', async () => {
    expect((await run(['states', 'velt'])).stdout).toBe(
      [
        '   PROVIDER  NATIVE       STATE',
        '○  velt      pending      pending',
        '●  velt      in_progress  running',
        '✔  velt      completed    succeeded  ends it',
        '✖  velt      failed       failed     ends it',
        '',
      ].join('\n'),
    );
    const all = JSON.parse((await run(['states', '--json'])).stdout);
    expect(Object.keys(all)).toEqual(['velt', 'onlyoffice', 'snaplogic', 'generic-migrations']);
    expect((await run(['states', 'portal', '--json'])).stdout).toContain('parse:queued');
    expect((await run(['states', 'nobody'])).exitCode).toBe(2);
  });

  it('know the shells that there are scripts for', async () => {
    expect((await run(['completion', 'bash'])).stdout).toContain('complete -F _migration_status');
    expect((await run(['completion', 'zsh'])).stdout).toMatch(/^#compdef migration-status\n/);
    expect((await run(['completion', 'fish'])).exitCode).toBe(2);
  });
});
