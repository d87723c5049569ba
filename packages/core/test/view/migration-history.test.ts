import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { migrationStates } from '../../src/model/migration-state.ts';
import {
  type MigrationHistory,
  noHistory,
  type Past,
  toHistory,
  withNews,
} from '../../src/view/migration-history.ts';
import { createStatusView } from '../../src/view/status-view.ts';
import { createManualSource, type RowNews, toRow } from './row-source.ts';

const toTime = (second: number) => `2026-01-01T00:00:${String(second).padStart(2, '0')}.000Z`;

/** The history of a row of which there have been some news. */
function play(news: readonly RowNews[], most = 16): MigrationHistory {
  let past: Past = noHistory;
  let row = toRow('a');
  for (const piece of news) {
    row = toRow('a', piece, row);
    past = withNews(past, row, most);
  }
  return toHistory(past, most);
}

describe('a history', () => {
  test('has each state once, with the time it was first seen', () => {
    const { states } = play([
      { state: 'pending', at: 1 },
      { state: 'running', at: 2 },
      { state: 'running', at: 3, percent: 5 },
      { state: 'succeeded', at: 4 },
    ]);
    expect(states).toEqual([
      { at: toTime(1), state: 'pending', nativeState: 'pending' },
      { at: toTime(2), state: 'running', nativeState: 'running' },
      { at: toTime(4), state: 'succeeded', nativeState: 'succeeded' },
    ]);
  });

  test('has outages with their beginning and the look that ended them', () => {
    const { conditions, states } = play([
      { state: 'running', at: 1 },
      { conditions: ['unreachable'], at: 2 },
      { conditions: [], at: 9 },
      { conditions: ['throttled'], at: 11 },
    ]);
    expect(conditions).toEqual([
      { kind: 'unreachable', since: toTime(2), until: toTime(9), message: 'unreachable it is' },
      { kind: 'throttled', since: toTime(11), message: 'throttled it is' },
    ]);
    expect(states).toHaveLength(1);
  });

  test('ends no outage before it began, where the last good look was before it', () => {
    const down = toRow('a', { conditions: ['unreachable'], at: 5 });
    const history = toHistory(
      withNews(withNews(noHistory, down, 4), toRow('a', { state: 'failed', at: 2 }), 4),
      4,
    );
    expect(history.conditions).toMatchObject([{ since: toTime(5), until: toTime(5) }]);
  });

  test('keeps the latest states, and the whole curve in larger steps', () => {
    const words = ['pending', 'running', 'paused', 'running', 'awaiting_input', 'running'] as const;
    const news = Array.from({ length: 30 }, (_, index) => ({
      state: words[index % words.length] ?? 'running',
      percent: index,
      at: index,
    }));
    const { states, progress } = play(news, 4);
    expect(states.map(({ at }) => at)).toEqual([26, 27, 28, 29].map(toTime));
    expect(progress).toHaveLength(4);
    expect(progress[0]).toMatchObject({ at: toTime(0), percent: 0 });
    expect(progress.at(-1)).toMatchObject({ at: toTime(29), percent: 29 });
  });

  test('is the same object while there is nothing to note, and frozen to its depth', () => {
    const row = toRow('a', { state: 'running', percent: 4, conditions: ['stalled'] });
    const history = toHistory(withNews(noHistory, row, 4), 4);
    expect(toHistory(withNews(history, toRow('a', {}, row), 4), 4)).toBe(history);
    for (const list of [history.states, history.conditions, history.progress]) {
      expect(Object.isFrozen(list) && list.every(Object.isFrozen)).toBe(true);
      expect(list).toHaveLength(1);
    }
  });

  test('is the same whether somebody asks for it after each piece of news or after all of them', () => {
    const news = Array.from({ length: 60 }, (_, at): RowNews => {
      const state = migrationStates[at % 3] ?? 'running';
      return { state, percent: at, conditions: at % 5 < 2 ? ['unreachable'] : [], at };
    });
    for (let length = 0; length <= news.length; length += 1) {
      let asked = noHistory;
      let row = toRow('a');
      for (const piece of news.slice(0, length)) {
        row = toRow('a', piece, row);
        asked = toHistory(withNews(asked, row, 6), 6);
      }
      expect(play(news.slice(0, length), 6)).toEqual(asked);
    }
  });

  test('never grows beyond its size, and stays in order, whatever happens', () => {
    const anyNews = fc.record(
      {
        state: fc.constantFrom(...migrationStates),
        percent: fc.nat(100),
        conditions: fc.subarray(['unreachable', 'throttled', 'stalled'] as const),
      },
      { requiredKeys: [] },
    );
    fc.assert(
      fc.property(fc.array(anyNews, { maxLength: 40 }), fc.integer({ min: 1, max: 6 }), (news, most) => {
        const { states, conditions, progress } = play(
          news.map((piece, at) => ({ ...piece, at })),
          most,
        );
        for (const times of [
          states.map(({ at }) => at),
          progress.map(({ at }) => at),
          conditions.map(({ since }) => since),
        ]) {
          expect(times.length).toBeLessThanOrEqual(most);
          expect(times).toEqual(times.toSorted());
        }
        for (const { since, until = since } of conditions) expect(until >= since).toBe(true);
      }),
    );
  });
});

describe('the history in a view', () => {
  test('begins with the row as it was when the view first saw it', () => {
    const source = createManualSource();
    source.track('a', { state: 'pending', at: 1 });
    const view = createStatusView(source);
    expect(view.getHistory('a')?.states).toMatchObject([{ state: 'pending', at: toTime(1) }]);
    source.change('a', { state: 'running', at: 2 });
    source.change('a', { state: 'succeeded', at: 3 });
    expect(view.getHistory('a')?.states.map(({ state }) => state)).toEqual([
      'pending',
      'running',
      'succeeded',
    ]);
  });

  test('is the same object until there is more', () => {
    const source = createManualSource();
    source.track('a', { state: 'running', percent: 1 });
    const view = createStatusView(source);
    const before = view.getHistory('a');
    expect(view.getHistory('a')).toBe(before);
    source.change('a', { percent: 2, at: 1 });
    expect(view.getHistory('a')).not.toBe(before);
    expect(before?.progress).toHaveLength(1);
  });

  test('is there for shown rows only, and goes with them', () => {
    const source = createManualSource();
    const view = createStatusView(source, { filter: ({ status }) => status?.state !== 'paused' });
    source.track('a', { state: 'running' });
    source.change('a', { state: 'paused' });
    expect([view.getHistory('a'), view.getHistory('b')]).toEqual([undefined, undefined]);
    source.change('a', { state: 'running' });
    expect(view.getHistory('a')?.states).toHaveLength(1);
    source.forget('a');
    source.track('a', { state: 'failed' });
    expect(view.getHistory('a')?.states).toMatchObject([{ state: 'failed' }]);
  });

  test('is none where none is kept', () => {
    const source = createManualSource();
    const view = createStatusView(source, { historySize: 0 });
    source.track('a', { state: 'running' });
    source.change('a', { state: 'paused' });
    expect(view.getHistory('a')).toEqual({ states: [], conditions: [], progress: [] });
  });
});
