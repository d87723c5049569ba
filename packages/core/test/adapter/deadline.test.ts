import { getEventListeners } from 'node:events';
import { describe, expect, test, vi } from 'vitest';
import { createDeadline } from '../../src/adapter/deadline.ts';

const never = new Promise<never>(() => {});

describe('the work that a deadline is for', () => {
  test('settles it', async () => {
    const deadline = createDeadline(1_000, undefined);
    expect(await deadline.race(Promise.resolve('done'))).toBe('done');
    await expect(deadline.race(Promise.reject(new Error('no')))).rejects.toThrow('no');
    deadline.clear();
    expect([deadline.hasPassed(), deadline.signal.aborted]).toEqual([false, false]);
  });

  test('is given up when its time is over, also when it takes no notice', async () => {
    const deadline = createDeadline(1, undefined);
    await expect(deadline.race(never)).rejects.toMatchObject({ name: 'AbortError' });
    expect([deadline.hasPassed(), deadline.signal.aborted]).toEqual([true, true]);
  });

  test('is given up for the reason of the outer signal', async () => {
    const outer = new AbortController();
    const deadline = createDeadline(1_000, outer.signal);
    const outcome = expect(deadline.race(never)).rejects.toBe('enough');
    outer.abort('enough');
    await outcome;
    expect([deadline.hasPassed(), deadline.signal.reason]).toEqual([false, 'enough']);
    deadline.clear();
  });

  test('is not begun to be waited for when the outer signal is aborted already', async () => {
    const deadline = createDeadline(1_000, AbortSignal.abort('enough'));
    await expect(deadline.race(never)).rejects.toBe('enough');
    deadline.clear();
  });
});

test('one that is cleared leaves neither timer nor listener, and its signal holds on to nothing', async () => {
  vi.useFakeTimers();
  const outer = new AbortController();
  const deadline = createDeadline(1_000, outer.signal);
  await deadline.race(Promise.resolve());
  deadline.clear();
  expect(vi.getTimerCount()).toBe(0);
  vi.useRealTimers();
  expect(getEventListeners(outer.signal, 'abort')).toEqual([]);
  expect(getEventListeners(deadline.signal, 'abort')).toEqual([]);
  outer.abort();
  expect(deadline.signal.aborted).toBe(false);
});
