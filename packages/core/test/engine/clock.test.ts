import { afterEach, expect, test, vi } from 'vitest';
import { systemClock } from '../../src/engine/clock.ts';

afterEach(() => vi.unstubAllGlobals());

const nextTurn = () => new Promise<void>((resolve) => systemClock.setTimer(resolve, 0));

test('what is wanted at once waits for no timer', async () => {
  const told: string[] = [];
  const { setTimeout: platformTimer } = globalThis;
  vi.stubGlobal('setTimeout', (...parameters: Parameters<typeof setTimeout>) => {
    told.push('a timer');
    return platformTimer(...parameters);
  });
  await nextTurn();
  expect(told).toEqual([]);
  await new Promise<void>((resolve) => systemClock.setTimer(resolve, 1));
  expect(told).toEqual(['a timer']);
});

test('what is wanted at once can be called off', async () => {
  const told: string[] = [];
  systemClock.setTimer(() => told.push('kept'), 0);
  systemClock.setTimer(() => told.push('called off'), 0)();
  await nextTurn();
  expect(told).toEqual(['kept']);
});

test('where there are only timers, they do', async () => {
  vi.stubGlobal('setImmediate', undefined);
  const told: string[] = [];
  systemClock.setTimer(() => told.push('called off'), 0)();
  await nextTurn();
  expect(told).toEqual([]);
});
