import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { createSandbox, type Sandbox } from '@migration-status/sandbox';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { blocksFolder, writeDocumentedCode } from './support/readme-blocks.ts';
import { mustRun } from './support/run-command.ts';
import { workspaceRoot } from './support/workspace.ts';

const blocks = writeDocumentedCode();

describe('the code in the documentation', { timeout: 60_000 }, () => {
  it('is there', () => {
    expect(blocks.length).toBeGreaterThan(8);
  });

  it('type-checks, each block as a module of its own', async () => {
    const project = path.join(blocksFolder, 'tsconfig.json');
    const compilerOptions = {
      composite: false,
      declaration: false,
      declarationMap: false,
      emitDeclarationOnly: false,
      noEmit: true,
      types: ['node'],
    };
    writeFileSync(
      project,
      JSON.stringify({ extends: path.join(workspaceRoot, 'tsconfig.base.json'), compilerOptions }),
    );
    expect(await mustRun(path.join(workspaceRoot, 'node_modules/.bin/tsc'), ['-p', project])).toBe('');
  });
});

describe('the code in the documentation, run against the sandbox', { timeout: 60_000 }, () => {
  let sandbox: Sandbox;

  beforeAll(async () => {
    sandbox = await createSandbox();
    vi.stubGlobal('fetch', await routeToSandbox(sandbox));
    vi.stubGlobal('console', { ...console, log: () => undefined });
  });

  afterAll(async () => {
    vi.unstubAllGlobals();
    vi.unstubAllEnvs();
    await sandbox.close();
  });

  it.concurrent.each(blocks)('$title does what it says, to its end', async ({ file }) => {
    await expect(import(file)).resolves.toBeDefined();
  });
});

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
