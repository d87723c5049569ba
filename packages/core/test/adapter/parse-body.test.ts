import { describe, expect, it } from 'vitest';
import * as z from 'zod/mini';
import { parseBody } from '../../src/adapter/parse-body.ts';

const schema = z.object({ tasks: z.array(z.object({ status: z.string() })) });

describe('parseBody', () => {
  it('gives a body that fits', () => {
    expect(parseBody(schema, { tasks: [{ status: 'DONE' }] }, { provider: 'acme' })).toEqual({
      tasks: [{ status: 'DONE' }],
    });
  });

  it('names the place within the whole body, and of what kind it is that stands there', () => {
    const parse = () =>
      parseBody(schema, { tasks: [{ status: 7 }] }, { provider: 'acme', path: ['data', 'a b'] });
    expect(parse).toThrow(
      expect.objectContaining({
        name: 'ProviderResponseError',
        path: '$.data["a b"].tasks[0].status',
        message: 'acme: expected string at $.data["a b"].tasks[0].status, got a number',
      }),
    );
  });

  it('tells the word that stands there once it can take credentials out of it', () => {
    const redact = (text: string) => text.replaceAll('secret', '[redacted]');
    const parse = () =>
      parseBody(z.object({ secret: z.number() }), { secret: 'secret word' }, { provider: 'acme', redact });
    expect(parse).toThrow(
      expect.objectContaining({
        path: '$.[redacted]',
        message: 'acme: expected number at $.[redacted], got the string "[redacted] word"',
      }),
    );
  });
});
