import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import * as z from 'zod/mini';
import { expectNoCanary } from '../../../../test/support/canary.ts';
import { isBaseUrl, isFetch, isHeaderValue, parseOptions } from '../../src/adapter/parse-options.ts';
import { ConfigurationError } from '../../src/model/errors/configuration-error.ts';

const schema = z.strictObject({
  apiKey: z.string().check(z.refine(isHeaderValue, 'a fit header')),
  page: z._default(z.number(), 1),
  nested: z.optional(z.object({ list: z.array(z.string()) })),
});

test('options come back typed, with their defaults', () => {
  expect(parseOptions(schema, { apiKey: 'k' }, 'createAcme')).toEqual({ apiKey: 'k', page: 1 });
});

describe('a misfit is named, and never repeated', () => {
  const canary = 'canary-4e4e';
  test.each([
    { value: {}, option: 'apiKey', message: 'createAcme: "apiKey" must be string, got nothing' },
    {
      value: { apiKey: '' },
      option: 'apiKey',
      message: 'createAcme: "apiKey" must be a fit header, got an empty string',
    },
    {
      value: { apiKey: `${canary}\n` },
      option: 'apiKey',
      message: 'createAcme: "apiKey" must be a fit header, got a string',
    },
    {
      value: { apiKey: [canary] },
      option: 'apiKey',
      message: 'createAcme: "apiKey" must be string, got an array',
    },
    {
      value: { apiKey: { canary } },
      option: 'apiKey',
      message: 'createAcme: "apiKey" must be string, got an object',
    },
    { value: { apiKey: null }, option: 'apiKey', message: 'createAcme: "apiKey" must be string, got null' },
    {
      value: { apiKey: () => canary },
      option: 'apiKey',
      message: 'createAcme: "apiKey" must be string, got a function',
    },
    {
      value: { apiKey: 'k', nested: { list: ['a', 1] } },
      option: 'nested.list[1]',
      message: 'createAcme: "nested.list[1]" must be string, got a number',
    },
    {
      value: { apiKey: 'k', apikey: canary },
      option: 'apikey',
      message: 'createAcme: there is no option "apikey"',
    },
    { value: canary, option: '', message: 'createAcme: the argument must be object, got a string' },
    { value: undefined, option: '', message: 'createAcme: the argument must be object, got nothing' },
  ])('$message', ({ value, option, message }) => {
    let error: unknown;
    try {
      parseOptions(schema, value, 'createAcme');
    } catch (thrown) {
      error = thrown;
    }
    expect(error).toBeInstanceOf(ConfigurationError);
    expect(error).toMatchObject({ option, message });
    expectNoCanary(error, [canary]);
  });
});

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
