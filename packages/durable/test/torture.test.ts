import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type PostgresServer, startPostgres } from './postgres-server.ts';
import { torture } from './torture/torture.ts';
import { tortureFolder } from './torture/torture-folder.ts';

let server: PostgresServer;

beforeAll(async () => {
  server = await startPostgres();
}, 60_000);

afterAll(() => server?.stop());

describe.concurrent('workers as processes, of which one is killed, one stopped, and all are cut off', () => {
  it('lose nothing, record nothing twice, and never read one key twice at once', {
    timeout: 120_000,
  }, async () => {
    const limits = { requestsPerSecond: 100, burst: 10 };
    const migrations = 200;
    const report = await torture({
      server,
      schema: 'torture',
      seed: 11,
      migrations,
      workers: 2,
      blows: ['kill', 'pause', 'cut'],
      endsByMs: 20_000,
      ...limits,
      splitAbove: 10,
      log: () => {},
    });
    expect(report.wrongEnds).toEqual([]);
    expect(report.brokenHistories).toEqual([]);
    expect(report.wrongEffects).toBe(0);
    expect(report.wrongNews).toEqual([]);
    expect(report.doubleReads).toEqual([]);
    expect(report.refusals).toBe(0);
    expect(report.busiestSecond).toBeLessThanOrEqual(limits.requestsPerSecond + limits.burst);
    expect(report.transitions).toBeGreaterThanOrEqual(migrations);
    // Eight lanes, of which some were cut in two.
    expect(report.shards).toBeGreaterThan(8);
    expect(report.takeOversMs).toHaveLength(2);
    expect(report.recoveriesMs).toHaveLength(1);
    expect(report.drainsMs).toHaveLength(2);
  });
});

describe.concurrent('a process that writes into a folder and is killed', () => {
  it('loses nothing that it has told of, and lets nobody in before', { timeout: 90_000 }, async () => {
    const folder = await mkdtemp(path.join(tmpdir(), 'torture-folder-'));
    const report = await tortureFolder({
      dataDir: path.join(folder, 'data'),
      seed: 5,
      rounds: 2,
      log: () => {},
    });
    await rm(folder, { recursive: true, force: true });
    expect(report.lost).toEqual([]);
    expect(report.wrongOpenings).toEqual([]);
    expect(report.refusals).toBeGreaterThanOrEqual(2);
    expect(report.migrations).toBeGreaterThan(0);
    expect(report.transitions).toBeGreaterThan(0);
  });
});
