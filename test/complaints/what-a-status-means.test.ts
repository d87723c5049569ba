import {
  assertSucceeded,
  createTracker,
  getStatus,
  isTerminalState,
  type MigrationState,
  type MigrationStatus,
  summarize,
} from '@migration-status/core';
import {
  createHttpClient,
  defineAdapter,
  mapState,
  ProviderRequestError,
} from '@migration-status/core/adapter';
import { expect, test } from 'vitest';
import * as z from 'zod/mini';
import { createManualClock } from '../support/manual-clock.ts';
import { createScriptedAdapter, toFailure, toReading } from '../support/scripted-adapter.ts';
import {
  createJobAdapter,
  createScene,
  hour,
  jobStates,
  minute,
  pending,
  running,
  second,
  succeeded,
} from './scene.ts';

const a = { id: 'a' };
const job = { jobId: '7' };
const baseUrl = 'http://127.0.0.1:9';

/** What an adapter makes of one answer. */
function lookAt(body: object, httpStatus = 200): Promise<MigrationStatus> {
  const fetch = async () => Response.json(body, { status: httpStatus });
  return getStatus(createJobAdapter({ baseUrl, fetch }), job, { retries: 0 });
}

// https://github.com/kubernetes/kubectl/issues/1629 https://github.com/kubernetes/kubernetes/pull/136855
test.each<MigrationState>(['succeeded', 'partially_succeeded', 'failed', 'canceled', 'awaiting_input'])(
  'a wait without a condition ends with %s, and does not wait out its time',
  async (state) => {
    const { clock, adapter, tracker, watch } = createScene({ a: [running, toReading(state)] });
    const wait = watch(tracker.track(adapter, a).settled({ timeoutMs: 40 * minute }));
    await clock.advance(second);
    expect(wait).toMatchObject({ outcome: 'resolved', at: second, value: { state } });
  },
);

test('a wait for success ends with a failure too', async () => {
  const { clock, adapter, tracker, watch } = createScene({ a: [running, toReading('failed')] });
  const until = ({ state }: MigrationStatus) => state === 'succeeded';
  const wait = watch(tracker.track(adapter, a).settled({ until, timeoutMs: 40 * minute }));
  await clock.advance(second);
  expect(wait).toMatchObject({ outcome: 'resolved', at: second, value: { state: 'failed' } });
});

// https://github.com/kubernetes/kubectl/issues/1451
test('a state that passes too fast to be seen does not hang the wait', async () => {
  const { clock, adapter, tracker, watch } = createScene({ a: [pending, succeeded] });
  const until = ({ state }: MigrationStatus) => state === 'running';
  const wait = watch(tracker.track(adapter, a).settled({ until }));
  await clock.advance(second);
  expect(wait).toMatchObject({ outcome: 'resolved', value: { state: 'succeeded' } });
});

test('a fresh migration that nobody has looked at is not taken for done', async () => {
  const { clock, adapter, tracker, watch } = createScene({ a: ['never'] });
  const handle = tracker.track(adapter, a);
  const wait = watch(handle.settled());
  await clock.advance(second);
  expect(handle.row).not.toHaveProperty('status');
  expect(handle.row).not.toHaveProperty('stopped');
  expect(wait.outcome).toBe('pending');
  expect(summarize([]).hasSucceeded).toBe(false);
});

// https://github.com/fluxcd/kustomize-controller/pull/933
test('who wants to stop at a standstill is told of it, with evidence', async () => {
  const stuck = toReading('running', { progress: { percent: 40 } });
  const { clock, adapter, tracker, watch } = createScene({ a: [stuck] });
  const controller = new AbortController();
  tracker.on('condition', ({ condition }) => {
    if (condition.kind === 'stalled') controller.abort(condition);
  });
  const wait = watch(tracker.track(adapter, a).settled({ signal: controller.signal }));
  await clock.advance(2 * hour);
  expect(wait).toMatchObject({
    outcome: 'rejected',
    error: { code: 'aborted', status: { state: 'running' } },
  });
  expect(wait.error).toHaveProperty(
    'cause.message',
    expect.stringMatching(/^no progress over \d+ reads in \d+ s$/),
  );
  expect(wait.at).toBeLessThan(25 * minute);
});

// https://github.com/constructorfabric/insight/pull/3452
test.each([
  { silence: 'a sync that pauses', answers: [toReading('paused', { progress: { percent: 40 } })] },
  {
    silence: 'a sync that is throttled',
    answers: [toReading('running', { progress: { percent: 40 } }), toFailure('throttled', 5 * minute)],
  },
  { silence: 'a provider that reports no progress', answers: [running] },
])('$silence for hours is not said to stand still, and not ended', async ({ answers }) => {
  const { clock, adapter, tracker, watch } = createScene({ a: answers });
  const kinds = new Set<string>();
  tracker.on('condition', ({ condition }) => kinds.add(condition.kind));
  const wait = watch(tracker.track(adapter, a).settled());
  await clock.advance(6 * hour);
  expect(kinds).not.toContain('stalled');
  expect(wait.outcome).toBe('pending');
});

// https://github.com/constructorfabric/insight/pull/3452
test('a standstill ends no wait by itself', async () => {
  const stuck = toReading('running', { progress: { percent: 40 } });
  const answers = [...Array(30).fill(stuck), succeeded];
  const { clock, adapter, tracker, watch } = createScene({ a: answers });
  const handle = tracker.track(adapter, a);
  const wait = watch(handle.settled());
  await clock.advance(hour);
  expect(handle.row).toMatchObject({ conditions: [{ kind: 'stalled' }], status: { state: 'running' } });
  await clock.advance(6 * hour);
  expect(wait.value?.state).toBe('succeeded');
});

// https://github.com/fluxcd/kustomize-controller/issues/1737
test('the adapter has the last word on what an answer means', async () => {
  const answers: Readonly<Record<string, readonly [text: string, status: number]>> = {
    '/starting': ['not yet', 404],
    '/forgotten': ['no such job', 500],
    '/locked': ['you may not', 409],
  };
  const adapter = defineAdapter({
    provider: 'odd',
    states: jobStates,
    http: createHttpClient({
      provider: 'odd',
      baseUrl,
      async fetch(input) {
        const [text, status] = answers[new URL(new Request(input).url).pathname] ?? ['', 418];
        return new Response(text, { status });
      },
    }),
    refSchema: z.object({ jobId: z.string() }),
    toKeyParts: ({ jobId }) => [jobId],
    toRequest: ({ jobId }) => ({ path: `/${jobId}` }),
    schema: z.object({}),
    toReading: () => running,
    toReadingOfError({ text }) {
      if (text === 'not yet') return toReading('pending', { nativeState: text });
      return text === 'no such job' ? toReading('not_found', { nativeState: text }) : undefined;
    },
    classify: (error) =>
      ProviderRequestError.isInstance(error) && error.httpStatus === 409 ? 'forbidden' : 'transient',
  });
  await using tracker = createTracker({ adapters: [adapter] });
  const look = (jobId: string) => getStatus(adapter, { jobId }, { retries: 0 });
  expect(await look('starting')).toMatchObject({ state: 'pending', nativeState: 'not yet' });
  expect(await look('forgotten')).toMatchObject({ state: 'not_found', nativeState: 'no such job' });
  const { conditions } = await tracker.track(adapter, { jobId: 'locked' }).refresh();
  expect(conditions).toMatchObject([{ kind: 'unauthorized', failure: 'forbidden' }]);
});

// https://github.com/argoproj/argo-cd/issues/27888
test('an unknown word is unknown: no success, no failure, no end, and said once', async () => {
  const { clock, adapter, tracker, watch } = createScene((id) => [
    toReading('unknown', { nativeState: 'RECONCILIATING' }),
    id === 'a' ? succeeded : toReading('failed'),
  ]);
  const words: unknown[] = [];
  tracker.on('anomaly', ({ kind, row }) => words.push([kind, row.status?.nativeState]));
  const handles = ['a', 'b'].map((id) => tracker.track(adapter, { id }));
  const waits = handles.map((handle) => watch(handle.settled()));
  await clock.advance(0);
  expect(handles.map(({ row }) => row.status?.state)).toEqual(['unknown', 'unknown']);
  expect(isTerminalState('unknown')).toBe(false);
  expect(summarize(handles.flatMap(({ row }) => row.status ?? []))).toMatchObject({
    done: 0,
    mostUrgent: 'unknown',
    hasSucceeded: false,
  });
  await clock.advance(minute);
  expect(waits.map(({ value }) => value?.state)).toEqual(['succeeded', 'failed']);
  expect(words).toEqual([['unknown_state', 'RECONCILIATING']]);
});

test.each([
  ['FAILOVER_RUNNING', 'unknown'],
  ['no_failures', 'unknown'],
  ['failed', 'unknown'],
  ['FAILED ', 'unknown'],
  ['constructor', 'unknown'],
  ['FAILED', 'failed'],
])('the word %j is looked up as a whole, and never guessed by a part of it', async (status, state) => {
  expect(await lookAt({ status })).toMatchObject({ state, nativeState: status });
});

// https://github.com/Azure/azure-sdk-for-js/issues/30070
test('PartialFailed comes through as partially_succeeded, with its own word', async () => {
  const status = await lookAt({ status: 'PartialFailed', failed: 3 });
  expect(status).toMatchObject({
    state: 'partially_succeeded',
    nativeState: 'PartialFailed',
    native: { failed: 3 },
  });
  expect(() => assertSucceeded(status)).toThrow('partially_succeeded');
  expect(() => assertSucceeded(status, { allowPartial: true })).not.toThrow();
  expect(summarize([status])).toMatchObject({ done: 1, hasSucceeded: false });
});

// https://github.com/hashicorp/terraform/pull/4447
test('the success of a first phase is not the success of the migration', async () => {
  const bodies = [
    { phase: 'parse', status: 'DONE' },
    { phase: 'import', status: 'RUNNING' },
    { phase: 'import', status: 'DONE' },
  ];
  const clock = createManualClock();
  const scripted = createScriptedAdapter({
    clock,
    script: {
      a: bodies.map(({ phase, status }) => {
        const isHalf = phase === 'parse' && status === 'DONE';
        return toReading(isHalf ? 'running' : mapState(jobStates, status), { phase, nativeState: status });
      }),
    },
  });
  const tracker = createTracker({ adapters: [scripted], clock, random: () => 0 });
  const seen: unknown[] = [];
  tracker.on('change', ({ row }) => seen.push([row.status?.phase, row.status?.state, row.stopped]));
  tracker.track(scripted, a);
  await clock.advance(minute);
  expect(seen).toEqual([
    ['parse', 'running', undefined],
    ['import', 'running', undefined],
    ['import', 'succeeded', 'settled'],
  ]);
});

test('an end is an end: what comes afterwards is reported and not believed', async () => {
  const { clock, adapter, tracker } = createScene({ a: [succeeded, running] });
  const handle = tracker.track(adapter, a);
  await clock.advance(hour);
  const anomalies: string[] = [];
  tracker.on('anomaly', ({ kind }) => anomalies.push(kind));
  const { status } = handle.row;
  if (status === undefined) return expect.unreachable('it was read');
  const observedAt = new Date(clock.wallTime()).toISOString();
  expect(tracker.push({ ...status, state: 'running', nativeState: 'running', observedAt })).toBe(true);
  await clock.advance(hour);
  expect({ state: handle.row.status?.state, anomalies, reads: adapter.reads.length }).toEqual({
    state: 'succeeded',
    anomalies: ['contrary_read'],
    reads: 1,
  });
});

// https://github.com/NangoHQ/nango/pull/4133
test('a finishedAt from the run before does not end a migration that runs', async () => {
  const again = toReading('running', { finishedAt: '2025-12-31T00:00:00.000Z' });
  const { clock, adapter, tracker, watch } = createScene({ a: [again, again, succeeded] });
  const handle = tracker.track(adapter, a);
  const wait = watch(handle.settled());
  await clock.advance(0);
  expect(handle.row).toMatchObject({ status: { state: 'running' } });
  expect(handle.row).not.toHaveProperty('stopped');
  expect(wait.outcome).toBe('pending');
  await clock.advance(minute);
  expect(wait.value?.state).toBe('succeeded');
  expect(wait.value).not.toHaveProperty('finishedAt');
});

// https://github.com/airbytehq/airbyte/issues/86373
test('a part that has finished is finished, while its siblings in the same request run on', async () => {
  const { clock, adapter, tracker } = createScene((id) => (id === 'm1' ? [running, succeeded] : [running]), {
    batch: 10,
  });
  const settled: unknown[] = [];
  tracker.on('settled', ({ row }) => settled.push([row.key, clock.now()]));
  for (let index = 0; index < 5; index += 1) tracker.track(adapter, { id: `m${index}` });
  await clock.advance(10 * second);
  expect(settled).toEqual([['acme/m1', second]]);
  expect(tracker.rows().filter(({ status }) => status?.state === 'running').length).toBe(4);
});

// https://github.com/airbytehq/airbyte/issues/86373
test('no time is made up: when it started is what the provider says, or nothing', async () => {
  const startedAt = '2025-12-24T18:00:00.000Z';
  const { clock, adapter, tracker } = createScene({ a: [running, toReading('running', { startedAt })] });
  const handle = tracker.track(adapter, a);
  await clock.advance(0);
  for (const field of ['createdAt', 'startedAt', 'updatedAt', 'finishedAt']) {
    expect(handle.row.status).not.toHaveProperty(field);
  }
  await clock.advance(minute);
  expect(handle.row.status).toMatchObject({ startedAt });
});

test('a provider that does not know a migration for a moment has not lost it', async () => {
  const missing = toReading('not_found');
  const { clock, adapter, tracker, watch } = createScene({
    fresh: [missing, missing, pending, running, succeeded],
    known: [running, missing, missing, running, succeeded],
    gone: [running, missing],
  });
  const states: string[] = [];
  tracker.on('change', ({ row, transition }) => transition && states.push(`${row.ref} ${transition.to}`));
  const waits = ['fresh', 'known', 'gone'].map((id) => watch(tracker.track(adapter, { id }).settled()));
  await clock.advance(10 * minute);
  expect(waits.map(({ value }) => value?.state)).toEqual(['succeeded', 'succeeded', 'not_found']);
  expect(waits[2]?.at).toBeGreaterThanOrEqual(30 * second);
});
