import { describe, expect, test } from 'vitest';
import { createManualClock, startOfWallTime } from '../../../../test/support/manual-clock.ts';
import {
  createScriptedAdapter,
  type ScriptedAdapter,
  type ScriptedAnswer,
  toFailure,
  toReading,
} from '../../../../test/support/scripted-adapter.ts';
import { createFileStore, type FileStore } from '../../src/store/file-store.ts';
import { createMemoryStore } from '../../src/store/memory-store.ts';
import type { Store, StoreEntry } from '../../src/store/store.ts';
import { createTracker, type Tracker, type TrackerOptions } from '../../src/tracker/tracker.ts';
import { useTemporaryFolder } from '../store/temporary-folder.ts';
import { watchPromise } from './tracker-harness.ts';

const second = 1_000;
const minute = 60 * second;
const pending = toReading('pending');
const running = toReading('running');
const succeeded = toReading('succeeded');
const newPath = useTemporaryFolder();

type Script = Readonly<Record<string, readonly ScriptedAnswer[]>>;

/** A store that only writes down what it is handed, as it was at that moment. */
function createNotebook(append: Store['append'] = async () => {}) {
  const entries: StoreEntry[] = [];
  const store: Store = {
    load: async () => undefined,
    save: async () => {},
    append(entry) {
      entries.push(structuredClone(entry));
      return append(entry);
    },
  };
  return { store, entries };
}

function start(script: Script, options: Partial<TrackerOptions>, clock = createManualClock()) {
  const errors: unknown[] = [];
  const adapter = createScriptedAdapter({ clock, script });
  const tracker = createTracker({
    adapters: [adapter],
    clock,
    random: () => 0,
    onListenerError: (error) => errors.push(error),
    ...options,
  });
  return { clock, adapter, tracker, errors };
}

/** An entry in a few words. */
function toWords(entry: StoreEntry): string {
  if (entry.type === 'forgotten') return `${entry.key} is forgotten`;
  if (entry.type === 'lane') return `${entry.lane.name} is parked`;
  return entry.to === undefined
    ? `${entry.row.key} is tracked`
    : `${entry.row.key}: ${entry.from ?? 'nothing'} to ${entry.to}`;
}

describe('a store', () => {
  test('is told of every migration that is tracked, goes over to another state, or is forgotten, in order', async () => {
    const { store, entries } = createNotebook();
    const { clock, adapter, tracker } = start(
      {
        a: [pending, toReading('pending', { message: 'soon' }), running, toFailure('transient'), succeeded],
        b: [running],
      },
      { store },
    );
    const handle = tracker.track(adapter, { id: 'a' });
    tracker.track(adapter, { id: 'a' });
    await clock.advance(minute);
    await tracker.trackAll(adapter, [{ id: 'b' }, { id: 'a' }]);
    await clock.advance(0);
    tracker.push({
      provider: 'acme',
      key: 'acme/b',
      ref: { id: 'b' },
      observedAt: new Date(clock.wallTime()).toISOString(),
      ...toReading('paused'),
    });
    tracker.forget('acme/b');
    handle.release();
    tracker.track(adapter, { id: 'c' }).release();
    expect(entries.map(toWords)).toEqual([
      'acme/a is tracked',
      'acme/a: nothing to pending',
      'acme/a: pending to running',
      'acme/a: running to succeeded',
      'acme/b is tracked',
      'acme/b: nothing to running',
      'acme/b: running to paused',
      'acme/b is forgotten',
      'acme/c is tracked',
      'acme/c is forgotten',
    ]);
  });

  test('is handed what an export says of the row, without what the provider said to itself, and when it was', async () => {
    const { store, entries } = createNotebook();
    const { clock, adapter, tracker } = start({ a: [running] }, { store });
    await clock.advance(second);
    tracker.track(adapter, { id: 'a' }, { group: 'wave 1', meta: 'not for others' });
    const [tracked] = tracker.export().rows;
    await clock.advance(0);
    tracker.forget('acme/a');
    const at = new Date(startOfWallTime + second).toISOString();
    const time = startOfWallTime + second;
    expect(entries).toEqual([
      { type: 'row', at, row: tracked },
      {
        type: 'row',
        at,
        to: 'running',
        row: {
          ...tracked,
          reading: { state: 'running', nativeState: 'running' },
          observedAt: time,
          dueAt: time + second,
          readAt: time,
          reads: 1,
        },
      },
      { type: 'forgotten', at, key: 'acme/a' },
    ]);
  });

  test('is told before those who listen, so that what they do comes after it', async () => {
    const { store, entries } = createNotebook();
    const { clock, adapter, tracker } = start({ a: [running] }, { store });
    tracker.on('change', ({ row }) => tracker.forget(row.key));
    tracker.on('tracked', () => entries.push({ type: 'forgotten', at: '', key: 'a listener' }));
    tracker.track(adapter, { id: 'a' });
    await clock.advance(0);
    expect(entries.map(toWords)).toEqual([
      'acme/a is tracked',
      'a listener is forgotten',
      'acme/a: nothing to running',
      'acme/a is forgotten',
    ]);
  });

  test('is told that a migration has ended as one that nobody knows', async () => {
    const { store, entries } = createNotebook();
    const { clock, adapter, tracker } = start({}, { store });
    tracker.track(adapter, { id: 'a' });
    await clock.advance(minute);
    expect(tracker.get('acme/a')).toMatchObject({ stopped: 'settled' });
    expect(entries.at(-1)).toMatchObject({ type: 'row', row: { stopped: 'settled' } });
  });

  test('is told of another ref of a known key, which is what will be asked for', async () => {
    const { store, entries } = createNotebook();
    const { clock, adapter, tracker } = start({ a: [succeeded, 'never'] }, { store });
    tracker.track(adapter, { id: 'a' });
    await clock.advance(0);
    tracker.track(adapter, { id: 'a', requestedAt: '2026-01-01T00:00:05.000Z' });
    await clock.advance(0);
    expect(entries.at(-1)).toMatchObject({
      type: 'row',
      row: { key: 'acme/a', ref: { requestedAt: '2026-01-01T00:00:05.000Z' } },
    });
    expect(entries.at(-1)).not.toHaveProperty('row.stopped');
  });

  test('is told nothing when nothing changes, when a tracker takes up what was, and after it was closed', async () => {
    const first = start({ a: [running] }, {});
    const handle = first.tracker.track(first.adapter, { id: 'a' });
    await first.clock.advance(0);
    const { store, entries } = createNotebook();
    const later = start({ a: [running] }, { store, resume: first.tracker.export() }, first.clock);
    await first.tracker.close();
    await later.clock.advance(minute);
    await later.tracker.close();
    later.tracker.forget('acme/a');
    handle.release();
    expect(entries).toEqual([]);
  });

  test.each([null, {}, 'file', { load() {}, save() {} }])('that is %j is refused', (store) => {
    expect(() => createTracker({ adapters: [], store: store as unknown as Store })).toThrow(
      expect.objectContaining({ name: 'ConfigurationError', option: 'store' }),
    );
  });
});

describe('a store that fails', () => {
  test.each<[string, Store['append']]>([
    ['rejects', () => Promise.reject(new Error('the disk is full'))],
    [
      'throws',
      () => {
        throw new Error('the disk is full');
      },
    ],
  ])('and %s is reported each time, and harms nobody', async (_title, append) => {
    const { store, entries } = createNotebook(append);
    const { clock, adapter, tracker, errors } = start({ a: [running, succeeded] }, { store });
    const heard: unknown[] = [];
    tracker.on('change', ({ row }) => heard.push(row.status?.state));
    const handle = tracker.track(adapter, { id: 'a' });
    const wait = watchPromise(clock, handle.settled());
    await clock.advance(minute);
    expect({ heard, outcome: wait.outcome, entries: entries.length }).toEqual({
      heard: ['running', 'succeeded'],
      outcome: 'resolved',
      entries: 3,
    });
    expect(tracker.forget('acme/a')).toBe(true);
    await tracker.close();
    expect(errors.map(String)).toEqual(Array.from({ length: 4 }, () => 'Error: the disk is full'));
  });

  test('once is told of what comes after', async () => {
    let calls = 0;
    const { store, entries } = createNotebook(async () => {
      calls += 1;
      if (calls === 1) throw new Error('the disk is full');
    });
    const { clock, adapter, tracker, errors } = start({ a: [running] }, { store });
    tracker.track(adapter, { id: 'a' });
    await clock.advance(0);
    expect({ errors: errors.length, words: entries.map(toWords) }).toEqual({
      errors: 1,
      words: ['acme/a is tracked', 'acme/a: nothing to running'],
    });
  });
});

describe('closing', () => {
  test('waits for all that is being written, in whatever order it is done', async () => {
    const writes: PromiseWithResolvers<void>[] = [];
    const { store } = createNotebook(() => {
      const write = Promise.withResolvers<void>();
      writes.push(write);
      return write.promise;
    });
    const { clock, adapter, tracker } = start({}, { store });
    for (const id of ['a', 'b', 'c']) tracker.track(adapter, { id });
    const closed = watchPromise(clock, tracker.close());
    const closedAgain = watchPromise(clock, tracker.close());
    const outcomes: string[] = [];
    for (const index of [2, 0, 1]) {
      await clock.advance(0);
      outcomes.push(closed.outcome, closedAgain.outcome);
      writes[index]?.resolve();
    }
    await clock.advance(0);
    outcomes.push(closed.outcome, closedAgain.outcome);
    expect(outcomes).toEqual([...Array.from({ length: 6 }, () => 'pending'), 'resolved', 'resolved']);
  });

  test('resolves also when what is being written fails', async () => {
    const { store } = createNotebook(() => Promise.reject(new Error('the disk is full')));
    const { adapter, tracker, errors } = start({}, { store });
    tracker.track(adapter, { id: 'a' });
    await expect(tracker.close()).resolves.toBeUndefined();
    expect(errors).toHaveLength(1);
  });
});

/** A place where a store of one process is found by the next. */
interface Place {
  open(): Store;
  close(): Promise<void>;
}

function createPlaceInMemory(): Place {
  const store = createMemoryStore();
  return { open: () => store, close: async () => {} };
}

function createPlaceInFile(): Place {
  const path = newPath();
  let store: FileStore | undefined;
  return {
    open() {
      store = createFileStore({ path });
      return store;
    },
    close: async () => store?.close(),
  };
}

describe.each([
  ['in memory', createPlaceInMemory],
  ['in a file', createPlaceInFile],
])('after the end of a process, with a store %s', (_title, createPlace) => {
  const script: Script = {
    ended: [running, succeeded],
    goes: [pending, running],
    forgotten: [running],
  };

  /** What is followed, as far as a store is told of it. */
  function toFollowed(tracker: Tracker) {
    return tracker.rows().map(({ key, ref, group, stopped, status }) => ({
      key,
      ref,
      group,
      stopped,
      state: status?.state,
    }));
  }

  async function live(
    adapter: ScriptedAdapter,
    tracker: Tracker,
    advance: () => Promise<void>,
  ): Promise<void> {
    for (const id of Object.keys(script)) tracker.track(adapter, { id }, { group: `of ${id}` });
    await advance();
    tracker.forget('acme/forgotten');
    tracker.track(adapter, { id: 'unread' });
  }

  test('another one follows the same, and goes on to write', async () => {
    const place = createPlace();
    const first = start(script, { store: place.open() });
    await live(first.adapter, first.tracker, () => first.clock.advance(10 * second));
    const followed = toFollowed(first.tracker);
    await first.tracker.close();

    await place.close();
    const store = place.open();
    const resume = await store.load();
    const later = start({ goes: [succeeded], unread: [running] }, { store, resume }, first.clock);
    expect(toFollowed(later.tracker)).toEqual(followed);
    expect(followed).toEqual([
      { key: 'acme/ended', ref: { id: 'ended' }, group: 'of ended', stopped: 'settled', state: 'succeeded' },
      { key: 'acme/goes', ref: { id: 'goes' }, group: 'of goes', stopped: undefined, state: 'running' },
      { key: 'acme/unread', ref: { id: 'unread' }, group: undefined, stopped: undefined, state: undefined },
    ]);
    await later.clock.advance(minute);
    expect(new Set(later.adapter.reads.map(({ key }) => key))).toEqual(new Set(['acme/goes', 'acme/unread']));
    await later.tracker.close();

    const rows = (await store.load())?.rows.map(({ key, reading, stopped }) => [
      key,
      reading?.state,
      stopped,
    ]);
    expect(rows).toEqual([
      ['acme/ended', 'succeeded', 'settled'],
      ['acme/goes', 'succeeded', 'settled'],
      ['acme/unread', 'running', undefined],
    ]);
    await place.close();
  });

  test('what was saved goes on with what came after it', async () => {
    const place = createPlace();
    const store = place.open();
    const { clock, adapter, tracker } = start(script, { store });
    for (const id of ['ended', 'goes']) tracker.track(adapter, { id });
    await clock.advance(0);
    await store.save(tracker.export());
    tracker.forget('acme/ended');
    await clock.advance(10 * second);
    tracker.track(adapter, { id: 'unread' });
    await tracker.close();
    await place.close();
    const resume = await place.open().load();
    const later = start({}, { resume }, clock);
    expect(toFollowed(later.tracker)).toEqual([
      { key: 'acme/goes', ref: { id: 'goes' }, group: undefined, stopped: undefined, state: 'running' },
      { key: 'acme/unread', ref: { id: 'unread' }, group: undefined, stopped: undefined, state: undefined },
    ]);
    expect(resume?.lanes).toHaveLength(1);
    await later.tracker.close();
    await place.close();
  });

  test('there is nothing to take up the first time', async () => {
    const place = createPlace();
    const store = place.open();
    const resume = await store.load();
    const { tracker } = start({}, { store, resume });
    expect({ resume, size: tracker.size }).toEqual({ resume: undefined, size: 0 });
    await place.close();
  });
});

test('a lane that is parked is parked in the next process too, as far as a store can tell', async () => {
  const store = createMemoryStore();
  const clock = createManualClock();
  const script = { a: [toFailure('throttled', 10 * minute)], b: [running] };
  const { tracker, adapter } = start(script, { store }, clock);
  for (const id of ['a', 'b']) tracker.track(adapter, { id });
  await clock.advance(second);
  const asked = adapter.reads.length;

  const resume = await store.load();
  await tracker.close();
  const next = createScriptedAdapter({ clock, script: { a: [running], b: [running] } });
  await using later = createTracker({ adapters: [next], clock, random: () => 0, resume, store });
  await clock.advance(9 * minute);
  expect({ asked: asked > 0, size: later.size, reads: next.reads.length }).toEqual({
    asked: true,
    size: 2,
    reads: 0,
  });
  await clock.advance(2 * minute);
  expect(next.reads.length).toBeGreaterThan(0);
});
