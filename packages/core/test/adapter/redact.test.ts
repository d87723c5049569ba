import { inspect } from 'node:util';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { expectNoCanary } from '../../../../test/support/canary.ts';
import { createRedactor, toSafeCause } from '../../src/adapter/redact.ts';

describe('a secret is taken out of a text', () => {
  const redact = createRedactor(['s3cr&t "x"', 'abcd', 'abcdef']);
  test.each([
    { title: 'as it is', text: 'key s3cr&t "x"!', cleaned: 'key [redacted]!' },
    { title: 'as it looks in a URL', text: '?key=s3cr%26t%20%22x%22&a=1', cleaned: '?key=[redacted]&a=1' },
    { title: 'as it looks in JSON', text: '{"key":"s3cr&t \\"x\\""}', cleaned: '{"key":"[redacted]"}' },
    { title: 'every time', text: 'abcd abcd', cleaned: '[redacted] [redacted]' },
    { title: 'the longer one of two that overlap', text: 'abcdef', cleaned: '[redacted]' },
    { title: 'and the rest is left', text: 'nothing here', cleaned: 'nothing here' },
  ])('$title', ({ text, cleaned }) => {
    expect(redact(text)).toBe(cleaned);
  });
});

test('what is too short to be a secret is left, so that words survive', () => {
  expect(createRedactor(['', 'a', 'abc'])('abc is a word')).toBe('abc is a word');
});

test('a secret that reads like a pattern is a text', () => {
  expect(createRedactor(['.*.*', '$&$&'])('a.*.*b$&$&c')).toBe('a[redacted]b[redacted]c');
});

test('no secret of at least four characters is left in any text', () => {
  const secret = fc.string({ unit: 'grapheme', minLength: 4 }).filter((text) => !'[redacted]'.includes(text));
  fc.assert(
    fc.property(secret, fc.string(), fc.string(), (text, before, after) => {
      const cleaned = createRedactor([text])(`${before}${text}${after}`);
      expect(cleaned.replaceAll('[redacted]', '\n')).not.toContain(text);
    }),
  );
});

describe('a safe cause', () => {
  const secret = 'canary-77aa';
  const redact = createRedactor([secret]);

  test('keeps name, message, code and causes without the secret', () => {
    const inner = Object.assign(new Error(`connect ${secret}`), {
      code: 'ECONNREFUSED',
      request: { secret },
    });
    const error = Object.assign(new TypeError(`fetch failed ${secret}`, { cause: inner }), {
      headers: [secret],
    });
    const safe = toSafeCause(error, redact);
    expect({ name: safe.name, message: safe.message, cause: { ...Object(safe.cause) } }).toEqual({
      name: 'TypeError',
      message: 'fetch failed [redacted]',
      cause: { name: 'Error', code: 'ECONNREFUSED' },
    });
    expect(inspect(safe)).toContain('connect [redacted]');
    expect(safe.stack).toContain('redact.test.ts');
    expectNoCanary(safe, [secret]);
  });

  test('hides a secret in a name or a code too', () => {
    const error = Object.assign(new Error('failed'), { name: secret, code: secret });
    const safe = toSafeCause(error, redact);
    expect({ ...safe }).toEqual({ name: '[redacted]', code: '[redacted]' });
    expectNoCanary(safe, [secret]);
  });

  test.each([secret, { request: secret }, [secret], null, undefined])('can be made of %j', (thrown) => {
    const safe = toSafeCause(thrown, redact);
    expect(safe).toBeInstanceOf(Error);
    expectNoCanary(safe, [secret]);
  });

  test('ends where causes run in a circle', () => {
    const error = new Error('round and round');
    error.cause = error;
    const chain: unknown[] = [];
    for (let cause: unknown = toSafeCause(error, redact); cause instanceof Error; cause = cause.cause)
      chain.push(cause);
    expect(chain).toHaveLength(4);
  });
});
