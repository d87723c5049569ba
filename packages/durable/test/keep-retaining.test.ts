import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { keepRetaining } from '../src/operations/keep-retaining.ts';

beforeEach(() => {
  vi.useFakeTimers({ now: 10_000_000 });
});

afterEach(() => {
  vi.useRealTimers();
});

/** A store with so many to forget; notes each slice that is asked for. */
function createStore(left: number) {
  const slices: { readonly endedBeforeMs: number; readonly gone: number }[] = [];
  return {
    slices,
    async retain(endedBeforeMs: number, limit: number) {
      const gone = Math.min(left, limit);
      left -= gone;
      slices.push({ endedBeforeMs, gone });
      return gone;
    },
    sweep: async () => 0,
  };
}

describe('retention', () => {
  it('forgets what is over for long enough, in slices', async () => {
    const store = createStore(1_200);
    const end = keepRetaining(store, 1_000_000, () => {});
    await vi.advanceTimersByTimeAsync(61_000);
    end();
    expect(store.slices.map(({ gone }) => gone)).toEqual([500, 500, 200]);
    expect(store.slices[0]?.endedBeforeMs).toBe(10_000_000 + 60_000 - 1_000_000);
  });

  it('forgets nothing that nobody wants forgotten', async () => {
    const store = createStore(10);
    const end = keepRetaining(store, undefined, () => {});
    await vi.advanceTimersByTimeAsync(61_000);
    end();
    expect(store.slices).toEqual([]);
  });

  it('stops between two slices when it is ended', async () => {
    const store = createStore(10_000);
    const end = keepRetaining(store, 1_000, () => {});
    await vi.advanceTimersByTimeAsync(60_060);
    end();
    const { length } = store.slices;
    await vi.advanceTimersByTimeAsync(120_000);
    expect([length, store.slices.length]).toEqual([2, 2]);
  });

  it('reports what fails, and tries again a minute later', async () => {
    const errors: unknown[] = [];
    const failure = new Error('the database is away');
    const store = createStore(1);
    const retain = vi.spyOn(store, 'retain').mockRejectedValueOnce(failure);
    const end = keepRetaining(store, 1_000, (error) => errors.push(error));
    await vi.advanceTimersByTimeAsync(121_000);
    end();
    expect(errors).toEqual([failure]);
    expect(retain).toHaveBeenCalledTimes(2);
  });
});
