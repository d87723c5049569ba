import fc from 'fast-check';
import { describe, expect, test, vi } from 'vitest';
import { ConfigurationError } from '../../src/model/errors/configuration-error.ts';
import { type MigrationState, migrationStates } from '../../src/model/migration-state.ts';
import type { ConditionKind } from '../../src/step/row.ts';
import type { KeyedList } from '../../src/view/keyed-list.ts';
import { createStatusView, type RowSource, type StatusViewOptions } from '../../src/view/status-view.ts';
import { toNaiveSnapshot, toPlain } from './naive-snapshot.ts';
import { createManualSource, type ManualSource, toRow } from './row-source.ts';

/** Some rows of two groups, and one of none. */
function createSource(): ManualSource {
  const source = createManualSource();
  source.track('a', { state: 'running', percent: 50, group: 'wave 1' });
  source.track('b', { state: 'succeeded', group: 'wave 1' });
  source.track('c', { state: 'failed', group: 'wave 2', conditions: ['unreachable'] });
  source.track('d', { group: 'wave 2' });
  source.track('e', { state: 'paused' });
  return source;
}

function keysOf(list: KeyedList<{ readonly key: string }>): string {
  return [...list].map(({ key }) => key).join(' ');
}

describe('a snapshot', () => {
  test('has the numbers of all rows and of each group', () => {
    const { rows, groups, ...numbers } = createStatusView(createSource()).getSnapshot();
    expect(keysOf(rows)).toBe('a b c d e');
    expect(numbers).toMatchObject({
      total: 5,
      done: 2,
      unread: 1,
      counts: { running: 1, succeeded: 1, failed: 1, paused: 1, pending: 0 },
      conditions: { unreachable: 1, throttled: 0, unauthorized: 0, stalled: 0 },
      mostUrgent: 'failed',
      hasSucceeded: false,
    });
    expect(groups.slice()).toMatchObject([
      { group: 'wave 1', total: 2, done: 1, unread: 0, mostUrgent: 'running' },
      { group: 'wave 2', total: 2, done: 1, unread: 1, mostUrgent: 'failed', conditions: { unreachable: 1 } },
    ]);
    expect(groups.get('wave 2')).toBe(groups.at(1));
  });

  test('of no rows is empty, and no success', () => {
    const snapshot = createStatusView(createManualSource()).getSnapshot();
    expect(toPlain(snapshot)).toEqual(toNaiveSnapshot([]));
  });

  test('of rows of which some have not been read is no success', () => {
    const source = createManualSource();
    source.track('a', { state: 'succeeded', group: 'wave 1' });
    source.track('b', { group: 'wave 1' });
    const view = createStatusView(source);
    expect(view.getSnapshot()).toMatchObject({ total: 2, done: 1, hasSucceeded: false });
    source.change('b', { state: 'succeeded' });
    expect(view.getSnapshot()).toMatchObject({ total: 2, done: 2, hasSucceeded: true });
    expect(view.getSnapshot().groups.at(0)).toMatchObject({ hasSucceeded: true });
  });

  test('is frozen in all its parts', () => {
    const snapshot = createStatusView(createSource()).getSnapshot();
    const { rows, groups, counts, conditions } = snapshot;
    const [group] = groups;
    for (const part of [
      snapshot,
      rows,
      groups,
      counts,
      conditions,
      group,
      group?.counts,
      group?.conditions,
    ]) {
      expect(Object.isFrozen(part)).toBe(true);
    }
  });

  test('is the same object until something changes', () => {
    const source = createSource();
    const view = createStatusView(source);
    const snapshot = view.getSnapshot();
    source.emit('anomaly', { row: toRow('a'), kind: 'contrary_read', message: 'late' });
    expect(view.getSnapshot()).toBe(snapshot);
    source.change('a', { percent: 60 });
    expect(view.getSnapshot()).not.toBe(snapshot);
    expect(view.getSnapshot()).toBe(view.getSnapshot());
  });

  test('shares what has not changed with the one before', () => {
    const source = createSource();
    const view = createStatusView(source);
    const before = view.getSnapshot();
    const row = source.change('a', { percent: 60 });
    const moved = view.getSnapshot();
    expect(moved.rows.get('a')).toBe(row);
    expect(moved.rows.slice(1)).toEqual(before.rows.slice(1));
    for (const [index, other] of before.rows.slice(1).entries()) expect(moved.rows.at(index + 1)).toBe(other);
    expect(moved.groups).toBe(before.groups);
    expect(moved.counts).toBe(before.counts);
    source.change('a', { state: 'paused' });
    const paused = view.getSnapshot();
    expect(paused.groups.get('wave 2')).toBe(before.groups.get('wave 2'));
    expect(paused.groups.get('wave 1')).not.toBe(before.groups.get('wave 1'));
    source.track('f');
    expect(view.getSnapshot().groups).toBe(paused.groups);
  });

  test('stays what it was', () => {
    const source = createSource();
    const view = createStatusView(source, { sortBy: ({ status }) => status?.state });
    const before = view.getSnapshot();
    const then = toPlain(before);
    const rowsThen = source.rows();
    source.change('a', { state: 'failed', group: 'wave 3' });
    source.forget('b');
    source.forget('c');
    source.track('x', { state: 'pending' });
    source.track('b', { group: 'wave 1' });
    source.change('d', { state: 'canceled' });
    expect(toPlain(before)).toEqual(then);
    for (const row of rowsThen) expect(before.rows.get(row.key)).toBe(row);
    expect(before.rows.get('x')).toBeUndefined();
    expect(before.groups.get('wave 3')).toBeUndefined();
    expect(before.groups.get('wave 1')?.total).toBe(2);
    expect(view.getSnapshot().groups.get('wave 1')?.total).toBe(1);
  });
});

describe('options', () => {
  test('a filter leaves rows out of everything, and puts them back in their turn', () => {
    const source = createSource();
    const view = createStatusView(source, { filter: ({ status }) => status?.state !== 'failed' });
    expect(keysOf(view.getSnapshot().rows)).toBe('a b d e');
    expect(view.getSnapshot()).toMatchObject({ total: 4, counts: { failed: 0 } });
    source.change('b', { state: 'failed' });
    source.change('c', { state: 'running' });
    expect(keysOf(view.getSnapshot().rows)).toBe('a c d e');
    expect(view.getSnapshot().groups.get('wave 1')?.total).toBe(1);
  });

  test('a row that is left out changes no snapshot', () => {
    const source = createSource();
    const view = createStatusView(source, { filter: ({ group }) => group === 'wave 1' });
    const snapshot = view.getSnapshot();
    source.change('c', { state: 'paused' });
    source.track('z');
    source.forget('z');
    expect(view.getSnapshot()).toBe(snapshot);
  });

  test('rows can be sorted by several values, with the order of tracking among equals', () => {
    const view = createStatusView(createSource(), {
      sortBy: ({ group, status }) => [group, status ? 0 : 1],
    });
    expect(keysOf(view.getSnapshot().rows)).toBe('a b c d e');
    const backwards = createStatusView(createSource(), {
      sortBy: ({ status }) => -(status?.progress?.percent ?? 0),
    });
    expect(keysOf(backwards.getSnapshot().rows)).toBe('a b c d e');
    const byState = createStatusView(createSource(), { sortBy: ({ status }) => status?.state });
    expect(keysOf(byState.getSnapshot().rows)).toBe('c e a b d');
  });

  test('groups can follow from anything in a row, and have any name', () => {
    const source = createSource();
    const view = createStatusView(source, { groupBy: ({ status }) => status && `__proto__ ${status.state}` });
    expect([...view.getSnapshot().groups].map(({ group }) => group)).toEqual([
      '__proto__ failed',
      '__proto__ paused',
      '__proto__ running',
      '__proto__ succeeded',
    ]);
    const odd = createStatusView(source, { groupBy: () => '__proto__' });
    expect(odd.getSnapshot().groups.get('__proto__')?.total).toBe(5);
  });

  test.each([
    [{ filter: 'failed' }, 'filter', '"filter" must be a function, got a string'],
    [{ groupBy: 1 }, 'groupBy', '"groupBy" must be a function, got a number'],
    [{ sortBy: ['key'] }, 'sortBy', '"sortBy" must be a function, got an array'],
    [{ onListenerError: {} }, 'onListenerError', '"onListenerError" must be a function, got an object'],
    [{ historySize: -1 }, 'historySize', '"historySize" must be a whole number of at least 0, got a number'],
    [{ orderBy: () => 1 }, 'orderBy', 'there is no option "orderBy"'],
  ])('%o is refused', (options, option, complaint) => {
    const source = createSource();
    const message = `createStatusView: ${complaint}`;
    expect(() => createStatusView(source, options as StatusViewOptions)).toThrow(
      new ConfigurationError({ option, message }),
    );
    expect(source.listeners).toBe(0);
  });

  test.each([undefined, null, {}, { rows: () => [] }])('%o in place of a tracker is refused', (tracker) => {
    expect(() => createStatusView(tracker as unknown as RowSource)).toThrow(ConfigurationError);
  });

  test('what a function throws for rows that are there comes out of the call, and leaves no listener', () => {
    const source = createSource();
    const sortBy = () => {
      throw new Error('no key');
    };
    expect(() => createStatusView(source, { sortBy })).toThrow('no key');
    expect(source.listeners).toBe(0);
  });

  test('what a function throws later on leaves everything as it was', () => {
    const source = createSource();
    const sortBy = ({ status }: { readonly status?: { readonly state: string } }) => {
      if (status?.state === 'unknown') throw new Error('no key');
      return status?.state;
    };
    const view = createStatusView(source, { sortBy });
    const snapshot = view.getSnapshot();
    expect(() => source.change('a', { state: 'unknown', group: 'wave 9' })).toThrow('no key');
    expect(view.getSnapshot()).toBe(snapshot);
    source.change('a', { state: 'paused' });
    expect(toPlain(view.getSnapshot())).toEqual(toNaiveSnapshot(source.rows(), { sortBy }));
  });
});

describe('listeners', () => {
  test('are told once of all changes of a turn, each of which is in the snapshot at once', async () => {
    const source = createSource();
    const view = createStatusView(source);
    const seen: number[] = [];
    view.subscribe(() => seen.push(view.getSnapshot().done));
    source.change('a', { state: 'succeeded' });
    expect(view.getSnapshot().done).toBe(3);
    source.change('e', { state: 'failed' });
    expect(view.getSnapshot().done).toBe(4);
    expect(seen).toEqual([]);
    await undefined;
    expect(seen).toEqual([4]);
    await undefined;
    source.change('d', { state: 'failed' });
    await undefined;
    expect(seen).toEqual([4, 5]);
  });

  test('are not told of what changes no snapshot', async () => {
    const source = createSource();
    const view = createStatusView(source, { filter: ({ group }) => group === 'wave 1' });
    const listener = vi.fn();
    view.subscribe(listener);
    source.change('c', { state: 'paused' });
    await undefined;
    expect(listener).not.toHaveBeenCalled();
  });

  test('that throw or reject are reported, and harm nobody', async () => {
    const source = createSource();
    const errors: unknown[] = [];
    const view = createStatusView(source, { onListenerError: (error) => errors.push(error) });
    const listener = vi.fn();
    view.subscribe(() => {
      throw 'thrown';
    });
    view.subscribe(async () => {
      throw 'rejected';
    });
    view.subscribe(listener);
    source.change('a', { percent: 60 });
    await undefined;
    await undefined;
    expect(errors).toEqual(['thrown', 'rejected']);
    expect(listener).toHaveBeenCalledTimes(1);
  });

  test('that throw are said on the console when nobody asks for the errors', async () => {
    const say = vi.mocked(console.error).mockReturnValue();
    const source = createSource();
    const view = createStatusView(source);
    view.subscribe(() => {
      throw 'thrown';
    });
    source.change('a', { percent: 60 });
    await undefined;
    expect(say.mock.calls.splice(0)).toEqual([['migration-status: a listener threw', 'thrown']]);
  });

  test('end by themselves: each by its own function, also in the middle of a turn', async () => {
    const source = createSource();
    const view = createStatusView(source);
    const listener = vi.fn();
    const stops = [view.subscribe(listener), view.subscribe(listener)];
    stops[0]?.();
    stops[0]?.();
    const last = view.subscribe(listener);
    view.subscribe(() => last());
    stops[1]?.();
    view.subscribe(() => end());
    const end = view.subscribe(listener);
    source.change('a', { percent: 60 });
    await undefined;
    expect(listener).toHaveBeenCalledTimes(1);
  });

  test('may change rows themselves, and are told of that in the next turn', async () => {
    const source = createSource();
    const view = createStatusView(source);
    const seen: unknown[] = [];
    view.subscribe(() => {
      seen.push(view.getSnapshot().rows.get('a')?.status?.progress?.percent);
      if (seen.length < 3) source.change('a', { percent: 60 + seen.length });
    });
    source.change('a', { percent: 60 });
    for (let turn = 0; turn < 5; turn += 1) await undefined;
    expect(seen).toEqual([60, 61, 62]);
  });

  test('must be functions', () => {
    const { subscribe } = createStatusView(createSource());
    const message = 'subscribe: expected a function';
    for (const listener of ['told', undefined]) {
      expect(() => subscribe(listener as unknown as () => void)).toThrow(
        new ConfigurationError({ option: 'listener', message }),
      );
    }
  });
});

describe('closing', () => {
  test('leaves the last snapshot, and no listener on either side', async () => {
    const source = createSource();
    const view = createStatusView(source);
    const listener = vi.fn();
    view.subscribe(listener);
    expect(source.listeners).toBeGreaterThan(0);
    source.change('a', { percent: 60 });
    const snapshot = view.getSnapshot();
    view.close();
    view.close();
    expect(source.listeners).toBe(0);
    view.subscribe(listener)();
    source.change('a', { percent: 70 });
    await undefined;
    expect(view.getSnapshot()).toBe(snapshot);
    expect(listener).not.toHaveBeenCalled();
  });

  test('happens at the end of a block that uses the view', () => {
    const source = createSource();
    {
      using view = createStatusView(source);
      expect(view.getSnapshot().total).toBe(5);
    }
    expect(source.listeners).toBe(0);
  });
});

test('news of a row that was let go of comes too late', () => {
  const source = createSource();
  const view = createStatusView(source);
  source.forget('a');
  source.emit('change', { row: toRow('a', { state: 'failed' }) });
  source.emit('forgotten', { row: toRow('a') });
  expect(view.getSnapshot().rows.get('a')).toBeUndefined();
  expect(view.getSnapshot().total).toBe(4);
});

test('a state that a later version wrote counts as unknown', () => {
  const source = createManualSource();
  source.track('a', { state: 'hibernating' as MigrationState });
  const view = createStatusView(source);
  expect(view.getSnapshot()).toMatchObject({ counts: { unknown: 1 }, mostUrgent: 'unknown' });
  source.forget('a');
  expect(view.getSnapshot()).toMatchObject({ counts: { unknown: 0 }, total: 0 });
});

type Change = (source: ManualSource) => void;

const conditionKinds: readonly ConditionKind[] = ['unreachable', 'throttled', 'unauthorized', 'stalled'];
const anyKey = fc.integer({ min: 0, max: 59 }).map((number) => `key ${number}`);
const anyGroup = fc.option(fc.constantFrom('a', 'b', 'c', '__proto__', ''), { nil: undefined });
const anyNews = fc.record(
  {
    state: fc.constantFrom(...migrationStates),
    percent: fc.integer({ min: 0, max: 9 }),
    conditions: fc.subarray([...conditionKinds]),
    at: fc.nat(5),
    group: anyGroup,
  },
  { requiredKeys: [] },
);

/** Most changes are news of a row; an unknown key is tracked instead. */
const anyChange: fc.Arbitrary<Change> = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.tuple(anyKey, anyNews).map(
      ([key, news]): Change =>
        (source) =>
          source.track(key, news),
    ),
  },
  {
    weight: 4,
    arbitrary: fc.tuple(anyKey, anyNews).map(
      ([key, news]): Change =>
        (source) => {
          if (source.rows().some((row) => row.key === key)) source.change(key, news);
        },
    ),
  },
  {
    weight: 2,
    arbitrary: anyKey.map(
      (key): Change =>
        (source) =>
          source.forget(key),
    ),
  },
);

const variants: Readonly<Record<string, StatusViewOptions>> = {
  'as they are': {},
  'sorted by a number': { sortBy: ({ status }) => status?.progress?.percent },
  'sorted by several values': { sortBy: ({ group, key, status }) => [group, status?.state, key] },
  filtered: { filter: ({ status, conditions }) => status?.state !== 'running' && conditions.length < 3 },
  'filtered, sorted and grouped by state': {
    filter: ({ conditions }) => conditions.length < 2,
    sortBy: ({ status }) => status?.state,
    groupBy: ({ status }) => status?.state,
  },
};

describe('whatever happens, a snapshot says what a recount from nothing says, for rows', () => {
  test.each(Object.entries(variants))('%s', (_title, options) => {
    fc.assert(
      fc.property(fc.array(anyChange, { maxLength: 150, size: 'max' }), (changes) => {
        const source = createManualSource();
        const view = createStatusView(source, options);
        const history: { readonly snapshot: ReturnType<typeof view.getSnapshot>; readonly plain: object }[] =
          [];
        for (const change of changes) {
          change(source);
          const snapshot = view.getSnapshot();
          const plain = toPlain(snapshot);
          expect(plain).toEqual(toNaiveSnapshot(source.rows(), options));
          for (const row of plain.rows) expect(snapshot.rows.get(row.key)).toBe(row);
          for (const group of plain.groups) expect(snapshot.groups.get(group.group)).toBe(group);
          history.push({ snapshot, plain });
        }
        for (const { snapshot, plain } of history.filter((_, index) => index % 10 === 0)) {
          expect(toPlain(snapshot)).toEqual(plain);
          for (let number = 0; number < 60; number += 1) {
            const key = `key ${number}`;
            expect(snapshot.rows.get(key)).toBe(snapshot.rows.slice().find((row) => row.key === key));
          }
        }
        const late = createStatusView(source, options);
        expect(toPlain(late.getSnapshot())).toEqual(toPlain(view.getSnapshot()));
      }),
      { numRuns: 30 },
    );
  });
});
