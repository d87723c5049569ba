import { writeFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { createStatusView } from '@migration-status/core';
import { createRemoteStatusView } from '@migration-status/react/remote';
import { createSandbox, type Sandbox } from '@migration-status/sandbox';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { createManualSource } from '../packages/core/test/view/row-source.ts';
import { schemaVersion } from '../packages/durable/src/schema/schema-steps.ts';
import { createFakeEventServer } from '../packages/react/test/fake-event-server.ts';
import { blocksFolder, examplesFolder, writeDocumentedCode, writeExamples } from './support/readme-blocks.ts';
import { mustRun } from './support/run-command.ts';
import { readText, workspaceRoot } from './support/workspace.ts';

const durableOptions = 'packages/durable/src/tracker/durable-options.ts';
const blocks = writeDocumentedCode();

describe('the code in the documentation', { timeout: 60_000 }, () => {
  it('is there', () => {
    expect(blocks.length).toBeGreaterThan(8);
  });

  it('type-checks, each block as a module of its own', async () => {
    expect(await typeCheck(blocksFolder)).toBe('');
  });
});

describe('the examples in the docstrings of core', { timeout: 60_000 }, () => {
  const names = writeExamples();

  it('are there', () => {
    expect(names.length).toBeGreaterThan(20);
  });

  it('type-check with what is exported alone', async () => {
    expect(await typeCheck(examplesFolder, { verbatimModuleSyntax: false, noUnusedLocals: false })).toBe('');
  });
});

/** What the compiler says about the modules in a folder. */
function typeCheck(folder: string, more: Readonly<Record<string, boolean>> = {}): Promise<string> {
  const project = path.join(folder, 'tsconfig.json');
  const compilerOptions = {
    composite: false,
    declaration: false,
    declarationMap: false,
    emitDeclarationOnly: false,
    noEmit: true,
    rootDir: workspaceRoot,
    types: ['node'],
    jsx: 'react-jsx',
    ...more,
  };
  const base = path.join(workspaceRoot, 'tsconfig.base.json');
  writeFileSync(project, JSON.stringify({ extends: base, compilerOptions, include: ['.'] }));
  return mustRun(path.join(workspaceRoot, 'node_modules/.bin/tsc'), ['-p', project]);
}

describe('the code in the documentation, run against the sandbox', { timeout: 60_000 }, () => {
  let sandbox: Sandbox;
  let folder: string;

  beforeAll(async () => {
    sandbox = await createSandbox();
    folder = await mkdtemp(path.join(tmpdir(), 'documented-code-'));
    vi.stubEnv('MIGRATIONS_FILE', path.join(folder, 'migrations.jsonl'));
    vi.stubEnv('MIGRATIONS_FOLDER', path.join(folder, 'migrations'));
    vi.stubGlobal('fetch', await routeToSandbox(sandbox));
  });

  afterAll(async () => {
    vi.unstubAllGlobals();
    vi.unstubAllEnvs();
    await sandbox.close();
    await rm(folder, { recursive: true });
  });

  // What is rendered is tried in the packages' own tests.
  it.each(blocks.filter(({ file }) => file.endsWith('.ts')))(
    '$title does what it says, to its end',
    async ({ title, file }) => {
      const log = vi.mocked(console.log).mockReturnValue();
      const info = vi.mocked(console.info).mockReturnValue();
      await import(file);
      info.mock.calls.splice(0);
      const said = log.mock.calls.splice(0).map((words) => words.join(' '));
      expect(said.join('\n')).toMatch(outcomes[title] ?? /^$/);
    },
  );

  it('goes on after a restart where it says so', async () => {
    const log = vi.mocked(console.log).mockReturnValue();
    const block = blocks.find(({ title }) => title === 'packages/core/README.md, block 3');
    await import(`${block?.file}?restarted`);
    expect(log.mock.calls.splice(0)).toEqual([['goes on with 1'], ['succeeded']]);
  });
});

it('shows the version that the schema of a database has', () => {
  expect(readText('docs/command-line.md')).toContain(`version ${schemaVersion}, as it should be`);
});

describe('the options of the durable tracker', () => {
  const [, declared = ''] = /interface DurableOptions(.*?)^}/ms.exec(readText(durableOptions)) ?? [];
  const [, table = ''] = /^## Options\n(.*?)^## /ms.exec(readText('packages/durable/README.md')) ?? [];
  const names = [...declared.matchAll(/^ {2}readonly (\w+)\?*:/gm)].map(([, name = '']) => name);

  it('are there', () => {
    expect(names.length).toBeGreaterThan(10);
  });

  it.each(names)('%s stands in the table of its README', (name) => {
    expect(table).toMatch(new RegExp(`^\\| [^|]*\`${name}\\b`, 'm'));
  });
});

describe('the recipes for other frameworks', () => {
  const fileOf = (wanted: string) => blocks.find(({ title }) => title === wanted)?.file ?? '';
  const { fetch, last } = createFakeEventServer();
  const source = createManualSource();
  const server = createStatusView(source);

  beforeAll(() => {
    source.track('acme/a', { state: 'running' });
    vi.stubGlobal('fetch', fetch);
    vi.stubGlobal('location', { href: 'http://localhost/' });
  });

  afterAll(() => vi.unstubAllGlobals());

  it('follow a view in Vue until the scope ends', async () => {
    const { useMigrations } = await import(fileOf('docs/react.md, block 4'));
    const { effectScope } = await import('vue');
    const view = createRemoteStatusView('/events', { lingerMs: 0 });
    const scope = effectScope();
    const { snapshot, connection } = scope.run(() => useMigrations(view));
    expect([snapshot.value.total, connection.value]).toEqual([0, 'connecting']);
    await last().snapshot(server.getSnapshot());
    await vi.waitFor(() => expect([snapshot.value.total, connection.value]).toEqual([1, 'live']));
    scope.stop();
    await vi.waitFor(() => expect(last().isClosed).toBe(true));
  });

  it('follow a view in Svelte while somebody subscribes', async () => {
    const { snapshot, connection } = await import(fileOf('docs/react.md, block 5'));
    const seen: unknown[] = [];
    const stops = [
      snapshot.subscribe(({ total }: { total: number }) => seen.push(total)),
      connection.subscribe((word: string) => seen.push(word)),
    ];
    await last().snapshot(server.getSnapshot());
    await vi.waitFor(() => expect(seen).toEqual([0, 'connecting', 1, 'live']));
    for (const stop of stops) stop();
  });

  it('follow a view without any', async () => {
    const { showIn } = await import(fileOf('docs/react.md, block 6'));
    const element = { textContent: '' };
    const stop = showIn(element);
    await last().snapshot(server.getSnapshot());
    await vi.waitFor(() => expect(element.textContent).toBe('0 of 1 done, 1 running (live)'));
    await last().break();
    await vi.waitFor(() => expect(element.textContent).toMatch(/ \(lost, as of 20\d\d-.+Z\)$/));
    stop();
  });
});

/** What the blocks that print something must have printed in the end; the others print nothing. */
const outcomes: Readonly<Record<string, RegExp>> = {
  'README.md, block 1': /^completed\ndone$/,
  'README.md, block 2': /\[object Object\]$/,
  'README.md, block 3': /^succeeded$/,
  'docs/durable.md, block 1': /^200$/,
  'packages/core/README.md, block 1': /velt\/org_1\/mig_7 succeeded\n(?:.*\n)*true$/,
  'packages/core/README.md, block 2': /^0 of 1 done, .*\n(?:.*\n)*true/,
  'packages/core/README.md, block 3': /^goes on with 0\nsucceeded$/,
  'packages/dashboard/README.md, block 1': /^200 application\/json; charset=utf-8$/,
  'packages/generic-migrations/README.md, block 1': /^partially_succeeded /,
  'packages/generic-migrations/README.md, block 2': /^generic-migrations\/9f5b41bd\S+ partially_succeeded 20/,
  'packages/generic-migrations/README.md, block 3': /^400$/,
  'packages/generic-migrations/README.md, block 4': /^acme\/p1\/42 5$/,
  'packages/onlyoffice/README.md, block 1': /^succeeded /,
  'packages/durable/README.md, block 1': /serves this process alone; .*\nsucceeded\n1 succeeded$/,
  'packages/sandbox/README.md, block 1': /^\[object Object\]$/,
  'packages/sandbox/README.md, block 5': /^whsec_$/,
  'packages/snaplogic/README.md, block 1': /^failed /,
  'packages/snaplogic/README.md, block 2': /^snaplogic\/\S+ cannot be followed 20/,
  'packages/velt/README.md, block 1': /^succeeded /,
};

/** Puts what the documentation speaks of into the sandbox, and gives a `fetch` that takes the vendors' addresses there. */
async function routeToSandbox(sandbox: Sandbox): Promise<typeof fetch> {
  const brief = { queuedForMs: 0, runningForMs: 500 };
  const portal = await sandbox.onlyoffice.addPortal({ parse: brief, import: brief });
  portal.begin('parse');
  sandbox.velt.nextTimeline([{ status: 'completed' }]);
  sandbox.velt.nextTimeline([{ status: 'completed' }]);
  sandbox.velt.addMigration({
    organizationId: 'org_1',
    migrationId: 'mig_7',
    timeline: [{ status: 'completed' }],
  });
  sandbox.snaplogic.addMigration({
    statusToken: '17ed9720-05b2-4e22-9955-04c4534451ae',
    timeline: [{ status: 'Failed' }],
  });
  sandbox.genericMigrations.addMigration({
    migrationId: '9f5b41bd-7c5e-42d9-b332-b31686e94424',
    timeline: [{ status: 'COMPLETED_WITH_FAILURES' }],
  });
  vi.stubEnv('VELT_API_KEY', sandbox.velt.credentials.apiKey);
  vi.stubEnv('VELT_AUTH_TOKEN', sandbox.velt.credentials.authToken);
  vi.stubEnv('ONLYOFFICE_API_KEY', portal.credentials.apiKey);
  vi.stubEnv('SNAPLOGIC_EMAIL', sandbox.snaplogic.credentials.email);
  vi.stubEnv('SNAPLOGIC_PASSWORD', sandbox.snaplogic.credentials.password);
  vi.stubEnv('SNAPLOGIC_JWT', sandbox.snaplogic.credentials.jwt);
  vi.stubEnv('MIGRATIONS_API_KEY', sandbox.genericMigrations.credentials.apiKey);
  vi.stubEnv('MIGRATIONS_WEBHOOK_SECRET', sandbox.genericMigrations.webhooks.secret);
  vi.stubEnv('ACME_TOKEN', 'acme_token');
  vi.stubEnv('ZENDESK_API_TOKEN', 'zendesk_token');

  const origins: Readonly<Record<string, string>> = {
    'https://api.velt.dev': sandbox.velt.baseUrl,
    'https://portal.example.com': portal.portalUrl,
    'https://elastic.snaplogic.com': sandbox.snaplogic.controlPlane,
    'https://worker.anon.com': new URL(sandbox.genericMigrations.baseUrl).origin,
  };
  const { fetch } = globalThis;
  return async (input, init) => {
    const request = new Request(input, init);
    const { origin, pathname, search } = new URL(request.url);
    const path = pathname.replace(/my-(?:org|environment)/, sandbox.snaplogic.orgName);
    return fetch(new Request(`${origins[origin] ?? origin}${path}${search}`, request));
  };
}
