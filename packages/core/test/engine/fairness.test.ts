import { expect, test } from 'vitest';
import { toReading } from '../../../../test/support/scripted-adapter.ts';
import { createHarness } from './engine-harness.ts';

const second = 1_000;
const minute = 60 * second;

interface Crowd {
  /** How many belong to the one big group. */
  readonly big: number;
  /** How many groups of one there are besides. */
  readonly small: number;
  readonly batch?: number;
}

/** Follows the big group and then the small ones, and says when each of the small ones was read first, in order. */
async function measureFirstReads({ big, small, batch }: Crowd): Promise<number[]> {
  const { clock, adapter, engine } = createHarness({
    ...(batch !== undefined && { batch }),
    script: () => [toReading('succeeded')],
  });
  const follow = (id: string, group: string) =>
    engine.add({ adapter, ref: { id }, key: adapter.key({ id }), group });
  for (let index = 0; index < big; index += 1) follow(`big-${index}`, 'big');
  for (let index = 0; index < small; index += 1) follow(`small-${index}`, `group ${index}`);
  const toTimes = () => adapter.reads.filter(({ key }) => key.startsWith('acme/small')).map(({ at }) => at);
  while (toTimes().length < small && clock.now() < 10 * minute) await clock.advance(5 * second);
  engine.close();
  expect(clock.pendingTimers).toBe(0);
  return toTimes();
}

test.each<[string, number | undefined]>([
  ['one by one', undefined],
  ['ten in a request', 10],
])(
  'groups of one wait at most twice as long beside a hundred thousand of one group: %s',
  async (_title, batch) => {
    const small = 999;
    const share = batch === undefined ? {} : { batch };
    const among = await measureFirstReads({ big: 0, small, ...share });
    const beside = await measureFirstReads({ big: 100_000, small, ...share });
    expect([among.length, beside.length]).toEqual([small, small]);
    const middle = Math.floor(small / 2);
    expect(beside.at(-1)).toBeLessThanOrEqual(2 * Number(among.at(-1)));
    expect(beside[middle]).toBeLessThanOrEqual(2 * Number(among[middle]));
  },
);

test('the big group goes on too, with its turn among the others', async () => {
  const { clock, adapter, engine, reads } = createHarness({
    script: () => [toReading('succeeded')],
    policy: { concurrency: 1 },
  });
  const follow = (id: string, group: string) =>
    engine.add({ adapter, ref: { id }, key: adapter.key({ id }), group });
  // Few enough to be taken up in one go, so that all have their turns from the beginning.
  for (let index = 0; index < 24; index += 1) follow(`big-${index}`, 'big');
  for (let index = 0; index < 9; index += 1) {
    for (let count = 0; count < 24; count += 1) follow(`small-${index}-${count}`, `group ${index}`);
  }
  await clock.advance(3 * second);
  const bigReads = reads().filter((read) => read.startsWith('big')).length;
  expect(bigReads).toBeGreaterThanOrEqual(Math.floor(reads().length / 10));
  expect(bigReads).toBeLessThanOrEqual(Math.ceil(reads().length / 10));
  expect(reads().length).toBeGreaterThan(100);
});

test('one adapter with thousands in many groups does not keep another in its lane from its reads', async () => {
  const { clock, adapter, engine, reads } = createHarness({
    batch: 2,
    script: () => [toReading('running')],
    policy: { concurrency: 1 },
  });
  const twin = { ...adapter };
  const follow = (id: string, group: string, by = adapter) =>
    engine.add({ adapter: by, ref: { id }, key: by.key({ id }), group });
  // Once the lane is slowed down, each of the three takes its turn behind the others.
  for (let index = 0; index < 500; index += 1) follow(`a-${index}`, 'a');
  await clock.advance(1);
  follow('twin', 'a', twin);
  await clock.advance(1);
  for (let index = 0; index < 500; index += 1) follow(`b-${index}`, 'b');
  await clock.advance(second);
  expect(reads().some((read) => read.startsWith('twin@'))).toBe(true);
});
