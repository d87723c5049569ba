import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { createManualClock } from '../../../../test/support/manual-clock.ts';
import {
  createScriptedAdapter,
  type ScriptedRef,
  toReading,
} from '../../../../test/support/scripted-adapter.ts';
import type { MigrationHandle } from '../../src/tracker/handle.ts';
import { createTracker } from '../../src/tracker/tracker.ts';
import { createTrackerHarness } from './tracker-harness.ts';

const second = 1_000;
const minute = 60 * second;
const ref = { id: 'a' };
const running = toReading('running');
const succeeded = toReading('succeeded');

describe('forgetting', () => {
  test('stops to follow, aborts the read, and leaves no timer', async () => {
    const { clock, adapter, tracker } = createTrackerHarness({ a: ['never'] });
    tracker.track(adapter, ref);
    await clock.advance(0);
    expect(tracker.forget('acme/a')).toBe(true);
    expect({
      size: tracker.size,
      rows: tracker.rows(),
      row: tracker.get('acme/a'),
      aborted: adapter.reads[0]?.aborted,
      timers: clock.pendingTimers,
    }).toEqual({ size: 0, rows: [], row: undefined, aborted: true, timers: 0 });
  });

  test('of what is not tracked does nothing', async () => {
    const { adapter, tracker } = createTrackerHarness({ a: [running] });
    tracker.track(adapter, ref);
    expect([tracker.forget('acme/b'), tracker.forget('a'), tracker.forget('')]).toEqual([
      false,
      false,
      false,
    ]);
    expect([tracker.forget('acme/a'), tracker.forget('acme/a')]).toEqual([true, false]);
    expect(tracker.size).toBe(0);
  });

  test('ends the waits and iterations of all handles', async () => {
    const { clock, adapter, tracker, watch } = createTrackerHarness({ a: [running] });
    const handles = [tracker.track(adapter, ref), tracker.track(adapter, ref)];
    await clock.advance(0);
    const waits = handles.map((handle) => watch(handle.settled({ timeoutMs: minute })));
    const refreshes = handles.map((handle) => watch(handle.refresh()));
    const iterators = handles.map((handle) => handle[Symbol.asyncIterator]());
    tracker.forget('acme/a');
    await clock.advance(0);
    for (const { outcome, error } of [...waits, ...refreshes]) {
      expect({ outcome, error }).toMatchObject({
        outcome: 'rejected',
        error: { name: 'NotFoundOutError', code: 'released', key: 'acme/a', status: { state: 'running' } },
      });
    }
    for (const iterator of iterators) {
      expect(await iterator.next()).toMatchObject({ done: false, value: { status: { state: 'running' } } });
      expect(await iterator.next()).toEqual({ done: true, value: undefined });
    }
    expect(clock.pendingTimers).toBe(0);
  });

  test('leaves others alone, also those of the same request', async () => {
    const answer = Promise.withResolvers<unknown>();
    const { clock, adapter, tracker } = createTrackerHarness(
      () => [() => answer.promise.then(() => succeeded)],
      {
        batch: 10,
      },
    );
    for (const id of ['a', 'b', 'c']) tracker.track(adapter, { id });
    await clock.advance(0);
    tracker.forget('acme/b');
    answer.resolve(undefined);
    await clock.advance(0);
    expect(adapter.reads.map(({ aborted }) => aborted)).toEqual([false, false, false]);
    expect(tracker.rows().map(({ key, status }) => [key, status?.state])).toEqual([
      ['acme/a', 'succeeded'],
      ['acme/c', 'succeeded'],
    ]);
  });

  test('after the tracker was closed does nothing', async () => {
    const { adapter, tracker } = createTrackerHarness({ a: [running] });
    const told: unknown[] = [];
    tracker.on('forgotten', (event) => told.push(event));
    tracker.track(adapter, ref);
    await tracker.close();
    expect({ isForgotten: tracker.forget('acme/a'), size: tracker.size, told }).toEqual({
      isForgotten: false,
      size: 1,
      told: [],
    });
  });
});

describe('what was forgotten', () => {
  test('is told with what was known of it, once, also when the last handle lets go', async () => {
    const { clock, adapter, tracker } = createTrackerHarness({ a: [running], b: [succeeded] });
    const told: unknown[] = [];
    tracker.on('forgotten', ({ row }) => told.push([row.key, row.status?.state, row.meta]));
    tracker.track(adapter, ref, { meta: 7 });
    const handles = [tracker.track(adapter, { id: 'b' }), tracker.track(adapter, { id: 'b' })];
    await clock.advance(0);
    tracker.forget('acme/a');
    for (const handle of handles) handle.release();
    for (const handle of handles) handle.release();
    expect(told).toEqual([
      ['acme/a', 'running', 7],
      ['acme/b', 'succeeded', undefined],
    ]);
  });

  test('is not told of any more, also where it is forgotten while its end is told', async () => {
    const { clock, adapter, tracker } = createTrackerHarness({ a: [succeeded] });
    const told: string[] = [];
    for (const name of ['settled', 'forgotten'] as const) tracker.on(name, () => told.push(name));
    tracker.on('change', ({ row }) => void tracker.forget(row.key));
    tracker.track(adapter, ref);
    await clock.advance(0);
    expect(told).toEqual(['forgotten']);
  });

  test('can be tracked afresh', async () => {
    const { clock, adapter, tracker, watch } = createTrackerHarness({ a: [succeeded, running, succeeded] });
    tracker.track(adapter, ref, { group: 'wave 1', meta: 'first' });
    await clock.advance(0);
    tracker.forget('acme/a');
    const again = tracker.track(adapter, ref);
    expect(again.row).toEqual({ provider: 'acme', key: 'acme/a', ref, conditions: [], reads: 0 });
    const wait = watch(again.settled());
    await clock.advance(minute);
    expect(wait.value).toMatchObject({ state: 'succeeded' });
    expect(again.row.reads).toBe(2);
  });

  test('can be tracked afresh by another adapter of its provider', async () => {
    const clock = createManualClock();
    const [one, two] = [{ a: [running] }, { a: [succeeded] }].map((script) =>
      createScriptedAdapter({ clock, script }),
    );
    if (one === undefined || two === undefined) return expect.unreachable();
    const tracker = createTracker({ adapters: [one, two], clock, random: () => 0 });
    tracker.track(one, ref);
    await clock.advance(0);
    tracker.forget('acme/a');
    const handle = tracker.track(two, ref);
    await clock.advance(0);
    expect(handle.row).toMatchObject({ status: { state: 'succeeded' }, reads: 1 });
  });

  test('is gone already for whoever is told, and can be tracked again by him', async () => {
    const { clock, adapter, tracker, listenerErrors } = createTrackerHarness({ a: [running] });
    const seen: unknown[] = [];
    const leave = tracker.on('forgotten', ({ row }) => {
      leave();
      seen.push(tracker.get(row.key), tracker.size, tracker.forget(row.key));
      tracker.track(adapter, ref);
    });
    tracker.track(adapter, ref);
    tracker.forget('acme/a');
    expect(seen).toEqual([undefined, 0, false]);
    expect(tracker.size).toBe(1);
    await clock.advance(0);
    expect(tracker.get('acme/a')).toMatchObject({ status: { state: 'running' }, reads: 1 });
    expect(listenerErrors).toEqual([]);
  });

  test('is not read any more when it waited for its turn', async () => {
    const { clock, adapter, tracker } = createTrackerHarness(
      { a: ['never'], b: [running], c: [running] },
      {
        policy: { concurrency: 1 },
      },
    );
    for (const id of ['a', 'b', 'c']) tracker.track(adapter, { id });
    await clock.advance(0);
    tracker.forget('acme/b');
    tracker.forget('acme/a');
    await clock.advance(0);
    expect(adapter.reads.map(({ key }) => key)).toEqual(['acme/a', 'acme/c']);
  });
});

describe('a handle of what was forgotten', () => {
  async function forgetAndTrack() {
    const harness = createTrackerHarness({ a: [running, running, succeeded] });
    const { clock, adapter, tracker } = harness;
    const old = tracker.track(adapter, ref, { meta: 'first' });
    await clock.advance(0);
    tracker.forget('acme/a');
    const again = tracker.track(adapter, ref, { meta: 'second' });
    return { ...harness, old, again };
  }

  test('does not let go of what is tracked afresh', async () => {
    const { clock, tracker, old, again } = await forgetAndTrack();
    old.release();
    old.release();
    await clock.advance(minute);
    expect(tracker.size).toBe(1);
    expect(again.row).toMatchObject({ status: { state: 'succeeded' }, meta: 'second' });
  });

  test('says nothing of what is tracked afresh, and its waits reject at once', async () => {
    const { clock, adapter, old, watch } = await forgetAndTrack();
    await clock.advance(0);
    expect(old.row).toMatchObject({ key: 'acme/a', provider: 'acme' });
    expect(old.row).not.toHaveProperty('status.state', 'succeeded');
    expect(old.row).not.toHaveProperty('meta', 'second');
    const waits = [watch(old.settled()), watch(old.refresh())];
    await clock.advance(0);
    expect(
      waits.map(({ outcome, error }) => [outcome, error instanceof Error && 'code' in error && error.code]),
    ).toEqual([
      ['rejected', 'released'],
      ['rejected', 'released'],
    ]);
    expect(adapter.reads).toHaveLength(2);
    const rows: unknown[] = [];
    for await (const row of old) rows.push(row.key);
    expect(rows).toEqual(['acme/a']);
  });

  test('keeps its address', async () => {
    const { clock, adapter, tracker } = createTrackerHarness({ a: [running] });
    const handle = tracker.track(adapter, ref);
    await clock.advance(0);
    tracker.forget('acme/a');
    expect(handle.row).toMatchObject({ key: 'acme/a', ref });
  });

  test('does not touch another migration that has taken its place', async () => {
    const { clock, adapter, tracker } = createTrackerHarness({ a: [running], b: [succeeded] });
    const old = tracker.track(adapter, ref);
    tracker.forget('acme/a');
    const other = tracker.track(adapter, { id: 'b' });
    await clock.advance(0);
    old.release();
    expect(old.row.key).toBe('acme/a');
    expect(old.row).not.toHaveProperty('status');
    expect({ size: tracker.size, state: other.row.status?.state }).toEqual({ size: 1, state: 'succeeded' });
  });

  test('does not let go either after any number of others, under the same key', async () => {
    const { adapter, tracker } = createTrackerHarness({ a: [running] });
    const old = tracker.track(adapter, ref);
    for (let index = 0; index < 2 ** 16; index += 1) {
      tracker.forget('acme/a');
      tracker.track(adapter, ref);
    }
    old.release();
    expect(tracker.size).toBe(1);
  });
});

test('one of very many handles that lets go does not end what the others follow', () => {
  const { adapter, tracker } = createTrackerHarness({ a: [running] });
  const [first] = Array.from({ length: 2 ** 16 + 1 }, () => tracker.track(adapter, ref));
  first?.release();
  expect(tracker.size).toBe(1);
});

/** What a tracker must know, kept as simply as can be. */
interface Model {
  readonly holds: Map<string, number>;
  readonly handles: {
    readonly handle: MigrationHandle<unknown, ScriptedRef>;
    readonly id: string;
    run: number;
    isReleased: boolean;
  }[];
  /** Counts for each id how often it was forgotten. */
  readonly runs: Map<string, number>;
}

describe('whatever is tracked, let go of and forgotten', () => {
  const ids = ['a', 'b', 'c', 'd', 'e', 'f'];
  const anyAct = fc.record({
    what: fc.constantFrom('track', 'track', 'trackAll', 'forget', 'release', 'release', 'advance'),
    which: fc.nat(ids.length - 1),
    handle: fc.nat(100),
  });

  function letGo({ holds, runs }: Model, id: string): void {
    holds.delete(id);
    runs.set(id, (runs.get(id) ?? 0) + 1);
  }

  test('the tracker knows what a plain count of holds knows', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(anyAct, { maxLength: 60 }),
        fc.constantFrom(undefined, 3),
        async (acts, batch) => {
          const { clock, adapter, tracker, listenerErrors } = createTrackerHarness(
            (id) => [running, id < 'd' ? succeeded : running],
            batch === undefined ? {} : { batch },
          );
          const told: string[] = [];
          const expected: string[] = [];
          tracker.on('tracked', ({ row }) => told.push(`+${row.key}`));
          tracker.on('forgotten', ({ row }) => told.push(`-${row.key}`));
          const model: Model = { holds: new Map(), handles: [], runs: new Map() };
          const pinned = new Set<string>();
          for (const { what, which, handle: chosen } of acts) {
            const id = ids[which] ?? 'a';
            const key = `acme/${id}`;
            const isKnown = model.holds.has(id);
            switch (what) {
              case 'track':
                if (!isKnown) expected.push(`+${key}`);
                model.holds.set(id, (model.holds.get(id) ?? 0) + 1);
                model.handles.push({
                  handle: tracker.track(adapter, { id }),
                  id,
                  run: model.runs.get(id) ?? 0,
                  isReleased: false,
                });
                break;
              case 'trackAll': {
                // One that only handles hold on to is left to a test of its own.
                if (isKnown && !pinned.has(id)) break;
                if (!isKnown) expected.push(`+${key}`);
                expect(await tracker.trackAll(adapter, [{ id }])).toBe(isKnown ? 0 : 1);
                pinned.add(id);
                if (!isKnown) model.holds.set(id, 1);
                break;
              }
              case 'forget':
                expect(tracker.forget(key)).toBe(isKnown);
                if (!isKnown) break;
                expected.push(`-${key}`);
                pinned.delete(id);
                letGo(model, id);
                break;
              case 'release': {
                const known = model.handles[chosen % Math.max(1, model.handles.length)];
                if (known === undefined) break;
                known.handle.release();
                const isOld = known.isReleased || known.run !== (model.runs.get(known.id) ?? 0);
                known.isReleased = true;
                if (isOld) break;
                const left = (model.holds.get(known.id) ?? 0) - 1;
                model.holds.set(known.id, left);
                if (left > 0) break;
                expected.push(`-acme/${known.id}`);
                letGo(model, known.id);
                break;
              }
              case 'advance':
                await clock.advance(chosen * 20);
                break;
            }
            const keys = [...model.holds.keys()].map((each) => `acme/${each}`).sort();
            expect(tracker.size).toBe(keys.length);
            expect(
              tracker
                .rows()
                .map((row) => row.key)
                .sort(),
            ).toEqual(keys);
            for (const each of ids) {
              expect(tracker.get(`acme/${each}`)?.key).toBe(
                model.holds.has(each) ? `acme/${each}` : undefined,
              );
            }
            for (const { handle, id: of } of model.handles) expect(handle.row.key).toBe(`acme/${of}`);
          }
          expect(told).toEqual(expected);
          expect(listenerErrors).toEqual([]);
          for (const id of model.holds.keys()) tracker.forget(`acme/${id}`);
          expect({ size: tracker.size, timers: clock.pendingTimers }).toEqual({ size: 0, timers: 0 });
        },
      ),
      { numRuns: 150 },
    );
  });
});
