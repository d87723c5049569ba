import { expect, test } from 'vitest';
import { auditAdapter } from '../src/index.ts';
import { createReferenceHarness } from './reference-harness.ts';

const audits = auditAdapter(createReferenceHarness());

test('each id is given once', () => {
  const ids = audits.map(({ id }) => id);
  expect(new Set(ids).size).toBe(ids.length);
  expect(ids.filter((id) => !/^[A-Z]-\d{2}$/.test(id))).toEqual([]);
});

test('each name begins with what is required', () => {
  expect(audits.filter(({ name }) => !/^(?:MUST|SHOULD|MAY) /.test(name))).toEqual([]);
});

test('no id has changed its meaning', () => {
  expect(audits.map(({ id, name }) => `${id} ${name}`)).toMatchSnapshot();
});
