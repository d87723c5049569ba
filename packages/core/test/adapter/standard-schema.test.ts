import { describe, expect, test } from 'vitest';
import * as z from 'zod/mini';
import { checkSchema, type StandardSchema } from '../../src/adapter/standard-schema.ts';

const schema = z.object({
  id: z.string(),
  kind: z.optional(z.enum(['a', 'b'])),
  size: z.optional(z.number().check(z.positive('a positive number'))),
  tags: z._default(z.array(z.object({ name: z.string() })), []),
});

function handWritten<Output>(
  validate: StandardSchema<Output>['~standard']['validate'],
): StandardSchema<Output> {
  return { '~standard': { version: 1, vendor: 'hand', validate } };
}

test('a value that fits comes back as the schema makes it', () => {
  expect(checkSchema(schema, { id: 'x', more: 1 })).toEqual({ value: { id: 'x', tags: [] } });
});

describe('a value that does not fit is reported by its first mismatch', () => {
  test.each([
    { value: 7, mismatch: { path: [], expected: 'object', actual: 7 } },
    { value: {}, mismatch: { path: ['id'], expected: 'string', actual: undefined } },
    { value: { id: null }, mismatch: { path: ['id'], expected: 'string', actual: null } },
    { value: { id: 'x', kind: 'c' }, mismatch: { path: ['kind'], expected: 'one of a, b', actual: 'c' } },
    { value: { id: 'x', size: -1 }, mismatch: { path: ['size'], expected: 'a positive number', actual: -1 } },
    {
      value: { id: 'x', tags: [{ name: 'ok' }, { name: 3 }] },
      mismatch: { path: ['tags', 1, 'name'], expected: 'string', actual: 3 },
    },
  ])('$value', ({ value, mismatch }) => {
    expect(checkSchema(schema, value)).toEqual({ mismatch });
  });

  test('a check without a message of its own says that much', () => {
    expect(checkSchema(z.string().check(z.minLength(1)), '')).toEqual({
      mismatch: { path: [], expected: 'another value', actual: '' },
    });
  });

  test('a field that must not be there is named', () => {
    expect(checkSchema(z.strictObject({ a: z.string() }), { a: 'x', b: 1, c: 2 })).toEqual({
      mismatch: { path: ['b'], expected: 'no such field', actual: 1 },
    });
  });

  test('a field of every object is not looked up where it is not there', () => {
    expect(checkSchema(z.object({ constructor: z.string() }), {})).toEqual({
      mismatch: { path: ['constructor'], expected: 'string', actual: undefined },
    });
  });
});

describe('a schema of another library', () => {
  test('can fit', () => {
    expect(
      checkSchema(
        handWritten(() => ({ value: 'made' })),
        'given',
      ),
    ).toEqual({ value: 'made' });
  });

  test('can give its path as objects, and a message', () => {
    const other = handWritten(() => ({ issues: [{ message: 'a date', path: [{ key: 'at' }, 0] }] }));
    expect(checkSchema(other, { at: ['x'] })).toEqual({
      mismatch: { path: ['at', 0], expected: 'a date', actual: 'x' },
    });
  });

  test('can give no path, and no issue at all', () => {
    expect(
      checkSchema(
        handWritten(() => ({ issues: [] })),
        1,
      ),
    ).toEqual({
      mismatch: { path: [], expected: 'another value', actual: 1 },
    });
  });

  test.each<[string, () => Promise<{ value: number }>]>([
    ['validate later', async () => ({ value: 1 })],
    ['fail later, which leaves no rejection that nobody handles', () => Promise.reject(new Error('late'))],
  ])('cannot %s', (_title, validate) => {
    expect(() => checkSchema(handWritten(validate), 1)).toThrow(
      new TypeError('expected a schema that validates synchronously'),
    );
  });
});
