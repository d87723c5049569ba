import { describe, expect, test } from 'vitest';
import { createScriptedAdapter, toFailure, toReading } from '../../../../test/support/scripted-adapter.ts';
import type { MigrationAdapter } from '../../src/adapter/contract.ts';
import { type ReadTarget, readTargets, toReadFailure } from '../../src/engine/read.ts';
import { ConfigurationError } from '../../src/model/errors/configuration-error.ts';
import { ProviderResponseError } from '../../src/model/errors/provider-response-error.ts';
import type { MigrationReading } from '../../src/model/migration-status.ts';

const adapter = createScriptedAdapter({ batch: 10, script: () => [toReading('running')] });
const [a, b] = ['a', 'b'].map((id): ReadTarget => ({ key: `acme/${id}`, ref: { id }, memo: undefined }));
if (a === undefined || b === undefined) throw new Error('two targets are needed');
const { signal } = new AbortController();
const now = () => 42;

/** An adapter whose calls are replaced by what nobody would write, which a type would not allow. */
function createOddAdapter(members: Record<string, unknown>): MigrationAdapter {
  return { ...adapter, ...members } as unknown as MigrationAdapter;
}

/** What a read brings that goes well. */
function toOutcome(id: string, reading: MigrationReading): object {
  const origin = {
    provider: 'acme',
    key: `acme/${id}`,
    ref: { id },
    observedAt: new Date(now()).toISOString(),
  };
  return { status: { ...origin, ...reading }, retryAfterMs: undefined, memo: undefined };
}

const noReading = new ProviderResponseError({
  provider: 'acme',
  path: '$',
  message: 'the adapter of acme returned no reading',
});

describe('a read of one', () => {
  test('hands the context to the adapter, and gives the status with its address', async () => {
    const seen: unknown[] = [];
    const odd = createOddAdapter({
      getStatus: async (...parameters: unknown[]) => {
        seen.push(...parameters);
        return toReading('paused');
      },
    });
    const outcomes = await readTargets(odd, [{ ...a, memo: { cursor: 1 } }], now, signal);
    expect(outcomes).toEqual(new Map([['acme/a', toOutcome('a', toReading('paused'))]]));
    expect(seen).toEqual([{ id: 'a' }, { signal, memo: { cursor: 1 }, wallTime: 42 }]);
  });

  test('is observed when the answer comes, not when it is asked for', async () => {
    let time = 0;
    const odd = createOddAdapter({
      async getStatus() {
        time = 5_000;
        return toReading('running');
      },
    });
    const outcomes = await readTargets(odd, [a], () => time, signal);
    expect(outcomes.get('acme/a')).toMatchObject({ status: { observedAt: '1970-01-01T00:00:05.000Z' } });
  });

  test('gives apart from the status what is for us alone', async () => {
    const odd = createOddAdapter({
      getStatus: async () => ({ ...toReading('running'), retryAfterMs: 500, memo: { cursor: 7 } }),
    });
    expect(await readTargets(odd, [a], now, signal)).toEqual(
      new Map([
        ['acme/a', { ...toOutcome('a', toReading('running')), retryAfterMs: 500, memo: { cursor: 7 } }],
      ]),
    );
  });

  test.each<[string, unknown]>([
    ['NaN', Number.NaN],
    ['Infinity', Number.POSITIVE_INFINITY],
    ['a negative time', -1],
    ['a word', 'soon'],
    ['null', null],
  ])('takes no notice of a wish to wait that is %s', async (_title, retryAfterMs) => {
    const odd = createOddAdapter({ getStatus: async () => ({ ...toReading('running'), retryAfterMs }) });
    expect(await readTargets(odd, [a], now, signal)).toEqual(
      new Map([['acme/a', toOutcome('a', toReading('running'))]]),
    );
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
    ['a progress that is no object', { ...toReading('running'), progress: 'x' }],
  ])('of an adapter that returns %s is an invalid response', async (_title, result) => {
    const odd = createOddAdapter({ getStatus: async () => result });
    expect(await readTargets(odd, [a], now, signal)).toEqual(new Map([['acme/a', { error: noReading }]]));
  });

  test.each<[string, object]>([
    ['a buffer as native', { native: Buffer.from('{}') }],
    ['a failure with issues of nothing', { state: 'failed', issues: [null] }],
  ])('of an adapter that returns %s is an invalid response, with its cause', async (_title, details) => {
    const odd = createOddAdapter({ getStatus: async () => ({ ...toReading('running'), ...details }) });
    const { message, code } = noReading;
    expect((await readTargets(odd, [a], now, signal)).get('acme/a')).toMatchObject({
      error: { name: 'ProviderResponseError', message, code, cause: expect.any(TypeError) },
    });
  });

  test('of an adapter that returns an error instead of throwing it gives the error', async () => {
    const error = toFailure('forbidden');
    const odd = createOddAdapter({ getStatus: async () => error });
    expect(await readTargets(odd, [a], now, signal)).toEqual(new Map([['acme/a', { error }]]));
  });

  test('of an adapter that throws at once gives the error', async () => {
    const error = new Error('no');
    const odd = createOddAdapter({
      getStatus() {
        throw error;
      },
    });
    expect(await readTargets(odd, [a], now, signal)).toEqual(new Map([['acme/a', { error }]]));
  });
});

describe('a read of several', () => {
  test('is one request, with the memos by key', async () => {
    const seen: unknown[] = [];
    const odd = createOddAdapter({
      getStatuses: async (...parameters: unknown[]) => {
        seen.push(...parameters);
        return new Map();
      },
    });
    await readTargets(odd, [{ ...a, memo: 'one' }, b], now, signal);
    const memos = new Map<string, unknown>([
      ['acme/a', 'one'],
      ['acme/b', undefined],
    ]);
    expect(seen).toEqual([[{ id: 'a' }, { id: 'b' }], { signal, memos, wallTime: 42 }]);
  });

  test('gives each its own: a reading, an error, not found, no reading', async () => {
    const error = toFailure('forbidden');
    const odd = createOddAdapter({
      getStatuses: async () =>
        new Map<string, unknown>([
          ['acme/a', toReading('running')],
          ['acme/b', error],
          ['acme/d', null],
          ['acme/foreign', toReading('failed')],
        ]),
    });
    const targets = ['a', 'b', 'c', 'd'].map((id) => ({ key: `acme/${id}`, ref: { id }, memo: undefined }));
    expect(await readTargets(odd, targets, now, signal)).toEqual(
      new Map<string, unknown>([
        ['acme/a', toOutcome('a', toReading('running'))],
        ['acme/b', { error }],
        ['acme/c', toOutcome('c', { state: 'not_found', nativeState: '', native: null })],
        ['acme/d', { error: noReading }],
      ]),
    );
  });

  test.each<[string, unknown]>([
    ['nothing', undefined],
    ['an array', []],
    ['an object', {}],
    ['a word', 'none'],
  ])(
    'of an adapter that returns %s is an invalid response, not that all are not found',
    async (_title, result) => {
      const odd = createOddAdapter({ getStatuses: async () => result });
      expect(await readTargets(odd, [a, b], now, signal)).toEqual(
        new Map([
          ['acme/a', { error: noReading }],
          ['acme/b', { error: noReading }],
        ]),
      );
    },
  );
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
    expect(toReadFailure(adapter, error)).toEqual(failure);
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
