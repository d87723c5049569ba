import { describe, expect, test } from 'vitest';
import { createScriptedAdapter, toFailure, toReading } from '../../../../test/support/scripted-adapter.ts';
import type { MigrationAdapter } from '../../src/adapter/contract.ts';
import {
  type Answer,
  askForMany,
  askForOne,
  type ReadOutcome,
  toOutcome,
  toReadFailure,
} from '../../src/engine/read.ts';
import { ConfigurationError } from '../../src/model/errors/configuration-error.ts';
import { ProviderResponseError } from '../../src/model/errors/provider-response-error.ts';
import { isReading } from '../../src/model/is-reading.ts';
import type { MigrationReading } from '../../src/model/migration-status.ts';
import { normalizeReading } from '../../src/model/normalize-reading.ts';

const adapter = createScriptedAdapter({ batch: 10, script: () => [toReading('running')] });
const { signal } = new AbortController();
const asIs = (answer: Answer) => answer;

/** An adapter whose calls are replaced by what nobody would write, which a type would not allow. */
function createOddAdapter(members: Record<string, unknown>): MigrationAdapter {
  return { ...adapter, ...members } as unknown as MigrationAdapter;
}

/** What a read of one brings when the adapter returns something. */
async function readOne(result: unknown, known?: MigrationReading): Promise<ReadOutcome> {
  const odd = createOddAdapter({ getStatus: async () => result });
  return toOutcome(odd, await askForOne(odd, { id: 'a' }, {}, asIs), 'acme/a', known);
}

/** What a read of several brings when the adapter returns something. */
async function readMany(result: unknown, keys: readonly string[]): Promise<readonly ReadOutcome[]> {
  const odd = createOddAdapter({ getStatuses: async () => result });
  const answer = await askForMany(
    odd,
    keys.map((id) => ({ id })),
    {},
    asIs,
  );
  return keys.map((key) => toOutcome(odd, answer, key, undefined));
}

const noReading = new ProviderResponseError({
  provider: 'acme',
  path: '$',
  message: 'the adapter of acme returned no reading',
});

describe('a read of one', () => {
  test('hands the context to the adapter as it is, and gives the reading', async () => {
    const seen: unknown[] = [];
    const odd = createOddAdapter({
      getStatus: async (...parameters: unknown[]) => {
        seen.push(...parameters);
        return toReading('paused');
      },
    });
    const context = { signal, memo: { cursor: 1 }, wallTime: 42 };
    const answer = await askForOne(odd, { id: 'a' }, context, asIs);
    expect(toOutcome(odd, answer, 'acme/a', undefined)).toEqual({ reading: toReading('paused') });
    expect(seen).toEqual([{ id: 'a' }, context]);
  });

  test('keeps what is for the engine alone', async () => {
    const reading = {
      ...toReading('running'),
      retryAfterMs: 500,
      memo: { cursor: 7 },
      rateLimit: { remaining: 9, resetMs: 1_000 },
    };
    expect(await readOne(structuredClone(reading))).toEqual({ reading });
  });

  test.each<[string, unknown]>([
    ['NaN', Number.NaN],
    ['Infinity', Number.POSITIVE_INFINITY],
    ['a negative time', -1],
    ['a word', 'soon'],
    ['null', null],
  ])('takes no notice of a wish to wait that is %s', async (_title, retryAfterMs) => {
    const outcome = await readOne({ ...toReading('running'), retryAfterMs });
    expect(outcome).toStrictEqual({ reading: toReading('running') });
  });

  test('freezes the reading to its depth', async () => {
    const outcome = await readOne({
      ...toReading('running', { progress: { percent: 5 } }),
      memo: { cursor: [7] },
      native: { list: [{ a: 1 }] },
    });
    if (!('reading' in outcome)) throw new Error('a reading is expected');
    const { reading } = outcome;
    expect(() => Object.assign(reading, { state: 'succeeded' })).toThrow(TypeError);
    expect(() => Object.assign(reading.progress ?? {}, { percent: 6 })).toThrow(TypeError);
    expect(() => Object.assign(Object(reading.memo).cursor, { 0: 8 })).toThrow(TypeError);
    expect(() => Object.assign(Object(reading.native).list[0], { a: 2 })).toThrow(TypeError);
  });

  test('takes a known reading that is handed back for the same, without another look', async () => {
    let looks = 0;
    const known = Object.freeze({
      ...toReading('running'),
      get state() {
        looks += 1;
        return 'running' as const;
      },
    });
    const outcome = await readOne(known, known);
    expect('reading' in outcome && outcome.reading).toBe(known);
    expect(looks).toBe(0);
  });

  test('looks at a reading that only equals the known one', async () => {
    const known = normalizeReading(toReading('running'));
    const outcome = await readOne(toReading('running', { progress: { percent: 500 } }), known);
    expect(outcome).toEqual({ reading: toReading('running', { progress: { percent: 100 } }) });
  });

  test('does not take nothing for a known reading that there is not', async () => {
    expect(await readOne(undefined, undefined)).toEqual({ error: noReading });
  });

  test.each<[string, unknown]>([
    ['nothing', undefined],
    ['null', null],
    ['a word', 'running'],
    ['a date', new Date(0)],
    ['a buffer', Buffer.from('running')],
    ['a state that does not exist', toReading('done' as 'running')],
    ['a state without the word', { state: 'running', native: null }],
    ['issues that are no list', { ...toReading('failed'), issues: 5 }],
    ['an issue that is nothing', { ...toReading('failed'), issues: [null] }],
    ['a progress that is no object', { ...toReading('running'), progress: 'x' }],
    ['a progress of null', { ...toReading('running'), progress: null }],
  ])('of an adapter that returns %s is an invalid response', async (_title, result) => {
    expect(await readOne(result)).toEqual({ error: noReading });
  });

  test.each<[string, object]>([['a buffer as native', { native: Buffer.from('{}') }]])(
    'of an adapter that returns %s is an invalid response, with its cause',
    async (_title, details) => {
      const { message, code } = noReading;
      expect(await readOne({ ...toReading('running'), ...details })).toMatchObject({
        error: { name: 'ProviderResponseError', message, code, cause: expect.any(TypeError) },
      });
    },
  );

  test('of an adapter whose reading throws when it is looked at is an invalid response', async () => {
    const cause = new Error('look away');
    const reading = Object.defineProperty({}, 'state', {
      get() {
        throw cause;
      },
    });
    expect(await readOne(reading)).toMatchObject({ error: { message: noReading.message, cause } });
  });

  test('of an adapter that returns an error instead of throwing it gives the error', async () => {
    const error = toFailure('forbidden');
    const outcome = await readOne(error);
    expect('error' in outcome && outcome.error).toBe(error);
  });

  test.each<[string, (error: unknown) => unknown]>([
    [
      'throws at once',
      (error) => {
        throw error;
      },
    ],
    ['rejects', (error) => Promise.reject(error)],
  ])('of an adapter that %s gives the error', async (_title, getStatus) => {
    const error = new Error('no');
    const odd = createOddAdapter({ getStatus: () => getStatus(error) });
    const answer = await askForOne(odd, { id: 'a' }, {}, asIs);
    expect(answer).toEqual({ error });
    expect(toOutcome(odd, answer, 'acme/a', undefined)).toEqual({ error });
  });

  test('of an adapter that returns no promise gives what it returns', async () => {
    const odd = createOddAdapter({ getStatus: () => toReading('running') });
    const answer = await askForOne(odd, { id: 'a' }, {}, asIs);
    expect(toOutcome(odd, answer, 'acme/a', undefined)).toEqual({ reading: toReading('running') });
  });

  test('of an adapter that rejects with nothing is no good read', async () => {
    const odd = createOddAdapter({ getStatus: () => Promise.reject(undefined) });
    const answer = await askForOne(odd, { id: 'a' }, {}, asIs);
    expect(toOutcome(odd, answer, 'acme/a', undefined)).toEqual({ error: undefined });
  });
});

describe('a read of several', () => {
  test('is one request, with the context as it is', async () => {
    const seen: unknown[] = [];
    const odd = createOddAdapter({
      getStatuses: async (...parameters: unknown[]) => {
        seen.push(...parameters);
        return new Map();
      },
    });
    const context = { signal, memos: new Map<string, unknown>([['acme/a', 'one']]), wallTime: 42 };
    await askForMany(odd, [{ id: 'a' }, { id: 'b' }], context, asIs);
    expect(seen).toEqual([[{ id: 'a' }, { id: 'b' }], context]);
  });

  test('gives each its own: a reading, an error, not found, no reading', async () => {
    const error = toFailure('forbidden');
    const results = new Map<string, unknown>([
      ['a', toReading('running')],
      ['b', error],
      ['d', null],
      ['e', undefined],
      ['foreign', toReading('failed')],
    ]);
    expect(await readMany(results, ['a', 'b', 'c', 'd', 'e'])).toEqual([
      { reading: toReading('running') },
      { error },
      { reading: { state: 'not_found', nativeState: '', native: null } },
      { error: noReading },
      { error: noReading },
    ]);
  });

  test('takes what is known of each by its own key', async () => {
    const known = normalizeReading(toReading('running'));
    const odd = createOddAdapter({
      getStatuses: async () =>
        new Map([
          ['a', known],
          ['b', known],
        ]),
    });
    const answer = await askForMany(odd, [], {}, asIs);
    const [a, b] = ['a', 'b'].map((key) => toOutcome(odd, answer, key, key === 'a' ? known : undefined));
    expect([a, b]).toEqual([{ reading: known }, { reading: known }]);
  });

  test.each<[string, unknown]>([
    ['nothing', undefined],
    ['an array', []],
    ['an object', {}],
    ['a word', 'none'],
  ])(
    'of an adapter that returns %s is an invalid response, not that all are not found',
    async (_title, result) => {
      expect(await readMany(result, ['a', 'b'])).toEqual([{ error: noReading }, { error: noReading }]);
    },
  );

  test.each<[string, () => unknown]>([
    ['throws at once', () => throwNo()],
    ['rejects', async () => throwNo()],
  ])('of an adapter that %s gives the error to all', async (_title, getStatuses) => {
    const odd = createOddAdapter({ getStatuses });
    const answer = await askForMany(odd, [{ id: 'a' }, { id: 'b' }], {}, asIs);
    expect(['a', 'b'].map((key) => toOutcome(odd, answer, key, undefined))).toEqual([
      { error: new Error('no') },
      { error: new Error('no') },
    ]);
  });

  test('of an adapter that cannot is an invalid response', async () => {
    const odd = createOddAdapter({ getStatuses: undefined });
    const answer: Answer = await askForMany(odd, [{ id: 'a' }], {}, asIs);
    expect(answer).toEqual({ error: noReading });
  });

  test('of an adapter whose map cannot be looked into is an invalid response', async () => {
    class Sealed extends Map<string, unknown> {
      override get(): unknown {
        return throwNo();
      }
    }
    expect(await readMany(new Sealed(), ['a'])).toMatchObject([{ error: { message: noReading.message } }]);
  });

  function throwNo(): never {
    throw new Error('no');
  }
});

test.each<[unknown, boolean]>([
  [toReading('running'), true],
  [toReading('failed', { issues: [] }), true],
  [Object.assign(() => 'running', toReading('running')), false],
  [[toReading('running')], false],
  [{ ...toReading('running'), progress: null }, false],
])('%o is taken for a reading: %s', (value, isOne) => {
  expect(isReading(value)).toBe(isOne);
});

describe('the failure of a read', () => {
  test.each<[string, unknown, object]>([
    [
      'an error of this library',
      toFailure('throttled', 5_000),
      {
        failure: 'throttled',
        code: 'throttled',
        message: 'the provider says throttled',
        retryAfterMs: 5_000,
      },
    ],
    [
      'an error of this library with an impossible time',
      toFailure('throttled', Number.NaN),
      { failure: 'throttled', code: 'throttled', message: 'the provider says throttled' },
    ],
    [
      'an error of this library with a time in the past',
      toFailure('throttled', -1),
      { failure: 'throttled', code: 'throttled', message: 'the provider says throttled' },
    ],
    [
      'a configuration error',
      new ConfigurationError({ option: 'x', message: 'wrong' }),
      { failure: 'invalid_request', code: 'invalid_configuration', message: 'wrong' },
    ],
    ['any error', new TypeError('boom'), { failure: 'transient', code: 'unreachable', message: 'boom' }],
    [
      'a word',
      'boom',
      { failure: 'transient', code: 'unreachable', message: 'the adapter threw the string "boom"' },
    ],
    [
      'what cannot be a text',
      Object.create(null),
      { failure: 'transient', code: 'unreachable', message: 'the adapter threw an object' },
    ],
    [
      'nothing',
      undefined,
      { failure: 'transient', code: 'unreachable', message: 'the adapter threw nothing' },
    ],
  ])('says it of %s', (_title, error, failure) => {
    expect(toReadFailure(adapter, error)).toStrictEqual(failure);
  });

  test.each<[string, () => unknown]>([
    [
      'throws',
      () => {
        throw new Error('classify is broken');
      },
    ],
    ['makes up a class', () => 'catastrophic'],
    ['returns nothing', () => undefined],
    ['names a property of every object', () => 'toString'],
  ])('counts as transient when the adapter’s classify %s', (_title, classify) => {
    expect(toReadFailure(createOddAdapter({ classify }), new Error('no'))).toEqual({
      failure: 'transient',
      code: 'unreachable',
      message: 'no',
    });
  });
});
