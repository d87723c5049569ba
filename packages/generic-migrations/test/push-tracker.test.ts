import { createTracker, type Tracker } from '@migration-status/core';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createManualClock, type ManualClock, startOfWallTime } from '../../../test/support/manual-clock.ts';
import {
  createGenericMigrationsAdapter,
  type GenericMigrationsAdapter,
} from '../src/generic-migrations-adapter.ts';
import { createPushParser } from '../src/push.ts';
import { signMessage, testSecret } from './signed-message.ts';

const second = 1_000;
const minute = 60 * second;
const migrationId = '9f5b41bd-7c5e-42d9-b332-b31686e94424';
const ref = { migrationId };

let clock: ManualClock;
let tracker: Tracker;
let adapter: GenericMigrationsAdapter;
/** Answers the reads that are out, oldest first. */
let open: ((status: string) => void)[];
let messages = 0;

beforeEach(() => {
  clock = createManualClock();
  open = [];
  adapter = createGenericMigrationsAdapter({
    apiKey: 'anon_key',
    parsePush: createPushParser({ secret: testSecret }),
    fetch: () =>
      new Promise((resolve) => {
        open.push((status) => resolve(Response.json({ id: migrationId, status })));
      }),
  });
  tracker = createTracker({ adapters: [adapter], clock, random: () => 0 });
});

afterEach(() => tracker.close());

/** Follows the migration until its first read says that it is running. */
async function follow() {
  const handle = tracker.track(adapter, ref);
  await clock.advance(0);
  open[0]?.('WORKING');
  await expect.poll(() => handle.row.status?.state, { interval: 1 }).toBe('running');
  return handle;
}

/** Sends what the provider would at this moment, about something that happened so long ago. */
async function push(type: string, status: string, agoMs = 0): Promise<boolean> {
  messages += 1;
  const created = new Date(clock.wallTime() - agoMs).toISOString().replace('Z', '000');
  const body = JSON.stringify({
    id: `evt_${messages}`,
    object: 'event',
    created,
    type,
    data: { migration_id: 'mig_1', object: { object: 'migration', id: migrationId, status } },
  });
  const message = signMessage({ body, messageId: `msg_${messages}`, signedAt: clock.wallTime() });
  const pushed = await adapter.parsePush?.(message, { wallTime: clock.wallTime() });
  return pushed !== undefined && tracker.push(pushed);
}

describe('what the webhook says', () => {
  it('settles a running migration at once, and nothing is read any more', async () => {
    const handle = await follow();
    const settled = handle.settled();
    await clock.advance(500);
    expect(await push('migration.completed', 'COMPLETE')).toBe(true);
    expect(await settled).toMatchObject({
      state: 'succeeded',
      observedAt: new Date(startOfWallTime + 500).toISOString(),
    });
    await clock.advance(60 * minute);
    expect(handle.row).toMatchObject({ stopped: 'settled', reads: 1 });
    expect({ reads: open.length, timers: clock.pendingTimers }).toEqual({ reads: 1, timers: 0 });
  });

  it('puts the next read off while the migration goes on', async () => {
    await follow();
    await clock.advance(500);
    await push('migration.started', 'WORKING');
    await clock.advance(10 * minute);
    expect(open).toHaveLength(1);
  });

  it('changes nothing when it happened before the last read', async () => {
    const handle = await follow();
    await clock.advance(500);
    const { row } = handle;
    expect(await push('migration.created', 'NOT_STARTED', 2 * second)).toBe(true);
    expect(handle.row).toEqual(row);
  });

  it('counts while a read is out, whose answer comes too late', async () => {
    const handle = await follow();
    await clock.advance(minute);
    expect(open).toHaveLength(2);
    await push('migration.completed', 'COMPLETED_WITH_FAILURES');
    open[1]?.('WORKING');
    await clock.advance(60 * minute);
    expect(handle.row).toMatchObject({
      status: { state: 'partially_succeeded' },
      stopped: 'settled',
      reads: 1,
    });
    expect(open).toHaveLength(2);
  });

  it('is no news of a migration that has ended', async () => {
    const handle = await follow();
    await clock.advance(500);
    await push('migration.failed', 'FAILED');
    const { row } = handle;
    const anomalies: string[] = [];
    tracker.on('anomaly', ({ kind }) => anomalies.push(kind));
    await push('migration.started', 'WORKING');
    expect(handle.row).toEqual(row);
    expect(anomalies).toEqual(['contrary_read']);
  });

  it('is nothing to a tracker that does not follow the migration', async () => {
    expect(await push('migration.completed', 'COMPLETE')).toBe(false);
    expect(tracker.size).toBe(0);
  });
});
