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

describe('workers as processes, one killed and one stopped for a while', () => {
  it('lose nothing, record nothing twice, and never read one key twice at once', {
    timeout: 90_000,
  }, async () => {
    const limits = { requestsPerSecond: 100, burst: 10 };
    const report = await torture({
      server,
      schema: 'torture',
      seed: 11,
      migrations: 150,
      workers: 2,
      lanes: 4,
      blows: ['kill', 'pause'],
      endsByMs: 14_000,
      ...limits,
      log: () => {},
    });
    expect(report.wrongEnds).toEqual([]);
    expect(report.brokenHistories).toEqual([]);
    expect(report.doubleReads).toEqual([]);
    expect(report.busiestSecond).toBeLessThanOrEqual(limits.requestsPerSecond + limits.burst);
    expect(report.transitions).toBeGreaterThanOrEqual(150);
    expect(report.takeOversMs).toHaveLength(2);
    expect(report.drainsMs).toHaveLength(2);
  });
});

describe('a process that writes into a folder and is killed', () => {
  it('loses nothing that it has told of', { timeout: 90_000 }, async () => {
    const folder = await mkdtemp(path.join(tmpdir(), 'torture-folder-'));
    const report = await tortureFolder({
      dataDir: path.join(folder, 'data'),
      seed: 5,
      rounds: 2,
      log: () => {},
    });
    await rm(folder, { recursive: true, force: true });
    expect(report.lost).toEqual([]);
    expect(report.migrations).toBeGreaterThan(0);
    expect(report.transitions).toBeGreaterThan(0);
  });
});
