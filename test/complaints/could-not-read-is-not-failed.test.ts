import {
  assertSucceeded,
  createTracker,
  NotFoundOutError,
  NotSucceededError,
  pollUntilDone,
  summarize,
  WaitTimeoutError,
} from '@migration-status/core';
import { expect, test } from 'vitest';
import { createManualClock } from '../support/manual-clock.ts';
import { createScriptedAdapter, toFailure, toReading } from '../support/scripted-adapter.ts';
import {
  createScene,
  createWireScene,
  hour,
  minute,
  running,
  second,
  succeeded,
  toGaps,
  watchPromise,
} from './scene.ts';

const a = { id: 'a' };
const job = { jobId: '7' };

// https://github.com/Azure/azure-sdk-for-js/issues/22067
test('a service that cancels gives canceled, not undefined and not a sentence', async () => {
  const { clock, adapter, tracker, watch } = createScene({ a: [running, toReading('canceled')] });
  const wait = watch(tracker.track(adapter, a).settled());
  await clock.advance(second);
  expect(wait).toMatchObject({ outcome: 'resolved', value: { state: 'canceled', nativeState: 'canceled' } });
});

test.each([500, 502, 503, 504])('a %i does not mean failed', async (httpStatus) => {
  await using scene = await createWireScene((_request, response) => {
    const isOut = scene.requests.length > 1 && scene.requests.length < 6;
    response.writeHead(isOut ? httpStatus : 200).end(isOut ? '<h1>Sorry</h1>' : toBody());
  });
  const toBody = () => (scene.requests.length < 8 ? '{"status":"RUNNING"}' : '{"status":"DONE"}');
  const { adapter, tracker, requests, turnUntil, watch } = scene;
  const states: string[] = [];
  tracker.on('change', ({ transition }) => transition && states.push(transition.to));
  const handle = tracker.track(adapter, job);
  const wait = watch(handle.settled());
  await turnUntil(() => requests.length === 5);
  expect(handle.row).toMatchObject({
    status: { state: 'running', observedAt: '2026-01-01T00:00:00.000Z' },
    conditions: [{ kind: 'unreachable', failure: 'transient', code: 'server_error' }],
  });
  expect(wait.outcome).toBe('pending');
  await turnUntil(() => wait.outcome !== 'pending');
  expect(wait.value?.state).toBe('succeeded');
  expect(states).toEqual(['running', 'succeeded']);
});

// https://github.com/Azure/azure-sdk-for-go/issues/23349
test('a 200 with an error in its body is no end, and is not kept as one', async () => {
  const bodies = [
    '{"status":"RUNNING"}',
    '{"error":{"code":"InternalError"}}',
    '<html>maintenance</html>',
    '',
    '{"status":"DONE"}',
  ];
  await using scene = await createWireScene((_request, response) => {
    response.end(bodies[Math.min(scene.requests.length, bodies.length) - 1]);
  });
  const { adapter, tracker, requests, turnUntil, watch } = scene;
  const handle = tracker.track(adapter, job);
  const wait = watch(handle.settled());
  await turnUntil(() => requests.length === 4);
  expect(handle.row).toMatchObject({
    status: { state: 'running' },
    conditions: [{ kind: 'unreachable', code: 'invalid_response' }],
  });
  await turnUntil(() => wait.outcome !== 'pending');
  expect(wait.value?.state).toBe('succeeded');
});

// https://github.com/Azure/autorest.powershell/issues/614
test('a network that breaks in the middle does not end the wait', async () => {
  await using scene = await createWireScene((_request, response) => {
    const { length } = scene.requests;
    if (length % 2 === 0) return response.socket?.destroy();
    if (length === 3) {
      return response.writeHead(200, { 'content-length': '500' }).write('{"sta', () => response.destroy());
    }
    return response.end(length < 7 ? '{"status":"RUNNING"}' : '{"status":"DONE"}');
  });
  const { adapter, tracker, turnUntil, watch } = scene;
  const handle = tracker.track(adapter, job);
  const reasons = new Set<string | undefined>();
  tracker.on('condition', ({ condition, isActive }) => isActive && reasons.add(condition.code));
  const wait = watch(handle.settled());
  await turnUntil(() => wait.outcome !== 'pending');
  expect(wait.value?.state).toBe('succeeded');
  expect([...reasons]).toEqual(['unreachable']);
});

// https://github.com/googleapis/gax-nodejs/pull/1304
test('no failed read is an unhandled rejection, however an adapter fails', async () => {
  const unhandled: unknown[] = [];
  const note = (reason: unknown) => unhandled.push(reason);
  process.on('unhandledRejection', note);
  const clock = createManualClock();
  const scripted = createScriptedAdapter({ clock, script: {} });
  let turn = 0;
  const adapter = {
    ...scripted,
    getStatus(_ref: unknown, { signal }: { signal?: AbortSignal } = {}): Promise<never> {
      turn += 1;
      if (turn === 1) throw new Error('thrown at once');
      if (turn === 2) return Promise.reject(new Error('rejected'));
      if (turn === 3) return Promise.reject(undefined);
      return new Promise((_resolve, reject) => {
        signal?.addEventListener('abort', () => reject(new Error('rejected after it was given up')));
      });
    },
  };
  const tracker = createTracker({ adapters: [adapter], clock, random: () => 0 });
  const handle = tracker.track(adapter, a);
  const wait = watchPromise(clock, handle.settled());
  await clock.advance(10 * minute);
  expect(turn).toBeGreaterThan(4);
  expect(handle.row.conditions).toMatchObject([{ kind: 'unreachable' }]);
  expect(wait.outcome).toBe('pending');
  await tracker.close();
  await clock.advance(0);
  process.off('unhandledRejection', note);
  expect(unhandled).toEqual([]);
});

// https://github.com/ls1intum/edutelligence/pull/1019
test('a status that could not be looked up is not counted as finished', async () => {
  const { clock, adapter, tracker } = createScene((id) =>
    id === 'a' ? [running, toFailure('transient')] : [succeeded],
  );
  const settled: string[] = [];
  tracker.on('settled', ({ row }) => settled.push(row.key));
  tracker.track(adapter, a);
  tracker.track(adapter, { id: 'b' });
  await clock.advance(hour);
  const statuses = tracker.rows().flatMap(({ status }) => status ?? []);
  expect(summarize(statuses)).toMatchObject({
    total: 2,
    done: 1,
    mostUrgent: 'running',
    hasSucceeded: false,
  });
  expect(settled).toEqual(['acme/b']);
});

// https://github.com/harness/harness-core/pull/54254 https://github.com/vercel/swr/issues/830
test('one failed poll leaves nothing failed for good, and the interval is there again after it', async () => {
  const { clock, adapter, tracker } = createScene({
    a: [running, running, toFailure('transient'), running],
  });
  const states: string[] = [];
  tracker.on('change', ({ transition }) => transition && states.push(transition.to));
  const handle = tracker.track(adapter, a);
  await clock.advance(2 * second);
  expect(handle.row.conditions).toMatchObject([{ kind: 'unreachable' }]);
  await clock.advance(10 * minute);
  expect(handle.row.conditions).toEqual([]);
  expect(states).toEqual(['running']);
  const calm = createScene({ a: [running] });
  calm.tracker.track(calm.adapter, a);
  await calm.clock.advance(10 * minute + 2 * second);
  expect(toGaps(adapter.reads)).toEqual(toGaps(calm.adapter.reads));
});

test('an outage that is over does not slow down what comes after it', async () => {
  const outage = toFailure('transient');
  const answers = [running, outage, outage, outage, outage, running, outage, running];
  const { clock, adapter, tracker } = createScene({ a: answers });
  tracker.track(adapter, a);
  await clock.advance(10 * minute);
  const gaps = toGaps(adapter.reads);
  expect(gaps.slice(1, 5)).toEqual([second, 2 * second, 4 * second, 8 * second]);
  expect(gaps[6]).toBe(second);
});

test('an hour of outage ends neither the wait nor the polling, and the end is seen soon after it', async () => {
  const clock = createManualClock();
  const answer = () => {
    if (clock.now() < hour) throw toFailure('transient');
    return succeeded;
  };
  const { adapter, tracker, watch } = createScene({ a: [running, answer] }, { clock });
  const wait = watch(tracker.track(adapter, a).settled());
  await clock.advance(hour - 1);
  expect(wait.outcome).toBe('pending');
  await clock.advance(2 * minute);
  expect(wait).toMatchObject({ outcome: 'resolved', value: { state: 'succeeded' } });
});

// https://github.com/aws/aws-sdk-js-v3/issues/6699 https://github.com/aws/aws-sdk-js-v3/issues/2091
test.each([
  { httpStatus: 401, failure: 'unauthorized', code: 'access_refused', kind: 'unauthorized' },
  { httpStatus: 403, failure: 'forbidden', code: 'access_refused', kind: 'unauthorized' },
  { httpStatus: 400, failure: 'invalid_request', code: 'request_refused', kind: 'unreachable' },
])(
  'a missing permission does not look like a timeout ($httpStatus)',
  async ({ httpStatus, failure, code, kind }) => {
    await using scene = await createWireScene((_request, response) =>
      response.writeHead(httpStatus).end('{}'),
    );
    const { adapter, clock, tracker, requests, turnUntil, watch } = scene;
    const heard: unknown[] = [];
    tracker.on('condition', ({ condition }) =>
      heard.push([condition.kind, condition.failure, requests.length]),
    );
    const wait = watch(tracker.track(adapter, job).settled({ timeoutMs: hour }));
    await turnUntil(() => heard.length > 0);
    expect(heard).toEqual([[kind, failure, 1]]);
    expect(clock.now()).toBe(0);
    await turnUntil(() => wait.outcome !== 'pending');
    expect(wait.error).toBeInstanceOf(NotFoundOutError);
    expect(wait.error).toMatchObject({ code, message: expect.stringContaining(`HTTP ${httpStatus}`) });
    expect(wait.at).toBeLessThan(minute);
  },
);

test('a 404 is neither a timeout nor an outage: it is an end once it is believed', async () => {
  await using scene = await createWireScene((_request, response) => response.writeHead(404).end('{}'));
  const { adapter, tracker, turnUntil, watch } = scene;
  const wait = watch(tracker.track(adapter, job).settled({ timeoutMs: hour }));
  await turnUntil(() => wait.outcome !== 'pending');
  expect(wait).toMatchObject({ outcome: 'resolved', value: { state: 'not_found', nativeState: 'HTTP 404' } });
  expect(wait.at).toBeLessThan(2 * minute);
});

// https://github.com/aws/aws-sdk-js-v3/issues/2964
test('a wait that could not find out carries the last status, and what hindered it', async () => {
  const clock = createManualClock();
  const reading = toReading('running', { message: 'copying users', native: { users: 7 } });
  const adapter = createScriptedAdapter({ clock, script: { a: [reading, toFailure('transient')] } });
  const options = { clock, random: () => 0, timeoutMs: minute };
  const wait = watchPromise(clock, pollUntilDone(adapter, a, options));
  await clock.advance(minute);
  expect(wait.error).toBeInstanceOf(WaitTimeoutError);
  expect(wait.error).toMatchObject({
    code: 'wait_timeout',
    isRetryable: true,
    status: { state: 'running', message: 'copying users', native: { users: 7 } },
    message: expect.stringMatching(
      /within 60000 ms; last seen running; unreachable since .*: the provider says/,
    ),
  });
});

// https://github.com/aws/aws-sdk-java-v2/issues/2262
test('why a migration failed can be seen, also when somebody wants a throw', async () => {
  const issues = [
    { severity: 'warning', message: 'one user was skipped' },
    { severity: 'error', code: 'quota', message: 'the target is full' },
  ] as const;
  const { clock, adapter, tracker, watch } = createScene({
    a: [toReading('failed', { issues })],
    b: [toReading('failed')],
  });
  const explained = watch(tracker.track(adapter, a).settled());
  const unexplained = watch(tracker.track(adapter, { id: 'b' }).settled());
  await clock.advance(0);
  const { value: status } = explained;
  if (status === undefined) return expect.unreachable('the wait resolves');
  expect(status.issues).toEqual(issues);
  expect(unexplained.value?.issues).toMatchObject([{ severity: 'error', code: 'unexplained_failure' }]);
  expect(() => assertSucceeded(status)).toThrow(NotSucceededError);
  expect(() => assertSucceeded(status)).toThrow(
    expect.objectContaining({ status, message: 'acme/a is failed: the target is full' }),
  );
});

// https://github.com/TanStack/query/issues/8353
test('polling goes on where timers ring once a minute only, as in a hidden tab', async () => {
  const clock = createManualClock();
  const hiddenTab = {
    ...clock,
    now: clock.now,
    setTimer(ring: () => void, delayMs: number) {
      const wantedAt = clock.now() + delayMs;
      return clock.setTimer(ring, Math.ceil((wantedAt + 1) / minute) * minute - clock.now());
    },
  };
  const answers = [running, toFailure('transient'), toFailure('transient'), running, succeeded];
  const adapter = createScriptedAdapter({ clock, script: { a: answers } });
  const wait = watchPromise(clock, pollUntilDone(adapter, a, { clock: hiddenTab, random: () => 0 }));
  await clock.advance(hour);
  expect(wait.value?.state).toBe('succeeded');
  expect(adapter.reads.length).toBe(answers.length);
});
