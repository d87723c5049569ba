import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { startOfWallTime } from '../../../../test/support/manual-clock.ts';
import {
  type ScriptedAnswer,
  type ScriptedQuestion,
  toFailure,
  toReading,
} from '../../../../test/support/scripted-adapter.ts';
import type { Entry } from '../../src/engine/entry.ts';
import { ProviderRequestError } from '../../src/model/errors/provider-request-error.ts';
import type { Pace } from '../../src/step/pace.ts';
import { createHarness } from './engine-harness.ts';

const second = 1_000;
const minute = 60 * second;
const running = toReading('running');
const succeeded = toReading('succeeded');

/** An answer that comes only when it is told to, and that counts how many of its key are out. */
function createSlowAnswer(answer: ScriptedAnswer = running) {
  const out = new Map<string, number>();
  const pending: (() => void)[] = [];
  let most = 0;
  const ask = ({ key }: ScriptedQuestion) =>
    new Promise((resolve, reject) => {
      const count = (out.get(key) ?? 0) + 1;
      out.set(key, count);
      most = Math.max(most, count);
      pending.push(() => {
        out.set(key, (out.get(key) ?? 0) - 1);
        if (answer instanceof Error) reject(answer);
        else resolve(answer);
      });
    });
  return {
    ask,
    answerAll: () => {
      for (const settle of pending.splice(0)) settle();
    },
    pendingCount: () => pending.length,
    mostPerKey: () => most,
  };
}

describe('time', () => {
  test('one timer serves any number of migrations', async () => {
    const { clock, follow } = createHarness({ script: () => [running] });
    for (let index = 0; index < 500; index += 1) follow(`m${index}`);
    for (let index = 0; index < 50; index += 1) {
      await clock.advance(second);
      expect(clock.pendingTimers).toBe(1);
    }
  });

  test('nothing followed means no timer', () => {
    const { clock, engine, follow } = createHarness({});
    engine.remove(follow('a').id);
    expect(clock.pendingTimers).toBe(0);
  });

  test('a migration that comes alone is read at once', async () => {
    const { clock, follow, reads } = createHarness({ script: () => [running] });
    await clock.advance(5 * second);
    follow('a');
    await clock.advance(0);
    expect(reads()).toEqual(['a@5000']);
  });

  test('many that come together are spread by the rate of their lane', async () => {
    const { clock, follow, reads } = createHarness({
      script: () => [succeeded],
      policy: { requestsPerSecond: 40, burst: 2 },
    });
    for (const id of ['a', 'b', 'c', 'd']) follow(id);
    await clock.advance(second);
    expect(reads()).toEqual(['a@0', 'b@0', 'c@25', 'd@50']);
  });

  test('a wall clock that jumps changes what is observed and not when is read', async () => {
    const { clock, follow, reads } = createHarness({ script: () => [running] });
    const entry = follow('a');
    await clock.advance(500);
    clock.jumpWallTime(-24 * 60 * minute);
    await clock.advance(600);
    expect(reads()).toEqual(['a@0', 'a@1000']);
    expect(entry.row.observedAt).toBe(startOfWallTime + second - 24 * 60 * minute);
  });

  test('a settled migration is not read again', async () => {
    const { clock, engine, follow, reads } = createHarness({ script: () => [succeeded] });
    const entry = follow('a');
    await clock.advance(minute);
    engine.refresh(entry.id);
    await clock.advance(60 * minute);
    expect({ reads: reads(), timers: clock.pendingTimers }).toEqual({ reads: ['a@0'], timers: 0 });
  });

  test('an alarm rings at its time, and not when it was called off', async () => {
    const { clock, engine } = createHarness({});
    const rung: string[] = [];
    engine.setAlarm(minute, () => rung.push(`first@${clock.now()}`));
    const cancel = engine.setAlarm(2 * minute, () => rung.push('second'));
    await clock.advance(minute);
    cancel();
    cancel();
    expect({ rung, timers: clock.pendingTimers }).toEqual({ rung: ['first@60000'], timers: 0 });
  });
});

describe('one key', () => {
  test('is never read twice at once, however often a refresh is asked for', async () => {
    const slow = createSlowAnswer();
    const { clock, engine, follow, reads } = createHarness({ script: () => [slow.ask] });
    const entry = follow('a');
    for (let index = 0; index < 20; index += 1) {
      engine.refresh(entry.id);
      await clock.advance(100);
    }
    slow.answerAll();
    await clock.advance(0);
    expect({ reads: reads(), most: slow.mostPerKey() }).toEqual({ reads: ['a@0'], most: 1 });
  });

  test('that waits in its lane and is refreshed is read once', async () => {
    const slow = createSlowAnswer();
    const { clock, engine, follow, reads } = createHarness({
      script: () => [slow.ask],
      policy: { concurrency: 1 },
    });
    follow('a');
    const entry = follow('b');
    await clock.advance(100);
    engine.refresh(entry.id);
    await clock.advance(100);
    slow.answerAll();
    await clock.advance(100);
    expect(reads()).toEqual(['a@0', 'b@200']);
  });

  test('that is refreshed between reads is read at once and then paced again', async () => {
    const { clock, engine, follow, reads } = createHarness({ script: () => [running] });
    const entry = follow('a');
    await clock.advance(40 * second);
    const before = reads().length;
    engine.refresh(entry.id);
    await clock.advance(10 * second);
    expect(reads().slice(before)).toEqual(['a@40000', 'a@48000']);
  });
});

describe('a request for many', () => {
  const batched = { batch: 10, policy: { requestsPerSecond: 1e9, burst: 1e9 } } as const;
  const ids = Array.from({ length: 25 }, (_, index) => `m${index + 10}`);

  test('carries as many as the adapter takes', async () => {
    const { clock, follow, requests } = createHarness({ ...batched, script: () => [running] });
    for (const id of ids) follow(id);
    await clock.advance(0);
    expect(requests().map(({ length }) => length)).toEqual([10, 10, 5]);
    expect(requests().flat().sort()).toEqual(ids);
  });

  test('waits for those that are due soon after', async () => {
    const { clock, follow, requests } = createHarness({ batch: 100, script: () => [running] });
    follow('early');
    await clock.advance(200);
    follow('late');
    await clock.advance(2 * second);
    expect(requests()).toEqual([['early'], ['late'], ['early'], ['early', 'late']]);
  });

  test('does not wait where the window is closed', async () => {
    const { clock, follow, requests } = createHarness({
      batch: 100,
      script: () => [running],
      policy: { batchWindowMs: 0 },
    });
    follow('early');
    await clock.advance(200);
    follow('late');
    await clock.advance(1_100);
    expect(requests()).toEqual([['early'], ['late'], ['early'], ['late']]);
  });

  test.each([0, -1, Number.NaN, undefined])(
    'carries one where the adapter says that it takes %s',
    async (size) => {
      const { clock, follow, requests } = createHarness({
        ...batched,
        script: () => [succeeded],
        members: { capabilities: { maxBatchSize: size } },
      });
      for (const id of ['a', 'b']) follow(id);
      await clock.advance(0);
      expect(requests()).toEqual([['a'], ['b']]);
    },
  );

  test('never mixes adapters, also where they share a lane', async () => {
    const { clock, adapter, engine, follow, requests } = createHarness({
      ...batched,
      script: () => [running],
    });
    const twin = { ...adapter };
    follow('a');
    engine.add({ adapter: twin, ref: { id: 'b' }, key: 'twin/b' });
    follow('c');
    engine.add({ adapter: twin, ref: { id: 'd' }, key: 'twin/d' });
    await clock.advance(0);
    expect(requests()).toEqual([
      ['a', 'c'],
      ['b', 'd'],
    ]);
  });

  test.each(['invalid_request', 'invalid_response'] as const)(
    'that fails as a whole (%s) is asked one by one, and only the bad one suffers',
    async (failure) => {
      const { clock, adapter, follow, requests } = createHarness({
        ...batched,
        script: { good: [running], bad: [toFailure(failure)], fine: [running] },
        members: {
          getStatuses: async (refs: readonly { id: string }[]) => {
            if (refs.some(({ id }) => id === 'bad')) throw toFailure(failure);
            return new Map(refs.map((ref) => [adapter.key(ref), running]));
          },
        },
      });
      const entries = ['good', 'bad', 'fine'].map(follow);
      await clock.advance(0);
      expect(requests().flat().sort()).toEqual(['bad', 'fine', 'good']);
      expect(entries.map(({ row }) => [row.reading?.state, row.reads, row.conditions.length])).toEqual([
        ['running', 1, 0],
        [undefined, 1, 1],
        ['running', 1, 0],
      ]);
    },
  );

  test('is shared again by the good ones once each was answered by itself', async () => {
    const batches: string[][] = [];
    const { clock, adapter, follow } = createHarness({
      ...batched,
      script: { a: [running], b: [running], bad: [toFailure('invalid_request')] },
      members: {
        getStatuses: async (refs: readonly { id: string }[]) => {
          batches.push(refs.map(({ id }) => id).sort());
          if (refs.some(({ id }) => id === 'bad')) throw toFailure('invalid_request');
          return new Map(refs.map((ref) => [adapter.key(ref), succeeded]));
        },
      },
    });
    for (const id of ['a', 'b', 'bad']) follow(id);
    await clock.advance(minute);
    expect(batches).toEqual([
      ['a', 'b', 'bad'],
      ['a', 'b'],
    ]);
  });

  test('that fails in another way is a failed read of all, and is not repeated', async () => {
    const { clock, follow, reads } = createHarness({
      ...batched,
      script: () => [running],
      members: {
        getStatuses() {
          throw toFailure('transient');
        },
      },
    });
    const entries = ['a', 'b'].map(follow);
    await clock.advance(0);
    expect(reads()).toEqual([]);
    expect(entries.map(({ row }) => row.conditions[0]?.kind)).toEqual(['unreachable', 'unreachable']);
  });

  test('is no outage of the lane while any of them is answered', async () => {
    const { clock, follow, laneState } = createHarness({
      ...batched,
      script: (id) => [id === 'bad' ? toFailure('transient') : running],
    });
    follow('good');
    follow('bad');
    await clock.advance(0);
    expect({ outages: laneState().outages, inFlight: laneState().inFlight }).toEqual({
      outages: 0,
      inFlight: 0,
    });
  });

  test('takes what has no key in the answer as not found, and ignores what was not asked for', async () => {
    const { clock, follow } = createHarness({
      ...batched,
      members: {
        getStatuses: async () =>
          new Map([
            ['acme/a', running],
            ['acme/a', succeeded],
            ['acme/other', toReading('failed')],
            ['', toReading('failed')],
          ]),
      },
    });
    const entries = ['a', 'b'].map(follow);
    await clock.advance(0);
    expect(entries.map(({ row }) => row.reading?.state)).toEqual(['succeeded', 'not_found']);
  });
});

describe('an adapter that misbehaves', () => {
  const failing = (members: Record<string, unknown>) => ({ script: () => [running], members });

  test.each<[string, Record<string, unknown>]>([
    [
      'throws at once',
      {
        getStatus() {
          throw new Error('no');
        },
      },
    ],
    ['throws what is no error', { getStatus: () => Promise.reject(Object.create(null)) }],
    ['returns nothing', { getStatus: async () => undefined }],
    ['returns a date', { getStatus: async () => new Date(0) }],
    ['returns a state that does not exist', { getStatus: async () => toReading('done' as 'running') }],
    ['returns issues that are no list', { getStatus: async () => ({ ...toReading('failed'), issues: 5 }) }],
    ['returns a progress that is no object', { getStatus: async () => ({ ...running, progress: 'x' }) }],
    ['returns a buffer as native', { getStatus: async () => ({ ...running, native: Buffer.from('{}') }) }],
    [
      'cannot classify',
      {
        getStatus: () => Promise.reject(new Error('no')),
        classify() {
          throw new Error('nor this');
        },
      },
    ],
  ])('and %s is read again, and no status is made up', async (_title, members) => {
    const { clock, follow, listenerErrors } = createHarness(failing(members));
    const entry = follow('a');
    await clock.advance(3 * second);
    const { reading, reads, conditions } = entry.row;
    expect({ reading, reads, kinds: conditions.map(({ kind }) => kind), listenerErrors }).toEqual({
      reading: undefined,
      reads: 3,
      kinds: ['unreachable'],
      listenerErrors: [],
    });
  });

  test('and throws from lane harms the caller only', async () => {
    const { clock, follow } = createHarness(
      failing({
        lane() {
          throw new Error('no lane');
        },
      }),
    );
    expect(() => follow('a')).toThrow('no lane');
    expect(clock.pendingTimers).toBe(0);
  });

  test('and wishes an impossible time to wait is paced as if it had wished nothing', async () => {
    const { clock, follow, reads } = createHarness({
      script: () => [{ ...running, retryAfterMs: Number.NaN }],
    });
    follow('a');
    await clock.advance(3 * second);
    expect(reads()).toEqual(['a@0', 'a@1000', 'a@2000', 'a@3000']);
  });

  test('and never answers is given up after a while, its signal aborted, its late answer dropped', async () => {
    const slow = createSlowAnswer(succeeded);
    const { clock, adapter, follow, reads } = createHarness({
      script: () => [slow.ask, 'never'],
      policy: { readTimeoutMs: 10 * second },
    });
    const entry = follow('a');
    await clock.advance(10 * second - 1);
    expect(adapter.reads[0]?.aborted).toBe(false);
    await clock.advance(1);
    expect(adapter.reads[0]?.aborted).toBe(true);
    slow.answerAll();
    await clock.advance(second);
    expect({ reads: reads(), reading: entry.row.reading, conditions: entry.row.conditions }).toEqual({
      reads: ['a@0', 'a@11000'],
      status: undefined,
      conditions: [
        {
          kind: 'unreachable',
          since: new Date(startOfWallTime + 10 * second).toISOString(),
          message: 'acme: no answer within 10000 ms',
          failure: 'transient',
          code: 'request_timeout',
        },
      ],
    });
  });
});

describe('a lane', () => {
  test('has no more requests out than it may', async () => {
    const slow = createSlowAnswer();
    const { clock, follow } = createHarness({ script: () => [slow.ask] });
    for (let index = 0; index < 20; index += 1) follow(`m${index}`);
    await clock.advance(second);
    expect(slow.pendingCount()).toBe(8);
    slow.answerAll();
    await clock.advance(0);
    expect(slow.pendingCount()).toBe(8);
  });

  test('that is throttled gets no request until Retry-After is over, and the others go on', async () => {
    const { clock, follow, reads } = createHarness({
      script: (id) => (id === 'a1' ? [toFailure('throttled', minute), running] : [running]),
      lane: (id) => id.slice(0, 1),
    });
    follow('a1');
    await clock.advance(100);
    const waiting = follow('a2');
    follow('b1');
    await clock.advance(minute - 101);
    expect(reads().filter((read) => read.startsWith('a'))).toEqual(['a1@0']);
    expect(reads().filter((read) => read.startsWith('b')).length).toBeGreaterThan(5);
    expect(waiting.row.conditions).toEqual([
      {
        kind: 'throttled',
        since: new Date(startOfWallTime + 100).toISOString(),
        message: 'reads of this provider wait until it allows more',
        failure: 'throttled',
        code: 'throttled',
      },
    ]);
    await clock.advance(1);
    expect(reads().filter((read) => read.startsWith('a2'))).toEqual(['a2@60000']);
    expect(waiting.row.conditions).toEqual([]);
  });

  test('that is throttled sends nothing for an answer that came in the same moment', async () => {
    const { clock, follow, reads } = createHarness({
      script: { good: [running], refused: [toFailure('throttled', minute), running], waiting: [running] },
      policy: { concurrency: 2 },
    });
    for (const id of ['good', 'refused', 'waiting']) follow(id);
    await clock.advance(minute - 1);
    expect(reads()).toEqual(['good@0', 'refused@0']);
  });

  test('that is throttled while eight are out is left alone, and then probed by one', async () => {
    const slow = createSlowAnswer(toFailure('throttled', minute));
    const late = createSlowAnswer();
    const { clock, follow, reads } = createHarness({ script: () => [slow.ask, late.ask] });
    for (let index = 0; index < 20; index += 1) follow(`m${index}`);
    await clock.advance(second);
    slow.answerAll();
    await clock.advance(minute - 1);
    expect(reads().length).toBe(8);
    await clock.advance(1);
    expect(reads().length).toBe(9);
    slow.answerAll();
    await clock.advance(second);
    expect(reads().length).toBe(9);
  });

  test('in an outage gets single probes, and recovers', async () => {
    let isDown = true;
    const answer = () => {
      if (isDown) throw toFailure('transient');
      return running;
    };
    const { clock, follow, reads } = createHarness({ script: () => [answer] });
    const entries = Array.from({ length: 100 }, (_, index) => follow(`m${index}`));
    await clock.advance(10 * minute);
    const duringOutage = reads().length;
    await clock.advance(50 * minute);
    const perMinute = (reads().length - duringOutage) / 50;
    expect(perMinute).toBeLessThanOrEqual(1);
    expect(entries.every(({ row }) => row.conditions[0]?.kind === 'unreachable')).toBe(true);

    isDown = false;
    await clock.advance(3 * minute);
    expect(entries.flatMap(({ row }) => row.conditions)).toEqual([]);
    expect(entries.every(({ row }) => row.reading?.state === 'running')).toBe(true);
  });

  test('in an outage tells each migration once', async () => {
    const raised = new Map<string, number>();
    const { clock, follow } = createHarness({
      script: () => [toFailure('transient')],
      onStep(entry, _event, result) {
        raised.set(entry.key, (raised.get(entry.key) ?? 0) + result.raised.length);
      },
    });
    for (let index = 0; index < 20; index += 1) follow(`m${index}`);
    await clock.advance(60 * minute);
    expect([...raised.values()].filter((count) => count > 2)).toEqual([]);
  });

  test('that is parked for another reason than before says so to those that wait, whatever group they are in', async () => {
    let asked = 0;
    const told: string[] = [];
    const { clock, engine, adapter } = createHarness({
      script: () => [
        () => Promise.reject(asked++ === 0 ? toFailure('throttled', minute) : toFailure('transient')),
      ],
      policy: { concurrency: 1, breakerAfter: 1 },
      onStep(entry, _event, { raised, cleared }) {
        for (const { kind } of cleared) told.push(`${entry.key} not ${kind}`);
        for (const { kind } of raised) told.push(`${entry.key} ${kind}`);
      },
    });
    for (const id of ['a', 'b', 'c', 'd']) {
      engine.add({ adapter, ref: { id }, key: id, group: id === 'b' ? 'other' : undefined });
    }
    await clock.advance(minute - 1);
    expect(told.sort()).toEqual(['a throttled', 'b throttled', 'c throttled', 'd throttled']);
    await clock.advance(second);
    expect(asked).toBe(2);
    expect(told.slice(4).sort()).toEqual(
      ['a', 'b', 'c', 'd'].flatMap((key) => [`${key} not throttled`, `${key} unreachable`]),
    );
  });
});

describe('removing', () => {
  test('aborts a read of one, and lets the next one in', async () => {
    const { clock, adapter, engine, follow, reads } = createHarness({
      script: { a: ['never'], b: [running] },
      policy: { concurrency: 1 },
    });
    const entry = follow('a');
    const other = follow('b');
    await clock.advance(100);
    engine.remove(entry.id);
    await clock.advance(0);
    engine.remove(other.id);
    expect({
      aborted: adapter.reads.map(({ aborted }) => aborted),
      reads: reads(),
      timers: clock.pendingTimers,
    }).toEqual({ aborted: [true, false], reads: ['a@0', 'b@100'], timers: 0 });
  });

  test('aborts no request that others share, until the last of them goes', async () => {
    const { clock, adapter, engine, follow, laneState } = createHarness({
      batch: 10,
      script: () => ['never'],
      policy: { requestsPerSecond: 1e9, burst: 1e9 },
    });
    const [a, b] = ['a', 'b'].map(follow);
    await clock.advance(0);
    if (a) engine.remove(a.id);
    expect(adapter.reads.map(({ aborted }) => aborted)).toEqual([false, false]);
    if (b) engine.remove(b.id);
    expect(adapter.reads.map(({ aborted }) => aborted)).toEqual([true, true]);
    expect({ timers: clock.pendingTimers, inFlight: laneState().inFlight }).toEqual({
      timers: 0,
      inFlight: 0,
    });
  });

  test('leaves no timer for a parked lane that nobody waits for', async () => {
    const { clock, engine, follow } = createHarness({ script: () => [toFailure('throttled', minute)] });
    const entry = follow('a');
    await clock.advance(100);
    const waiting = follow('b');
    await clock.advance(100);
    engine.remove(waiting.id);
    engine.remove(entry.id);
    expect(clock.pendingTimers).toBe(0);
  });

  test('twice does no harm', async () => {
    const { clock, engine, follow, laneState } = createHarness({ script: () => ['never'] });
    const entry = follow('a');
    await clock.advance(0);
    engine.remove(entry.id);
    engine.remove(entry.id);
    engine.refresh(entry.id);
    expect({ inFlight: laneState().inFlight, timers: clock.pendingTimers }).toEqual({
      inFlight: 0,
      timers: 0,
    });
  });
});

describe('closing', () => {
  test('leaves no timer and no request, whatever is under way', async () => {
    const { clock, adapter, engine, follow, reads } = createHarness({
      script: (id) => [id === 'slow' ? 'never' : running],
    });
    const entries = ['slow', 'a', 'b'].map(follow);
    await clock.advance(30);
    engine.setAlarm(minute, () => {});
    engine.close();
    const before = reads().length;
    for (const entry of entries) engine.refresh(entry.id);
    await clock.advance(60 * minute);
    expect({
      timers: clock.pendingTimers,
      aborted: adapter.reads[0]?.aborted,
      reads: reads().length,
    }).toEqual({
      timers: 0,
      aborted: true,
      reads: before,
    });
  });

  test('drops an answer that comes later', async () => {
    const slow = createSlowAnswer();
    const { clock, engine, follow } = createHarness({ script: () => [slow.ask] });
    const entry = follow('a');
    await clock.advance(0);
    engine.close();
    slow.answerAll();
    await clock.advance(minute);
    expect({ reading: entry.row.reading, timers: clock.pendingTimers }).toEqual({
      reading: undefined,
      timers: 0,
    });
  });
});

describe('a pace of somebody else', () => {
  test.each([
    ['a promise', async () => 5_000],
    ['a word', () => 'abc'],
    ['null', () => null],
    ['a bigint', () => 1n],
  ])('that returns %s is reported, and the rule holds', async (_title, pace) => {
    const { clock, follow, listenerErrors, reads } = createHarness({
      script: () => [running],
      policy: { pace: pace as unknown as Pace },
    });
    follow('a');
    await clock.advance(2 * second);
    expect({ reads: reads(), reported: listenerErrors.length }).toEqual({
      reads: ['a@0', 'a@1000', 'a@2000'],
      reported: 3,
    });
  });
});

describe('a callback', () => {
  test('that throws, at once or as a promise, is reported and harms nobody', async () => {
    const { clock, follow, listenerErrors, reads } = createHarness({
      script: () => [running],
      onStep() {
        throw new Error('onStep');
      },
    });
    const entry = follow('a');
    const seen: string[] = [];
    entry.observe(() => {
      throw new Error('observer');
    });
    entry.observe((async () => {
      throw new Error('promise');
    }) as () => void);
    entry.observe((event) => seen.push(event.type));
    await clock.advance(second);
    expect({ seen, reads: reads() }).toEqual({ seen: ['read', 'read'], reads: ['a@0', 'a@1000'] });
    expect(listenerErrors.map(String)).toEqual([
      'Error: observer',
      'Error: onStep',
      'Error: promise',
      'Error: observer',
      'Error: onStep',
      'Error: promise',
    ]);
  });

  test('may close the engine in the middle of a request for many', async () => {
    const { clock, engine, follow } = createHarness({
      batch: 10,
      script: () => [running],
      policy: { requestsPerSecond: 1e9, burst: 1e9 },
      onStep: () => engine.close(),
    });
    const entries = ['a', 'b', 'c'].map(follow);
    await clock.advance(minute);
    expect({ timers: clock.pendingTimers, reads: entries.map(({ row }) => row.reads) }).toEqual({
      timers: 0,
      reads: [1, 0, 0],
    });
  });

  test('may remove any migration while a throttled read is told', async () => {
    const slow = createSlowAnswer(toFailure('throttled', minute));
    const entries: Entry[] = [];
    const { clock, engine, follow, laneState } = createHarness({
      script: () => [slow.ask],
      policy: { concurrency: 1 },
      onStep(_entry, event) {
        if (event.type === 'held') for (const entry of entries) engine.remove(entry.id);
      },
    });
    entries.push(...['a', 'b'].map(follow));
    await clock.advance(second);
    slow.answerAll();
    await clock.advance(0);
    expect({ timers: clock.pendingTimers, lane: laneState().inFlight }).toEqual({
      timers: 0,
      lane: 0,
    });
    expect(entries.map(({ row }) => row.reads)).toEqual([0, 0]);
  });

  test('hears nothing of a migration that it has removed in the moment of its answer', async () => {
    const told: string[] = [];
    const { adapter, clock, engine, follow, laneState, listenerErrors } = createHarness({
      script: () => [running],
      onStep({ key }) {
        told.push(key);
        for (const { id } of entries) engine.remove(id);
      },
    });
    const entries = ['a', 'b', 'c'].map(follow);
    await clock.advance(second);
    expect(told).toEqual(['acme/a']);
    expect(adapter.reads.map(({ aborted }) => aborted)).toEqual([false, true, true]);
    expect({ inFlight: laneState().inFlight, timers: clock.pendingTimers, listenerErrors }).toEqual({
      inFlight: 0,
      timers: 0,
      listenerErrors: [],
    });
  });

  test('hears nothing of a migration that another callback has removed', async () => {
    const heard: string[] = [];
    const entries: Entry[] = [];
    const { clock, engine, follow } = createHarness({
      batch: 10,
      script: () => [running],
      policy: { requestsPerSecond: 1e9, burst: 1e9 },
      onStep(entry) {
        heard.push(entry.key);
        for (const other of entries) if (other !== entry) engine.remove(other.id);
      },
    });
    entries.push(...['a', 'b', 'c'].map(follow));
    await clock.advance(0);
    expect(heard).toEqual(['acme/a']);
  });

  test('may do anything at any time, and the engine keeps its promises', async () => {
    const anyAction = fc.constantFrom(
      'none',
      'add',
      'remove',
      'removeOther',
      'refresh',
      'refreshOther',
      'throw',
    );
    const anyAnswer = fc.constantFrom<ScriptedAnswer>(
      running,
      succeeded,
      toReading('not_found'),
      toFailure('transient'),
      toFailure('throttled', 5 * second),
      toFailure('unauthorized'),
      toFailure('invalid_request'),
      'never',
    );
    await fc.assert(
      fc.asyncProperty(
        fc.array(anyAction, { maxLength: 30 }),
        fc.array(anyAnswer, { minLength: 1, maxLength: 12 }),
        fc.option(fc.integer({ min: 1, max: 4 }), { nil: undefined }),
        fc.integer({ min: 1, max: 5 }),
        async (actions, answers, batch, concurrency) => {
          const entries: Entry[] = [];
          const out = new Map<string, number>();
          let turn = 0;
          let added = 0;
          const answer = async ({ key, signal }: ScriptedQuestion) => {
            out.set(key, (out.get(key) ?? 0) + 1);
            expect(out.get(key)).toBe(1);
            const next = answers[turn++ % answers.length];
            try {
              if (next === 'never') {
                await new Promise((resolve) => signal?.addEventListener('abort', resolve));
                throw signal?.reason;
              }
              if (next instanceof Error) throw next;
              return next;
            } finally {
              out.set(key, (out.get(key) ?? 0) - 1);
            }
          };
          const harness = createHarness({
            ...(batch !== undefined && { batch }),
            script: () => [answer],
            policy: { concurrency, readTimeoutMs: 20 * second },
            onStep: (entry) => act(entry),
          });
          const { clock, engine, laneState } = harness;
          const add = () => {
            entries.push(harness.follow(`m${added++}`));
          };
          function act(entry: Entry): void {
            const action = actions.shift();
            const other = entries.filter(({ isAlive }) => isAlive)[turn % entries.length];
            if (action === 'add') add();
            if (action === 'remove') engine.remove(entry.id);
            if (action === 'removeOther' && other) engine.remove(other.id);
            if (action === 'refresh') engine.refresh(entry.id);
            if (action === 'refreshOther' && other) engine.refresh(other.id);
            if (action === 'throw') throw new Error('a callback');
          }
          for (let index = 0; index < 4; index += 1) add();
          for (let index = 0; index < 30; index += 1) {
            await clock.advance(4 * second);
            expect(clock.pendingTimers).toBeLessThanOrEqual(1);
            expect(laneState().inFlight).toBeGreaterThanOrEqual(0);
            expect(laneState().inFlight).toBeLessThanOrEqual(concurrency);
            for (const { row, isAlive } of entries) {
              const isCaredFor = row.stopped !== undefined || !isAlive || clock.pendingTimers === 1;
              expect(isCaredFor).toBe(true);
            }
          }
          for (const { id, isAlive } of entries) if (isAlive) engine.remove(id);
          await clock.advance(0);
          expect({ timers: clock.pendingTimers, inFlight: laneState().inFlight }).toEqual({
            timers: 0,
            inFlight: 0,
          });
        },
      ),
      { numRuns: 60 },
    );
  });
});

test('the error of a provider is an error of this library also when it comes from another copy', async () => {
  const foreign = Object.assign(new Error('slow down'), { code: 'throttled', retryAfterMs: minute });
  Object.defineProperty(foreign, Symbol.for('migration-status.error-kind'), { value: 'request' });
  Object.assign(foreign, { failure: 'throttled' });
  expect(ProviderRequestError.isInstance(foreign)).toBe(true);
  const { clock, follow, reads } = createHarness({ script: () => [foreign] });
  follow('a');
  await clock.advance(minute);
  expect(reads()).toEqual(['a@0', 'a@60000']);
});
