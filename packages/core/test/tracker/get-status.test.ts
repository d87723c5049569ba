import { getEventListeners } from 'node:events';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { startOfWallTime } from '../../../../test/support/manual-clock.ts';
import {
  createScriptedAdapter,
  type ScriptedAnswer,
  type ScriptedQuestion,
  toFailure,
  toReading,
} from '../../../../test/support/scripted-adapter.ts';
import type { MigrationAdapter } from '../../src/adapter/contract.ts';
import { ProviderRequestError } from '../../src/model/errors/provider-request-error.ts';
import { ProviderResponseError } from '../../src/model/errors/provider-response-error.ts';
import { NotFoundOutError } from '../../src/model/errors/wait-errors.ts';
import { type GetStatusOptions, getStatus } from '../../src/tracker/get-status.ts';
import type { Settlement } from './tracker-harness.ts';

const second = 1_000;
const minute = 60 * second;
const running = toReading('running');

beforeEach(() => {
  vi.useFakeTimers({ now: startOfWallTime });
});

afterEach(() => {
  vi.useRealTimers();
});

/** An answer that never comes, until the read is aborted. */
const untilAborted = ({ signal }: ScriptedQuestion) =>
  new Promise((_resolve, reject) => {
    signal?.addEventListener('abort', () => reject(signal.reason), { once: true });
  });

/** Begins to look, with these answers; times are counted from the beginning. */
function look(answers: readonly ScriptedAnswer[], options?: GetStatusOptions) {
  const adapter = createScriptedAdapter({ script: { a: answers } });
  const settlement: Settlement<unknown> = { outcome: 'pending' };
  getStatus(adapter, { id: 'a' }, options).then(
    (value) => Object.assign(settlement, { outcome: 'resolved', at: Date.now() - startOfWallTime, value }),
    (error) => Object.assign(settlement, { outcome: 'rejected', at: Date.now() - startOfWallTime, error }),
  );
  return {
    settlement,
    readTimes: () => adapter.reads.map(({ at }) => at - startOfWallTime),
    isAborted: () => adapter.reads.at(-1)?.aborted,
  };
}

test('gives the status of one read', async () => {
  const { settlement, readTimes } = look([running]);
  await vi.advanceTimersByTimeAsync(0);
  expect(settlement).toEqual({
    outcome: 'resolved',
    at: 0,
    value: {
      provider: 'acme',
      key: 'acme/a',
      ref: { id: 'a' },
      observedAt: new Date(startOfWallTime).toISOString(),
      ...running,
    },
  });
  expect({ readTimes: readTimes(), timers: vi.getTimerCount() }).toEqual({ readTimes: [0], timers: 0 });
});

test('rejects a malformed ref before any read', async () => {
  const adapter = createScriptedAdapter({ script: {} });
  await expect(getStatus(adapter, { id: 7 } as unknown as { id: string })).rejects.toMatchObject({
    option: 'id',
  });
  expect(adapter.reads).toEqual([]);
});

test('refuses what is no adapter', async () => {
  await expect(getStatus((() => {}) as unknown as MigrationAdapter, { id: 'a' })).rejects.toMatchObject({
    name: 'ConfigurationError',
    option: 'adapter',
  });
});

test.each<[string, unknown]>([
  ['nothing', undefined],
  ['a state that does not exist', { ...running, state: 'done' }],
  ['a native that is no JSON', { ...running, native: Buffer.from('{}') }],
])('takes %s for an invalid response, and tries it once', async (_title, answer) => {
  const { settlement, readTimes } = look([() => answer]);
  await vi.advanceTimersByTimeAsync(minute);
  expect({ error: settlement.error, reads: readTimes() }).toMatchObject({
    error: { name: 'ProviderResponseError', code: 'invalid_response', provider: 'acme' },
    reads: [0],
  });
});

describe('a failure that may pass', () => {
  test.each(['transient', 'throttled'] as const)('(%s) is tried again', async (failure) => {
    const { settlement, readTimes } = look([toFailure(failure), toFailure(failure), running]);
    await vi.advanceTimersByTimeAsync(minute);
    expect({ outcome: settlement.outcome, reads: readTimes().length }).toEqual({
      outcome: 'resolved',
      reads: 3,
    });
  });

  test('is tried again as often as it is allowed, and rejects with the error of the adapter', async () => {
    const error = toFailure('transient');
    const { settlement, readTimes } = look([error], { retries: 2 });
    await vi.advanceTimersByTimeAsync(10 * minute);
    expect({ error: settlement.error, reads: readTimes().length }).toEqual({ error, reads: 3 });
  });

  test('is not tried again when only a single look is wanted', async () => {
    const { settlement, readTimes } = look([toFailure('throttled', 5 * second)], { retries: 0 });
    await vi.advanceTimersByTimeAsync(0);
    expect({ outcome: settlement.outcome, reads: readTimes() }).toEqual({ outcome: 'rejected', reads: [0] });
  });

  test('is not tried again after the time for all tries', async () => {
    const { settlement } = look([toFailure('transient')], { retries: 1_000, maxRetryTimeMs: 20 * second });
    await vi.advanceTimersByTimeAsync(10 * minute);
    expect(settlement.outcome).toBe('rejected');
    expect(settlement.at).toBeLessThanOrEqual(20 * second);
  });
});

describe('a Retry-After', () => {
  test.each([5 * second, 20 * second])('of %i ms is waited for', async (retryAfterMs) => {
    const { settlement, readTimes } = look([toFailure('throttled', retryAfterMs), running]);
    await vi.advanceTimersByTimeAsync(retryAfterMs);
    expect(readTimes()).toEqual([0]);
    await vi.advanceTimersByTimeAsync(2 * second);
    expect({ outcome: settlement.outcome, reads: readTimes().length }).toEqual({
      outcome: 'resolved',
      reads: 2,
    });
  });

  test('that is longer than the time for all tries rejects at once', async () => {
    const { settlement } = look([toFailure('throttled', minute), running]);
    await vi.advanceTimersByTimeAsync(minute);
    expect({ outcome: settlement.outcome, at: settlement.at }).toEqual({ outcome: 'rejected', at: 0 });
  });

  test('of a failure that does not pass is not waited for', async () => {
    const { settlement } = look([toFailure('forbidden', 5 * second), running]);
    await vi.advanceTimersByTimeAsync(minute);
    expect({ outcome: settlement.outcome, at: settlement.at }).toEqual({ outcome: 'rejected', at: 0 });
  });
});

test.each<[string, Error]>([
  ['unauthorized', toFailure('unauthorized')],
  ['forbidden', toFailure('forbidden')],
  ['a rejected request', toFailure('invalid_request')],
  [
    'a body of another shape',
    new ProviderResponseError({ provider: 'acme', path: '$', message: 'not JSON' }),
  ],
  ['a mistake in the adapter', new TypeError('x is not a function')],
])('%s rejects at once with the error itself', async (_title, error) => {
  const { settlement, readTimes } = look([error, running]);
  await vi.advanceTimersByTimeAsync(minute);
  expect({ error: settlement.error, at: settlement.at, reads: readTimes() }).toEqual({
    error,
    at: 0,
    reads: [0],
  });
});

describe('the time for all tries', () => {
  test.each<[string, ScriptedAnswer]>([
    ['takes notice', untilAborted],
    ['takes no notice', 'never'],
  ])('cuts off a try that %s, and the error says so', async (_title, answer) => {
    const { settlement, isAborted } = look([answer], { maxRetryTimeMs: 5 * second });
    await vi.advanceTimersByTimeAsync(5 * second);
    expect(settlement).toEqual({
      outcome: 'rejected',
      at: 5 * second,
      error: new ProviderRequestError({
        provider: 'acme',
        code: 'request_timeout',
        failure: 'transient',
        message: 'acme: no answer within 5000 ms',
      }),
    });
    expect({ isAborted: isAborted(), timers: vi.getTimerCount() }).toEqual({ isAborted: true, timers: 0 });
  });

  test.each<[string, ScriptedAnswer]>([
    ['takes notice', untilAborted],
    ['takes no notice', 'never'],
  ])('cuts off a later try that %s, and the last error tells more', async (_title, answer) => {
    const error = toFailure('transient');
    const { settlement, readTimes } = look([error, answer], { maxRetryTimeMs: 5 * second });
    await vi.advanceTimersByTimeAsync(5 * second);
    expect({ ...settlement, reads: readTimes().length, timers: vi.getTimerCount() }).toEqual({
      outcome: 'rejected',
      at: 5 * second,
      error,
      reads: 2,
      timers: 0,
    });
  });
});

describe('an abort', () => {
  const toAborted = (cause: unknown) =>
    new NotFoundOutError({
      provider: 'acme',
      key: 'acme/a',
      code: 'aborted',
      message: 'acme/a: the outcome could not be found out: the look was aborted',
      cause,
    });

  test.each<[string, readonly ScriptedAnswer[]]>([
    ['while a read is out', [untilAborted]],
    ['while a read is out that takes no notice', ['never']],
    ['between two tries', [toFailure('transient')]],
    ['while Retry-After is waited for', [toFailure('throttled', 20 * second)]],
  ])(
    '%s rejects at once, its reason as the cause, and leaves no timer and no listener',
    async (_title, answers) => {
      const controller = new AbortController();
      const { settlement, readTimes } = look(answers, { signal: controller.signal });
      await vi.advanceTimersByTimeAsync(100);
      const reason = new Error('the user left');
      controller.abort(reason);
      await vi.advanceTimersByTimeAsync(0);
      expect(settlement).toEqual({ outcome: 'rejected', at: 100, error: toAborted(reason) });
      expect({
        timers: vi.getTimerCount(),
        listeners: getEventListeners(controller.signal, 'abort'),
      }).toEqual({
        timers: 0,
        listeners: [],
      });
      await vi.advanceTimersByTimeAsync(minute);
      expect(readTimes()).toEqual([0]);
    },
  );

  test('that came before reads nothing', async () => {
    const { settlement, readTimes } = look([running], { signal: AbortSignal.abort('no') });
    await vi.advanceTimersByTimeAsync(0);
    expect({ error: settlement.error, reads: readTimes(), timers: vi.getTimerCount() }).toEqual({
      error: toAborted('no'),
      reads: [],
      timers: 0,
    });
  });

  test('signal that lives long holds no listener of looks that have ended', async () => {
    const { signal } = new AbortController();
    for (let index = 0; index < 10; index += 1) look([toFailure('transient'), running], { signal });
    await vi.advanceTimersByTimeAsync(minute);
    expect({ timers: vi.getTimerCount(), listeners: getEventListeners(signal, 'abort') }).toEqual({
      timers: 0,
      listeners: [],
    });
  });
});

test.each([
  { options: { retries: -1 }, option: 'retries' },
  { options: { retries: 1.5 }, option: 'retries' },
  { options: { maxRetryTimeMs: Number.NaN }, option: 'maxRetryTimeMs' },
  { options: { signal: 'stop' }, option: 'signal' },
  { options: { retrys: 1 }, option: 'retrys' },
  { options: null, option: 'options' },
])('refuses $options before any read', async ({ options, option }) => {
  const { settlement, readTimes } = look([running], options as GetStatusOptions);
  await vi.advanceTimersByTimeAsync(0);
  expect(settlement).toMatchObject({ outcome: 'rejected', error: { name: 'ConfigurationError', option } });
  expect(readTimes()).toEqual([]);
});
