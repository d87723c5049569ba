import { createTracker } from '@migration-status/core';
import { expect, test } from 'vitest';
import { createManualClock } from '../../../../../test/support/manual-clock.ts';
import { createRealReads } from '../../../../../test/support/real-reads.ts';
import { endProcess } from '../../tracker/restart.ts';
import { createEventLogAdapter } from './event-log.ts';
import { type Answer, createScriptedHttp, followToEnd } from './follow.ts';
import { createHttpStatusOnlyAdapter } from './http-status-only.ts';

const page = (...events: readonly { id: number; kind: string }[]): Answer => ({ json: { events } });
const started = { id: 1, kind: 'started' };
const copied = (id: number) => ({ id, kind: 'copied' });
const finished = { id: 9, kind: 'finished' };

test('an event log goes on from its cursor, with all that was folded, in the process after a crash', async () => {
  const clock = createManualClock();
  const { http, requests } = createScriptedHttp([
    page(started, copied(2), copied(3)),
    page(copied(4)),
    page(copied(5), finished),
  ]);
  const { watch, nextTurn } = createRealReads();
  const adapter = watch(createEventLogAdapter(http));
  const before = createTracker({ adapters: [adapter], clock, random: () => 0 });
  before.track(adapter, { jobId: 'a' });
  await nextTurn(clock);
  await nextTurn(clock);
  expect(before.get('log/a')?.status?.progress).toEqual({ completed: 3, unit: 'tables' });

  const resume = await endProcess(before);
  await using after = createTracker({ adapters: [adapter], clock, random: () => 0, resume });
  await nextTurn(clock);
  expect(after.get('log/a')).toMatchObject({
    stopped: 'settled',
    status: { state: 'succeeded', progress: { completed: 4, unit: 'tables' } },
  });
  expect(requests.map(({ url }) => new URL(url).search)).toEqual(['?after=0', '?after=3', '?after=4']);
});

test('what was folded is not forgotten over an answer that knows no such job', async () => {
  const { http, requests } = createScriptedHttp([
    page(started, copied(2)),
    { httpStatus: 404 },
    page(copied(3), finished),
  ]);
  const statuses = await followToEnd(createEventLogAdapter(http), { jobId: 'a' });
  expect(statuses.map(({ state, progress }) => [state, progress?.completed])).toEqual([
    ['running', 1],
    ['succeeded', 2],
  ]);
  expect(requests.map(({ url }) => new URL(url).search)).toEqual(['?after=0', '?after=2', '?after=2']);
});

test('nor is the place to look at next', async () => {
  const { http, requests } = createScriptedHttp([
    { httpStatus: 202, location: '/waiting/1' },
    { httpStatus: 404 },
    { httpStatus: 204 },
  ]);
  const statuses = await followToEnd(createHttpStatusOnlyAdapter(http), { operationId: 'a' });
  expect(statuses.map(({ nativeState }) => nativeState)).toEqual(['HTTP 202', 'HTTP 204']);
  expect(requests.map(({ url }) => new URL(url).pathname)).toEqual([
    '/operations/a',
    '/waiting/1',
    '/waiting/1',
  ]);
});
