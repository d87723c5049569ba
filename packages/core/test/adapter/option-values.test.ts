import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  isBaseUrl,
  isFetch,
  isHeaderValue,
  isTimeoutMs,
  toBasicAuthorization,
} from '../../src/adapter/option-values.ts';

describe('a header value', () => {
  test.each(['k', 'Bearer abc.def', '!', 'a b', '~'.repeat(500)])('can be "%s"', (value) => {
    expect(isHeaderValue(value)).toBe(true);
  });

  test.each(['', ' ', ' k', 'k ', 'k\n', 'k\r\nx-evil: 1', 'a\tb', 'a\0b', 'clé', '🔑', '\u007f', '\nk'])(
    'cannot be %j',
    (value) => {
      expect(isHeaderValue(value)).toBe(false);
    },
  );

  test('is sent as it is', () => {
    fc.assert(
      fc.property(fc.string(), (value) => {
        fc.pre(isHeaderValue(value));
        expect(new Headers({ 'x-key': value }).get('x-key')).toBe(value);
      }),
    );
  });
});

describe('a base URL', () => {
  test.each([
    'https://api.example.com',
    'https://api.example.com:8443/v2/',
    'http://localhost:3000',
    'http://127.0.0.1:8080/api',
    'http://127.1.2.3',
    'http://[::1]:8080',
  ])('can be %s', (value) => {
    expect(isBaseUrl(value)).toBe(true);
  });

  test.each([
    '',
    'api.example.com',
    '/v2',
    'http://api.example.com',
    'http://localhost.example.com',
    'http://127.0.0.1.example.com',
    'http://10.0.0.1',
    'ftp://api.example.com',
    'file:///etc/passwd',
    'javascript:alert(1)',
    'https://user@api.example.com',
    'https://user:password@api.example.com',
    'https://:password@api.example.com',
    'https://api.example.com/?a=1',
    'https://api.example.com/?',
    'https://api.example.com/#a',
    'https://api.example.com#',
    'https://api.example.com ',
    'https://api.exa\nmple.com',
  ])('cannot be %j', (value) => {
    expect(isBaseUrl(value)).toBe(false);
  });
});

test('only a function stands in for fetch', () => {
  expect([fetch, () => {}, undefined, null, 'fetch', {}].map(isFetch)).toEqual([
    true,
    true,
    false,
    false,
    false,
    false,
  ]);
});

describe('a time limit', () => {
  test.each([1, 0.5, 30_000, Number.POSITIVE_INFINITY])('can be %s', (value) => {
    expect(isTimeoutMs(value)).toBe(true);
  });

  test.each([0, -0, -1, Number.NaN, Number.NEGATIVE_INFINITY, '50', null])('cannot be %s', (value) => {
    expect(isTimeoutMs(value)).toBe(false);
  });
});

describe('a user and a password', () => {
  test.each([
    { user: 'ada', password: 'pa:ss', header: 'Basic YWRhOnBhOnNz' },
    { user: '', password: '', header: 'Basic Og==' },
    { user: 'zoë', password: 'пароль🔑', header: 'Basic em/DqzrQv9Cw0YDQvtC70Yzwn5SR' },
  ])('$user and $password make a header', ({ user, password, header }) => {
    expect(toBasicAuthorization(user, password)).toBe(header);
  });

  test('can be read back from the header, whatever characters they have', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), fc.string({ unit: 'grapheme' }), (user, password) => {
        const header = toBasicAuthorization(user, password);
        expect(isHeaderValue(header)).toBe(true);
        expect(Buffer.from(header.slice('Basic '.length), 'base64').toString()).toBe(`${user}:${password}`);
      }),
    );
  });
});
