import { describe, expect, test } from 'vitest';
import * as z from 'zod/mini';
import { expectNoCanary } from '../../../../test/support/canary.ts';
import { createManualClock, startOfWallTime } from '../../../../test/support/manual-clock.ts';
import { createRecordingFetch } from '../../../../test/support/recording-fetch.ts';
import { type ScriptedAnswer, toFailure, toReading } from '../../../../test/support/scripted-adapter.ts';
import { defineAdapter } from '../../src/adapter/define-adapter.ts';
import { createHttpClient } from '../../src/adapter/http-client.ts';
import { mapState } from '../../src/adapter/map-state.ts';
import type { ExportOptions } from '../../src/tracker/export-engine.ts';
import { readExportedRow } from '../../src/tracker/read-exported-row.ts';
import { createTracker } from '../../src/tracker/tracker.ts';
import { viaJson } from './restart.ts';
import { createTrackerHarness, type TrackerHarness } from './tracker-harness.ts';

const second = 1_000;
const minute = 60 * second;
const succeeded = toReading('succeeded');

/** One migration of each kind that there is. */
const manifold: Readonly<Record<string, readonly ScriptedAnswer[]>> = {
  running: [
    toReading('running', {
      phase: 'import',
      progress: { completed: 3, total: 10, unit: 'users' },
      message: 'on its way',
      issues: [{ severity: 'warning', message: 'a name is missing', subject: 'user 7' }],
      createdAt: '2025-12-31T23:00:00.000Z',
      assumedZone: ['createdAt'],
      url: 'https://acme.example/running',
      memo: { cursor: [1, 2] },
      rateLimit: { remaining: 100, resetMs: minute },
      retryAfterMs: 5 * second,
    }),
  ],
  failed: [toReading('failed')],
  succeeded: [succeeded],
  'not known yet': [toReading('not_found')],
  refused: [toFailure('forbidden')],
  odd: [toFailure('invalid_response')],
  down: [toReading('pending'), toFailure('transient')],
  'another word': [toReading('unknown', { nativeState: '__proto__' })],
};

async function playManifold(): Promise<TrackerHarness> {
  const harness = createTrackerHarness(manifold);
  const { clock, adapter, tracker } = harness;
  for (const id of Object.keys(manifold)) tracker.track(adapter, { id }, { group: `wave of ${id}` });
  await clock.advance(10 * second);
  tracker.track(adapter, { id: 'unread' });
  return harness;
}

describe('an export', () => {
  test('is versioned, and says of a migration what is known of it, with times in epoch milliseconds', async () => {
    const { clock, adapter, tracker } = createTrackerHarness({
      a: [toReading('running', { progress: { percent: 40 }, memo: { cursor: 7 } })],
    });
    tracker.track(adapter, { id: 'a' }, { group: 'wave 1', meta: { not: 'for others' } });
    await clock.advance(second / 2);
    expect(tracker.export()).toStrictEqual({
      format: 'migration-status/tracker',
      version: 1,
      exportedAt: new Date(startOfWallTime + second / 2).toISOString(),
      lanes: [
        {
          name: 'https://acme.example',
          fullAt: startOfWallTime + 20,
          answered: 1,
          openedAt: startOfWallTime,
        },
      ],
      rows: [
        {
          provider: 'acme',
          key: 'acme/a',
          lane: 'https://acme.example',
          ref: { id: 'a' },
          group: 'wave 1',
          reading: { state: 'running', nativeState: 'running', progress: { percent: 40 } },
          observedAt: startOfWallTime,
          dueAt: startOfWallTime + second,
          trackedAt: startOfWallTime,
          readAt: startOfWallTime,
          reads: 1,
          stillSince: startOfWallTime,
          progressFrom: 40,
          progressSince: startOfWallTime,
          memo: { cursor: 7 },
        },
      ],
    });
  });

  test('says of a migration that was never read that it is to be read at once', async () => {
    const { clock, adapter, tracker } = createTrackerHarness({});
    await clock.advance(minute);
    tracker.track(adapter, { id: 'a' });
    const at = startOfWallTime + minute;
    expect(tracker.export()).toMatchObject({
      lanes: [{ name: 'https://acme.example', openedAt: at }],
      rows: [{ key: 'acme/a', dueAt: at, trackedAt: at }],
    });
    expect(tracker.export().rows[0]).not.toHaveProperty('reading');
  });

  test('of a tracker that follows nothing is empty', () => {
    const { tracker } = createTrackerHarness({});
    expect(tracker.export()).toMatchObject({ version: 1, lanes: [], rows: [] });
  });

  test.each<ExportOptions>([{}, { native: true }])('is JSON as it stands, with %j', async (options) => {
    const { tracker } = await playManifold();
    const exported = tracker.export(options);
    expect(exported.rows).toHaveLength(9);
    expect(viaJson(exported)).toStrictEqual(exported);
  });

  test('is of some when some are asked for', async () => {
    const { tracker } = await playManifold();
    const all = tracker.export();
    const some = tracker.export({ keys: ['acme/failed', 'acme/nobody', 'acme/running'] });
    expect(some.rows.map(({ key }) => key)).toEqual(['acme/failed', 'acme/running']);
    expect(all.rows).toEqual(expect.arrayContaining([...some.rows]));
    expect(some.lanes).toEqual(all.lanes);
    expect(() => tracker.export({ keys: JSON.parse('[1]') })).toThrow(/"keys" must be an array of strings/);
  });

  test('has rows that can be shown as the tracker shows them', async () => {
    const { clock, adapter, tracker } = createTrackerHarness({
      ...manifold,
      steady: [10, 20, 30, 40].map((percent) => toReading('running', { progress: { percent } })),
    });
    for (const id of [...Object.keys(manifold), 'steady', 'unread']) {
      tracker.track(adapter, { id }, { group: `wave of ${id}`, name: `the ${id}` });
    }
    await clock.advance(minute);
    const shown = viaJson(tracker.export({ native: true })).rows.map((row) =>
      readExportedRow(row, { name: tracker.get(row.key)?.name }),
    );
    expect(shown).toEqual(tracker.rows());
    expect(shown.some(({ estimatedEndAt }) => estimatedEndAt !== undefined)).toBe(true);
    expect(Object.isFrozen(shown[0]) && Object.isFrozen(shown[0]?.ref)).toBe(true);
  });

  test('keeps what the provider said to itself, unless it is asked for', async () => {
    const { clock, adapter, tracker } = createTrackerHarness({
      a: [toReading('running', { native: { email: 'person@customer.example' } })],
    });
    tracker.track(adapter, { id: 'a' });
    await clock.advance(0);
    for (const options of [undefined, {}, { native: undefined }, { native: false }]) {
      expect(JSON.stringify(tracker.export(options))).not.toContain('person@customer.example');
    }
    expect(tracker.export({ native: true }).rows[0]?.reading).toHaveProperty('native', {
      email: 'person@customer.example',
    });
  });

  test.each<[object | null, string]>([
    [{ native: 'yes' }, 'native'],
    [{ natives: true }, 'natives'],
    [null, 'options'],
  ])('refuses %j', (options, option) => {
    const { tracker } = createTrackerHarness({});
    expect(() => tracker.export(options as ExportOptions)).toThrow(
      expect.objectContaining({ name: 'ConfigurationError', option }),
    );
  });

  test('is the same twice, and from another tracker with the same history', async () => {
    const [one, other] = [await playManifold(), await playManifold()];
    const text = JSON.stringify(one.tracker.export());
    expect(JSON.stringify(one.tracker.export())).toBe(text);
    expect(JSON.stringify(other.tracker.export())).toBe(text);
  });

  test('changes nothing of how things go on', async () => {
    const [one, other] = [await playManifold(), await playManifold()];
    for (let index = 0; index < 60; index += 1) {
      one.tracker.export({ native: true });
      await one.clock.advance(10 * second);
      await other.clock.advance(10 * second);
    }
    expect(one.adapter.reads.length).toBeGreaterThan(20);
    expect(one.adapter.reads).toEqual(other.adapter.reads);
  });

  test('is not changed by what happens later', async () => {
    const { clock, tracker } = await playManifold();
    const exported = tracker.export();
    const text = JSON.stringify(exported);
    await clock.advance(10 * minute);
    tracker.forget('acme/running');
    expect(JSON.stringify(exported)).toBe(text);
  });

  test('is given also after the tracker was closed', async () => {
    const { tracker } = await playManifold();
    const before = tracker.export();
    await tracker.close();
    expect(tracker.export()).toEqual(before);
  });

  test('holds nothing of what was forgotten', async () => {
    const { tracker } = await playManifold();
    tracker.forget('acme/running');
    const text = JSON.stringify(tracker.export({ native: true }));
    expect(text).not.toContain('acme/running');
    expect(text).toContain('acme/succeeded');
  });
});

describe('credentials', () => {
  const apiKey = 'canary-key-3b1f';
  const token = 'canary-token-9d20';
  const states = { RUNNING: 'running' } as const;

  test('are nowhere in an export, whatever the provider answers', async () => {
    const { fetch, requests } = createRecordingFetch(({ url, headers }) => {
      if (url.endsWith('/good'))
        return Response.json({ status: 'RUNNING', owner: 'person@customer.example' });
      if (url.endsWith('/dead')) throw new TypeError(`cannot reach it with ${headers.authorization}`);
      return Response.json(
        { error: `not with ${headers['x-api-key']}` },
        { status: url.endsWith('/refused') ? 401 : 500 },
      );
    });
    const http = createHttpClient({
      provider: 'acme',
      baseUrl: 'https://api.acme.example',
      credentials: { 'x-api-key': apiKey, authorization: `Bearer ${token}` },
      fetch,
    });
    const adapter = defineAdapter({
      provider: 'acme',
      states,
      http,
      account: 'team 7',
      refSchema: z.object({ jobId: z.string() }),
      toKeyParts: ({ jobId }) => [jobId],
      toRequest: ({ jobId }) => ({ path: `/jobs/${encodeURIComponent(jobId)}` }),
      schema: z.object({ status: z.string() }),
      toReading: ({ status }, { native }) => ({
        state: mapState(states, status),
        nativeState: status,
        native,
      }),
    });
    const clock = createManualClock();
    const tracker = createTracker({ adapters: [adapter], clock, random: () => 0 });
    for (const jobId of ['good', 'dead', 'refused', 'broken']) tracker.track(adapter, { jobId });
    for (let index = 0; index < 20; index += 1) await clock.advance(second);
    const exported = tracker.export({ native: true });
    expect(requests[0]?.headers).toMatchObject({ 'x-api-key': apiKey });
    expect(exported.rows.map(({ reading, conditions }) => reading?.state ?? conditions?.[0]?.kind)).toEqual([
      'running',
      'unreachable',
      'unauthorized',
      'unreachable',
    ]);
    expectNoCanary(exported, [apiKey, token]);
  });
});
