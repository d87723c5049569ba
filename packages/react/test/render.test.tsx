import {
  createStatusView,
  type MigrationHistory,
  type MigrationRow,
  type StatusSnapshot,
  type StatusView,
  toSnapshotJson,
} from '@migration-status/core';
import { renderToString } from 'react-dom/server';
import { afterEach, describe, expect, expectTypeOf, test, vi } from 'vitest';
import { createManualSource } from '../../core/test/view/row-source.ts';
import {
  createRemoteStatusView,
  MigrationProgress,
  MigrationTable,
  useConnection,
  useMigration,
  useMigrationHistory,
  useStatusView,
} from '../src/index.ts';
import { createSharedClock } from '../src/shared-clock.ts';

function createScene() {
  const source = createManualSource();
  return { source, view: createStatusView(source) };
}

const rowOf = (key: string, news: Parameters<ReturnType<typeof createManualSource>['track']>[1]) =>
  createManualSource().track(key, news);

describe('a server', () => {
  test('renders the table with its rows, and without ages', () => {
    const { source, view } = createScene();
    source.track('acme/org%201/7', { state: 'running', percent: 40 });
    source.track('acme/down', { state: 'running', conditions: ['unreachable'], at: 60 });
    const html = renderToString(<MigrationTable view={view} className="mine" />);
    expect(html).toMatch(/^<table class="mine" data-connection="live" aria-busy="false"><caption>Migrations/);
    expect(html).toContain('<th scope="row" data-column="migration">org 1 / 7</th>');
    expect(html).toContain('2026-01-01 00:00:00 UTC</time>');
    expect(html).toMatch(/data-key="acme\/down"[^>]* data-state="running" data-stale=""/);
    expect(html).toContain('unreachable, 2026-01-01 00:01:00 UTC');
    expect(html).not.toContain('ago');
  });

  test('renders what a view of the snapshot it sends along renders', () => {
    const { source, view } = createScene();
    for (const key of ['a', 'b', 'c']) source.track(key, { state: 'paused', percent: 4 });
    source.track('acme/7', { state: 'paused', name: 'The old shop' });
    const initial = JSON.parse(JSON.stringify(toSnapshotJson(view.getSnapshot())));
    const remote = createRemoteStatusView('/events', { initial });
    const html = renderToString(<MigrationTable view={remote} />);
    expect(html).toBe(renderToString(<MigrationTable view={view} />));
    expect(html).toContain('>The old shop</th>');
  });

  test('does not say that there is nothing, which it cannot know', () => {
    const html = renderToString(<MigrationTable view={createRemoteStatusView('/events')} />);
    expect(html).toContain('<span role="status">connecting</span>');
    expect(html).toContain('<tbody></tbody>');
    expect(renderToString(<MigrationTable view={createScene().view} />)).toBe(html);
  });

  test('renders what the hooks give', () => {
    const { source, view } = createScene();
    source.track('a', { state: 'running' });
    expect(renderToString(<Probe view={view} />)).toBe('1 running  1 live');
  });
});

describe('the progress bar', () => {
  test.each([
    [{ state: 'running', percent: 40 }, /^<progress max="100" value="40" aria-label="40 %"><\/progress>/],
    [{ state: 'running' }, /^<progress max="100" aria-label="running, progress not reported"><\/progress>$/],
    [{ state: 'running', conditions: ['unreachable'] }, /^$/],
    [{ state: 'running', conditions: ['stalled'] }, /^<progress max="100" aria-label/],
    [{ state: 'succeeded' }, /^$/],
    [{}, /^$/],
  ] as const)('of %j makes nothing up', (news, html) => {
    expect(renderToString(<MigrationProgress row={rowOf('a', news)} />)).toMatch(html);
  });

  test('says its words in another language', () => {
    const row = rowOf('a', { state: 'running' });
    expect(renderToString(<MigrationProgress row={row} texts={{ unknownProgress: 'läuft' }} />)).toContain(
      'aria-label="läuft"',
    );
  });
});

describe('the table', () => {
  test('has columns of your own, and the words that you give it', () => {
    const { source, view } = createScene();
    source.track('acme/a', { state: 'awaiting_input', group: 'wave 1' });
    source.track('acme/<b>', { state: 'unknown' });
    const html = renderToString(
      <MigrationTable
        view={view}
        columns={['state', { id: 'wave', header: 'Wave', cell: ({ group }) => group, isRowHeader: true }]}
        texts={{ caption: 'Umzüge' }}
      />,
    );
    expect(html).toContain('<caption>Umzüge');
    expect(html).toContain('<th scope="col" data-column="wave">Wave</th>');
    expect(html).toContain(
      '<td data-column="state">awaiting input</td><th scope="row" data-column="wave">wave 1</th>',
    );
    expect(html).toContain('“unknown”');
    expect(html).toContain('data-key="acme/&lt;b&gt;"');
  });
});

describe('the clock of all ages', () => {
  afterEach(() => {
    vi.useRealTimers();
  });

  test('is one timer, which stands while nobody listens', () => {
    vi.useFakeTimers({ now: 1_500 });
    const clock = createSharedClock();
    expect([clock.now(), vi.getTimerCount()]).toEqual([1_000, 0]);
    const listener = vi.fn();
    const stops = [clock.subscribe(listener), clock.subscribe(() => {})];
    expect(vi.getTimerCount()).toBe(1);
    vi.advanceTimersByTime(2_000);
    expect([clock.now(), listener.mock.calls.length]).toEqual([3_000, 2]);
    for (const stop of stops) stop();
    expect(vi.getTimerCount()).toBe(0);
    vi.advanceTimersByTime(10_000);
    expect(clock.now()).toBe(13_000);
  });
});

test('the types follow from what is asked for', () => {
  expect(renderToString(<TypeProbe view={createScene().view} />)).toBe('');
});

/** Says what each hook gives. */
function Probe({ view }: { readonly view: StatusView }): string {
  const { total } = useStatusView(view, (snapshot) => ({ total: snapshot.total }));
  const row = useMigration(view, 'a');
  const none = useMigration(view, 'b');
  const history = useMigrationHistory(view, 'a');
  return [total, row?.status?.state, none, history?.states.length, useConnection(view)].join(' ');
}

function TypeProbe({ view }: { readonly view: StatusView }): null {
  expectTypeOf(useStatusView(view)).toEqualTypeOf<StatusSnapshot>();
  expectTypeOf(useStatusView(view, ({ done }) => ({ done }))).toEqualTypeOf<{ done: number }>();
  expectTypeOf(useMigration(view, 'a')).toEqualTypeOf<MigrationRow | undefined>();
  expectTypeOf(useMigrationHistory(view, 'a')).toEqualTypeOf<MigrationHistory | undefined>();
  expectTypeOf(useConnection(view)).toEqualTypeOf<'connecting' | 'live' | 'lost' | 'locked'>();
  expectTypeOf(createRemoteStatusView('/events')).toExtend<typeof view>();
  // @ts-expect-error a column has one of the known names, or a cell
  void (<MigrationTable view={view} columns={['nothing']} />);
  return null;
}
