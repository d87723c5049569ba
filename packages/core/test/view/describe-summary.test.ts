import { expect, test } from 'vitest';
import { describeDuration } from '../../src/view/describe-duration.ts';
import { describeSummary } from '../../src/view/describe-summary.ts';
import { createStatusView } from '../../src/view/status-view.ts';
import { createManualSource } from './row-source.ts';

const start = Date.UTC(2026, 0, 1);

test('a summary is one line, with our trouble beside the states, and since when', () => {
  const source = createManualSource();
  const view = createStatusView(source);
  expect(describeSummary(view.getSnapshot())).toBe('no migrations');
  for (const key of ['a', 'b', 'c']) source.track(key, { state: 'succeeded', group: 'wave 1' });
  source.track('d', { state: 'partially_succeeded' });
  source.track('e', { state: 'running', conditions: ['unreachable'], at: 20, group: 'wave 1' });
  source.track('f', { state: 'running', conditions: ['unreachable'], at: 30 });
  source.track('g', { state: 'failed' });
  source.track('h');
  const line = '5 of 8 done, 1 failed, 1 partially succeeded, 2 running, 1 not read yet, 2 unreachable';
  expect(describeSummary(view.getSnapshot(), start + 60_000)).toBe(`${line} for 40 s`);
  expect(describeSummary(view.getSnapshot())).toBe(line);
  const group = view.getSnapshot().groups.get('wave 1');
  expect(group && describeSummary(group, start)).toBe('3 of 4 done, 1 running, 1 unreachable');
});

test('large numbers can be read', () => {
  const source = createManualSource();
  const view = createStatusView(source);
  for (let index = 0; index < 1_234; index += 1) source.track(String(index), { state: 'running' });
  expect(describeSummary(view.getSnapshot())).toBe('0 of 1,234 done, 1,234 running');
});

test('the oldest trouble that is left counts', () => {
  const source = createManualSource();
  const view = createStatusView(source);
  source.track('a', { state: 'running', conditions: ['throttled'], at: 1 });
  source.track('b', { state: 'running', conditions: ['throttled'], at: 31 });
  source.change('a', { conditions: [], at: 40 });
  expect(describeSummary(view.getSnapshot(), start + 61_000)).toBe(
    '0 of 2 done, 2 running, 1 throttled for 30 s',
  );
  source.forget('b');
  expect(view.getSnapshot().oldestConditions).toEqual({});
});

test.each([
  [0, '0 s'],
  [-5, '0 s'],
  [Number.NaN, '0 s'],
  [999, '0 s'],
  [40_000, '40 s'],
  [60_000, '1 min'],
  [192_000, '3 min 12 s'],
  [7_500_000, '2 h 5 min'],
  [349_200_000, '4 d 1 h'],
  [86_400_000 + 59_000, '1 d'],
])('%d ms is %s', (durationMs, text) => {
  expect(describeDuration(durationMs)).toBe(text);
});

test.each([
  [192_000, '3 min'],
  [86_400_000 + 59_000, '1 d'],
  [0, '0 s'],
])('%d ms in one unit is %s', (durationMs, text) => {
  expect(describeDuration(durationMs, 1)).toBe(text);
});
