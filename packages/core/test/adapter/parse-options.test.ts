import { describe, expect, test } from 'vitest';
import * as z from 'zod/mini';
import { expectNoCanary } from '../../../../test/support/canary.ts';
import { isHeaderValue } from '../../src/adapter/option-values.ts';
import { parseOptions } from '../../src/adapter/parse-options.ts';
import { ConfigurationError } from '../../src/model/errors/configuration-error.ts';

const place = { provider: 'acme', subject: 'createAcme' };
const schema = z.strictObject({
  apiKey: z.string().check(z.refine(isHeaderValue, 'a fit header')),
  page: z._default(z.number(), 1),
  nested: z.optional(z.object({ list: z.array(z.string()) })),
});

test('options come back typed, with their defaults', () => {
  expect(parseOptions(schema, { apiKey: 'k' }, place)).toEqual({ apiKey: 'k', page: 1 });
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
      parseOptions(schema, value, place);
    } catch (thrown) {
      error = thrown;
    }
    expect(error).toBeInstanceOf(ConfigurationError);
    expect(error).toMatchObject({ provider: 'acme', option, message });
    expectNoCanary(error, [canary]);
  });
});
