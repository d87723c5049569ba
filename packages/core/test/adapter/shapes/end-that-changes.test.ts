import { type AnomalyEvent, createTracker } from '@migration-status/core';
import { toMigrationStatus } from '@migration-status/core/adapter';
import { expect, test } from 'vitest';
import { createManualClock } from '../../../../../test/support/manual-clock.ts';
import { createRealReads } from '../../../../../test/support/real-reads.ts';
import { createEndAfterSettlingAdapter } from './end-after-settling.ts';
import { createEndSeenTwiceAdapter } from './end-seen-twice.ts';
import { createScriptedHttp } from './follow.ts';

const minute = 60_000;

test('an end that has to stand for ten minutes is looked at again after ten minutes, and no sooner', async () => {
  const clock = createManualClock();
  const { watch, nextTurn } = createRealReads();
  const { http } = createScriptedHttp([{ json: { status: 'DONE' } }]);
  const adapter = watch(createEndAfterSettlingAdapter(http, { settlingMs: 10 * minute }));
  await using tracker = createTracker({ adapters: [adapter], clock, random: () => 0 });
  tracker.track(adapter, { jobId: 'a' });
  await nextTurn(clock);
  expect(tracker.get('settling/a')).toMatchObject({ reads: 1, status: { state: 'running' } });
  await clock.advance(10 * minute - 1);
  expect(tracker.get('settling/a')).toMatchObject({ reads: 1, status: { state: 'running' } });
  await nextTurn(clock);
  expect(tracker.get('settling/a')).toMatchObject({ reads: 2, status: { state: 'succeeded' } });
});

test('an end that was believed stays, and what is said against it later is an anomaly', async () => {
  const clock = createManualClock();
  const { watch, nextTurn } = createRealReads();
  const { http, requests } = createScriptedHttp([{ json: { status: 'DONE' } }]);
  const adapter = watch(createEndSeenTwiceAdapter(http));
  await using tracker = createTracker({ adapters: [adapter], clock, random: () => 0 });
  const anomalies: AnomalyEvent[] = [];
  tracker.on('anomaly', (anomaly) => anomalies.push(anomaly));
  const handle = tracker.track(adapter, { jobId: 'a' });
  await nextTurn(clock);
  await nextTurn(clock);
  expect(await handle.settled()).toMatchObject({ state: 'succeeded' });

  const taken = { state: 'failed', nativeState: 'FAILED', native: null } as const;
  const observedAt = new Date(clock.wallTime()).toISOString();
  const address = { provider: 'twice', key: 'twice/a', ref: { jobId: 'a' }, observedAt };
  expect(tracker.push(toMigrationStatus(taken, address))).toBe(true);
  await clock.advance(60 * minute);
  expect(anomalies).toMatchObject([
    { kind: 'contrary_read', message: 'twice/a: it ended as succeeded, and later it is said to be failed' },
  ]);
  expect(tracker.get('twice/a')).toMatchObject({ stopped: 'settled', status: { state: 'succeeded' } });
  expect(requests).toHaveLength(2);
});
