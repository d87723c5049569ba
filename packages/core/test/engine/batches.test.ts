import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type ScriptedRef, toFailure, toReading } from '../../../../test/support/scripted-adapter.ts';
import type { EnginePolicy } from '../../src/engine/engine-policy.ts';
import type { Entry } from '../../src/engine/entry.ts';
import { createHarness } from './engine-harness.ts';

const second = 1_000;
const minute = 60 * second;
const running = toReading('running');
const unlimited = { requestsPerSecond: 1e9, burst: 1e9 } as const;

interface Behaviour {
  readonly size?: number;
  readonly policy?: Partial<EnginePolicy>;
  /** What a request fails with as a whole, told the ids in it; undefined where it is answered. */
  readonly fail: (ids: readonly string[], request: number) => Error | undefined;
  /** Whether requests wait until they are let go. */
  readonly isSlow?: boolean;
}

/** An engine with an adapter whose requests for many fail or are answered as a whole. */
function createBatches({ size = 100, policy, fail, isSlow = false }: Behaviour) {
  const requests: string[][] = [];
  const times: number[] = [];
  const out: (() => void)[] = [];

  async function ask(refs: readonly ScriptedRef[]): Promise<void> {
    const ids = refs.map(({ id }) => id);
    const request = requests.push(ids) - 1;
    times.push(clock.now());
    if (isSlow) await new Promise<void>((resolve) => out.push(resolve));
    const error = fail(ids, request);
    if (error) throw error;
  }

  const harness = createHarness({
    batch: size,
    script: {},
    policy: { ...unlimited, ...policy },
    members: {
      async getStatus(ref: ScriptedRef) {
        await ask([ref]);
        return running;
      },
      async getStatuses(refs: readonly ScriptedRef[]) {
        await ask(refs);
        return new Map(refs.map((ref) => [adapter.key(ref), running]));
      },
    },
  });
  const { clock, adapter } = harness;
  return {
    ...harness,
    requests,
    times,
    /** Lets go of the requests that are out, by hand. */
    out,
    /** Lets everything that is out come back, and what follows from it go out. */
    async answer(): Promise<void> {
      for (const resolve of out.splice(0)) resolve();
      await clock.advance(0);
    },
    followAll: (ids: readonly string[]) => ids.map(harness.follow),
  };
}

const toIds = (count: number) => Array.from({ length: count }, (_, index) => `m${index}`);
const hasOneOf = (bad: readonly string[]) => (ids: readonly string[]) =>
  ids.some((id) => bad.includes(id)) ? toFailure('invalid_request') : undefined;

function describeRows(entries: readonly Entry[]) {
  return new Map(entries.map(({ key, row }) => [key, { reads: row.reads, failed: row.failedReads }]));
}

describe('a request that fails as a whole', () => {
  test.each(['invalid_request', 'invalid_response'] as const)(
    'is halved until the bad ref is alone, and everybody is read once (%s)',
    async (failure) => {
      await fc.assert(
        fc.asyncProperty(fc.integer({ min: 2, max: 100 }), fc.nat(99), async (count, choice) => {
          const ids = toIds(count);
          const bad = `m${choice % count}`;
          const { clock, engine, requests, followAll } = createBatches({
            fail: (asked) => (asked.includes(bad) ? toFailure(failure) : undefined),
          });
          const entries = followAll(ids);
          await clock.advance(0);
          expect(requests.length).toBeLessThanOrEqual(2 * Math.ceil(Math.log2(count)) + 1);
          expect(requests.filter((asked) => asked.includes(bad)).at(-1)).toEqual([bad]);
          const expected = entries.map(
            ({ key }) => [key, { reads: 1, failed: key.endsWith(`/${bad}`) ? 1 : 0 }] as const,
          );
          expect(describeRows(entries)).toEqual(new Map(expected));
          engine.close();
        }),
        { numRuns: 40 },
      );
    },
  );

  test.each<[string, number, readonly string[]]>([
    ['side by side', 64, ['m10', 'm11']],
    ['in different halves', 64, ['m0', 'm63']],
    ['in an odd number', 37, ['m18', 'm36']],
  ])('and holds two bad refs is halved down to both: %s', async (_title, count, bad) => {
    const { clock, requests, followAll } = createBatches({ fail: hasOneOf(bad) });
    const entries = followAll(toIds(count));
    await clock.advance(0);
    expect(requests.length).toBeLessThanOrEqual(2 * (2 * Math.ceil(Math.log2(count))) + 1);
    expect(entries.filter(({ row }) => row.failedReads > 0).map(({ ref }) => ref)).toEqual(
      bad.map((id) => ({ id })),
    );
    expect(entries.filter(({ row }) => row.reads !== 1)).toEqual([]);
  });

  test('and holds bad refs only ends with each of them alone', async () => {
    const { clock, requests, followAll } = createBatches({ fail: () => toFailure('invalid_request') });
    const entries = followAll(toIds(16));
    await clock.advance(0);
    expect(requests.length).toBe(2 * 16 - 1);
    expect(entries.filter(({ row }) => row.failedReads !== 1)).toEqual([]);
  });

  test('leaves the bad ref by itself from there on, and the others together', async () => {
    let isBad = true;
    const { clock, engine, requests, followAll } = createBatches({
      fail: (ids) => (isBad && ids.includes('m3') ? toFailure('invalid_response') : undefined),
    });
    const entries = followAll(toIds(8));
    await clock.advance(0);
    const first = requests.length;
    await clock.advance(5 * minute);
    const later = requests.slice(first);
    const others = toIds(8).filter((id) => id !== 'm3');
    expect(later.filter((ids) => ids.includes('m3') && ids.length > 1)).toEqual([]);
    expect(later.filter((ids) => ids.includes('m3')).length).toBeGreaterThan(3);
    expect(later.filter((ids) => !ids.includes('m3')).map((ids) => ids.toSorted())).toEqual(
      later.filter((ids) => !ids.includes('m3')).map(() => others),
    );

    isBad = false;
    for (const { id } of entries.slice(3, 4)) engine.refresh(id);
    await clock.advance(3 * second);
    for (const { id } of entries) engine.refresh(id);
    await clock.advance(0);
    expect(requests.at(-1)?.toSorted()).toEqual(toIds(8));
  });

  test('is halved without others that could go along early', async () => {
    let isBad = false;
    const { clock, engine, requests, followAll } = createBatches({
      size: 8,
      fail: (ids) => (isBad && ids.includes('m3') ? toFailure('invalid_request') : undefined),
    });
    const entries = followAll(toIds(8));
    const [later] = followAll(Array.from({ length: 80 }, (_, index) => `later${index}`));
    await clock.advance(30 * minute);
    const toLeft = () => (later?.row.dueAt ?? 0) - clock.now();
    for (let count = 0; count < 300 && !(toLeft() > 3 * second && toLeft() < 6 * second); count += 1) {
      await clock.advance(second);
    }
    isBad = true;
    const before = requests.length;
    for (const { id } of entries) engine.refresh(id);
    await clock.advance(0);
    const asked = requests.slice(before);
    const spoilt = asked.filter((ids) => ids.includes('m3'));
    expect(spoilt.map(({ length }) => length)).toEqual([8, 4, 2, 1]);
    expect(asked.length).toBeLessThanOrEqual(2 * 3 + 1);
  });

  test('does not ask for a ref that was removed while its part waited', async () => {
    const { clock, engine, requests, answer, followAll, laneState } = createBatches({
      policy: { concurrency: 1 },
      fail: hasOneOf(['m0']),
      isSlow: true,
    });
    const entries = followAll(toIds(8));
    await clock.advance(0);
    await answer();
    expect(requests.length).toBe(2);
    const part = requests[1] ?? [];
    const [gone, ...others] = entries.filter(({ key }) => !part.includes(key.slice('acme/'.length)));
    if (gone) engine.remove(gone.id);
    for (let count = 0; count < 20; count += 1) await answer();
    expect(requests.slice(1).flat()).not.toContain(gone?.key.slice('acme/'.length));
    expect(others.map(({ row }) => row.reads)).toEqual([1, 1, 1]);
    expect(laneState().inFlight).toBe(0);
  });

  test('makes no request for a part that was removed whole, and leaves nothing behind', async () => {
    const { clock, engine, requests, answer, followAll, laneState } = createBatches({
      policy: { concurrency: 1 },
      fail: hasOneOf(['m0']),
      isSlow: true,
    });
    const entries = followAll(toIds(8));
    await clock.advance(0);
    await answer();
    const part = requests[1] ?? [];
    for (const { id, key } of entries) if (!part.includes(key.slice('acme/'.length))) engine.remove(id);
    for (let count = 0; count < 20; count += 1) await answer();
    expect(
      requests
        .slice(1)
        .flat()
        .filter((id) => !part.includes(id)),
    ).toEqual([]);
    expect(requests.filter(({ length }) => length === 0)).toEqual([]);
    for (const { id } of entries) engine.remove(id);
    expect({ timers: clock.pendingTimers, inFlight: laneState().inFlight }).toEqual({
      timers: 0,
      inFlight: 0,
    });
  });

  test('and loses a row while it is out is halved without it', async () => {
    const { clock, engine, requests, answer, followAll } = createBatches({
      fail: hasOneOf(['m0']),
      isSlow: true,
    });
    const entries = followAll(toIds(4));
    await clock.advance(0);
    if (entries[3]) engine.remove(entries[3].id);
    for (let count = 0; count < 10; count += 1) await answer();
    expect(requests.slice(1).flat()).not.toContain('m3');
    expect(entries.slice(0, 3).map(({ row }) => [row.reads, row.failedReads])).toEqual([
      [1, 1],
      [1, 0],
      [1, 0],
    ]);
  });

  test('is not asked on while its lane is parked, and is finished afterwards', async () => {
    const { clock, requests, times, followAll } = createBatches({
      policy: { concurrency: 1 },
      fail: (ids, request) => (request === 1 ? toFailure('throttled', minute) : hasOneOf(['m0'])(ids)),
    });
    const entries = followAll(toIds(8));
    await clock.advance(minute - 1);
    expect(requests.length).toBe(2);
    await clock.advance(5 * minute);
    expect(times[2]).toBe(minute);
    expect(requests[2]?.length).toBe(4);
    expect(entries.filter(({ row }) => row.reading === undefined).map(({ key }) => key)).toEqual(['acme/m0']);
  });

  test('says of each part why it waits when its lane is parked', async () => {
    const { clock, followAll } = createBatches({
      policy: { concurrency: 1 },
      fail: (ids, request) => (request === 1 ? toFailure('throttled', minute) : hasOneOf(['m0'])(ids)),
    });
    const entries = followAll(toIds(8));
    await clock.advance(0);
    expect(entries.map(({ row }) => row.conditions.map(({ kind }) => kind))).toEqual(
      entries.map(() => ['throttled']),
    );
  });

  test('says of each part why it waits when its lane was parked while it was out', async () => {
    const { clock, requests, out, answer, followAll } = createBatches({
      fail: (ids) => hasOneOf(['m0'])(ids) ?? toFailure('throttled', minute),
      isSlow: true,
    });
    const entries = followAll(toIds(8));
    await clock.advance(0);
    followAll(['n0', 'n1']);
    await clock.advance(second);
    out.reverse();
    await answer();
    expect(requests.length).toBe(2);
    expect(entries.map(({ row }) => row.conditions.map(({ kind }) => kind))).toEqual(
      entries.map(() => ['throttled']),
    );
  });

  test('asks once for a row that is refreshed while its part waits', async () => {
    const { clock, engine, requests, answer, followAll } = createBatches({
      policy: { concurrency: 1 },
      fail: hasOneOf(['m0']),
      isSlow: true,
    });
    const entries = followAll(toIds(8));
    await clock.advance(0);
    await answer();
    for (const { id } of entries) engine.refresh(id);
    for (let count = 0; count < 20; count += 1) await answer();
    expect(entries.map(({ row }) => row.reads)).toEqual(entries.map(() => 1));
    expect(requests.length).toBeLessThanOrEqual(2 * 3 + 1);
  });

  test('does not keep news from a row whose part waits', async () => {
    const { clock, engine, requests, answer, followAll } = createBatches({
      policy: { concurrency: 1 },
      fail: hasOneOf(['m0']),
      isSlow: true,
    });
    const entries = followAll(toIds(8));
    await clock.advance(0);
    await answer();
    const part = requests[1] ?? [];
    const pushed = entries.find(({ key }) => !part.includes(key.slice('acme/'.length)));
    if (pushed) engine.push(pushed.id, toReading('succeeded'), clock.wallTime());
    for (let count = 0; count < 20; count += 1) await answer();
    expect({ state: pushed?.row.reading?.state, reads: pushed?.row.reads }).toEqual({
      state: 'succeeded',
      reads: 0,
    });
    expect(requests.slice(1).flat()).not.toContain(pushed?.key.slice('acme/'.length));
  });
});

test('an answer gives each row its own, whatever its order, and whatever is missing or foreign in it', async () => {
  const words = ['running', 'succeeded', 'failed', 'unknown'] as const;
  const ids = toIds(20);
  const anyOrder = fc.shuffledSubarray(ids, { minLength: 0 });
  await fc.assert(
    fc.asyncProperty(anyOrder, fc.array(fc.string(), { maxLength: 5 }), async (answered, foreign) => {
      const stateOf = (id: string) => words[Number(id.slice(1)) % words.length] ?? 'running';
      const { clock, engine, follow } = createHarness({
        batch: 100,
        script: {},
        policy: unlimited,
        members: {
          getStatuses: async () => {
            const entries = answered.map((id) => [`acme/${id}`, toReading(stateOf(id))] as const);
            const strangers = foreign.map((key) => [`other/${key}`, toReading('failed')] as const);
            const doubled = answered.map((id) => [`acme/${id}`, toReading('failed')] as const);
            return new Map([...doubled, ...strangers, ...entries]);
          },
        },
      });
      const entries = ids.map(follow);
      await clock.advance(0);
      expect(entries.map(({ row }) => row.reading?.state)).toEqual(
        ids.map((id) => (answered.includes(id) ? stateOf(id) : 'not_found')),
      );
      expect(engine.size()).toBe(20);
      engine.close();
    }),
    { numRuns: 50 },
  );
});

test('a URL that refs would make too long is made into several', async () => {
  const requests: number[] = [];
  const { clock, follow, adapter } = createHarness({
    batch: 100,
    script: {},
    policy: { ...unlimited, batchUrlLength: 1_000 },
    members: {
      urlLengthOf: () => 90,
      async getStatuses(refs: readonly ScriptedRef[]) {
        requests.push(refs.length);
        return new Map(refs.map((ref) => [adapter.key(ref), running]));
      },
    },
  });
  const entries = Array.from({ length: 30 }, (_, index) => follow(`m${index}`));
  await clock.advance(0);
  expect(requests).toEqual([11, 11, 8]);
  expect(entries.every(({ row }) => row.reads === 1)).toBe(true);
});

test('a ref that is too long for any URL is asked for by itself', async () => {
  const { clock, follow, requests } = createHarness({
    batch: 100,
    script: () => [running],
    policy: { ...unlimited, batchUrlLength: 10 },
    members: { urlLengthOf: () => 90 },
  });
  for (const id of ['a', 'b']) follow(id);
  await clock.advance(0);
  expect(requests()).toEqual([['a'], ['b']]);
});
