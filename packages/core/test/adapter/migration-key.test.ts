import fc from 'fast-check';
import { expect, test } from 'vitest';
import { toMigrationKey } from '../../src/adapter/migration-key.ts';

test.each([
  { provider: 'velt', parts: ['org_1', 'mig_7'], key: 'velt/org_1/mig_7' },
  { provider: 'velt', parts: ['org_1', 'mig/7'], key: 'velt/org_1/mig%2F7' },
  { provider: 'velt', parts: ['a b', '?#%'], key: 'velt/a%20b/%3F%23%25' },
  { provider: 'onlyoffice', parts: ['🚚'], key: 'onlyoffice/%F0%9F%9A%9A' },
  { provider: 'onlyoffice', parts: [''], key: 'onlyoffice/' },
  { provider: 'onlyoffice', parts: [], key: 'onlyoffice' },
  { provider: 'a/b', parts: ['\uD800'], key: 'a%2Fb/%EF%BF%BD' },
])('$parts at $provider is $key', ({ provider, parts, key }) => {
  expect(toMigrationKey(provider, parts)).toBe(key);
});

test('different addresses have different keys, and a key tells its address', () => {
  const part = fc.string({ unit: 'grapheme' }).filter((text) => text.isWellFormed());
  fc.assert(
    fc.property(part, fc.array(part), (provider, parts) => {
      const key = toMigrationKey(provider, parts);
      expect(key.split('/').map(decodeURIComponent)).toEqual([provider, ...parts]);
    }),
  );
});

test('any text can be part of a key', () => {
  fc.assert(
    fc.property(
      fc.string({ unit: fc.integer({ min: 0, max: 0xffff }).map((unit) => String.fromCharCode(unit)) }),
      (id) => {
        expect(toMigrationKey('acme', [id])).toMatch(/^acme\/[\w%.!~*'()-]*$/);
      },
    ),
  );
});
