import { expect, test } from 'vitest';
import { isOutOfSight, toMigrationName, toRemark } from '../../src/view/row-facts.ts';
import { toRow } from './row-source.ts';

test.each([
  ['acme/a', 'a'],
  ['acme/org%2F1/m%C3%BCll', 'org/1 / müll'],
  ['acme/100%', '100%'],
  ['other/a', 'other / a'],
])('the key %s is called %s', (key, name) => {
  expect(toMigrationName({ key, provider: 'acme' })).toBe(name);
});

test('what makes no progress can be seen, what cannot be read cannot', () => {
  expect(isOutOfSight(toRow('a', { state: 'running', conditions: ['stalled'] }))).toBe(false);
  expect(isOutOfSight(toRow('a', { state: 'running', conditions: ['stalled', 'throttled'] }))).toBe(true);
});

test('an error is said before a warning, and an issue before the message', () => {
  const { status } = toRow('a', { state: 'running' });
  if (status === undefined) throw new Error('a row without a status');
  const warning = { severity: 'warning', message: 'slow' } as const;
  const error = { severity: 'error', message: 'full' } as const;
  expect(toRemark({})).toBe('');
  expect(toRemark({ status: { ...status, message: 'going on' } })).toBe('going on');
  expect(toRemark({ status: { ...status, message: 'going on', issues: [warning] } })).toBe('slow');
  expect(toRemark({ status: { ...status, issues: [warning, error] } })).toBe('full');
});
