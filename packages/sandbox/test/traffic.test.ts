import { describe, expect, it, vi } from 'vitest';
import { createManualClock } from '../../../test/support/manual-clock.ts';
import type { Sandbox } from '../src/index.ts';
import { createSandbox } from '../src/index.ts';
import { ask } from './support/ask.ts';

function readFrom({ genericMigrations: { baseUrl, credentials } }: Sandbox, migrationId: string, init = {}) {
  const headers = { authorization: `Bearer ${credentials.apiKey}` };
  return ask(`${baseUrl}/migrations/${migrationId}`, { headers, ...init });
}

describe('the rate limit', () => {
  it('refuses what is too much for any window, and says how long to wait', async () => {
    const clock = createManualClock(Date.parse('2026-04-28T10:30:00Z'));
    const rateLimit = { requests: 2, perMs: 2_000 };
    await using sandbox = await createSandbox({ now: clock.now, rateLimit });
    const { migrationId } = sandbox.genericMigrations.addMigration();
    const read = async () => {
      const { status, headers } = await readFrom(sandbox, migrationId);
      return [status, headers.get('retry-after')];
    };
    expect(await read()).toEqual([200, null]);
    await clock.advance(1_500);
    expect([await read(), await read()]).toEqual([
      [200, null],
      [429, '1'],
    ]);
    await clock.advance(500);
    expect([await read(), await read()]).toEqual([
      [200, null],
      [429, '2'],
    ]);
    expect(sandbox.genericMigrations.requests.map(({ status }) => status)).toEqual([200, 200, 429, 200, 429]);
  });

  it('is that of one account, and of one portal', async () => {
    const clock = createManualClock(Date.parse('2026-04-28T10:30:00Z'));
    await using sandbox = await createSandbox({ now: clock.now, rateLimit: { requests: 1, perMs: 1_000 } });
    const portals = [await sandbox.onlyoffice.addPortal(), await sandbox.onlyoffice.addPortal()];
    const urls = [sandbox.velt.baseUrl, sandbox.snaplogic.baseUrl, ...portals.map((one) => one.portalUrl)];
    for (const url of urls) expect((await ask(url)).status).not.toBe(429);
    for (const url of urls) expect((await ask(url)).status).toBe(429);
  });
});

describe('what is asked twice at once', () => {
  it('is in the log, for as long as the first answer takes', async () => {
    await using sandbox = await createSandbox({ latencyMs: 50 });
    const [{ migrationId: one }, { migrationId: other }] = [
      sandbox.genericMigrations.addMigration(),
      sandbox.genericMigrations.addMigration(),
    ];
    await Promise.all([one, other, one].map((id) => readFrom(sandbox, id)));
    await readFrom(sandbox, one);
    const overlaps = sandbox.genericMigrations.requests.map((request) => request.overlaps);
    expect(overlaps.filter(Boolean)).toEqual([[one]]);
    expect(overlaps).toHaveLength(4);
  });

  it('is over when the asker has gone', async () => {
    await using sandbox = await createSandbox();
    const { migrationId } = sandbox.genericMigrations.addMigration();
    sandbox.genericMigrations.injectFault({ type: 'hang' });
    const leaving = new AbortController();
    const left = readFrom(sandbox, migrationId, { signal: leaving.signal }).catch(() => 'left');
    await vi.waitFor(() => expect(sandbox.genericMigrations.requests).toHaveLength(1));
    await readFrom(sandbox, migrationId);
    leaving.abort();
    await left;
    await vi.waitFor(async () => {
      await readFrom(sandbox, migrationId);
      expect(sandbox.genericMigrations.requests.at(-1)?.overlaps).toBeUndefined();
    });
    expect(sandbox.genericMigrations.requests[1]?.overlaps).toEqual([migrationId]);
  });
});

it('keeps as many requests in a log as it is told to', async () => {
  await using sandbox = await createSandbox({ logSize: 2 });
  for (const path of ['first', 'second', 'third']) await ask(`${sandbox.velt.baseUrl}/${path}`);
  expect(sandbox.velt.requests.map(({ path }) => path)).toEqual(['/second', '/third']);
});
