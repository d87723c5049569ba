import { afterEach, describe, expect, test, vi } from 'vitest';
import * as z from 'zod/mini';
import { expectNoCanary } from '../../../../test/support/canary.ts';
import { createRecordingFetch } from '../../../../test/support/recording-fetch.ts';
import { type AdapterDefinition, defineAdapter, noBody } from '../../src/adapter/define-adapter.ts';
import { createHttpClient } from '../../src/adapter/http-client.ts';
import type { HttpReply } from '../../src/adapter/http-reply.ts';
import { mapState } from '../../src/adapter/map-state.ts';
import { ConfigurationError } from '../../src/model/errors/configuration-error.ts';
import { ProviderRequestError } from '../../src/model/errors/provider-request-error.ts';

interface JobRef {
  readonly jobId: string;
}

interface JobBody {
  readonly status: string;
}

const states = { RUNNING: 'running', DONE: 'succeeded' } as const;
const canary = 'canary-b0b0';

afterEach(() => {
  vi.useRealTimers();
});

/** An adapter of a made-up provider that answers every request in the same way. */
function createAcme(
  respond: () => Response,
  parts: Partial<AdapterDefinition<unknown, JobRef, JobBody>> & { baseUrl?: string } = {},
) {
  const { fetch, requests } = createRecordingFetch(respond);
  const { baseUrl = 'https://api.acme.example/v1', ...rest } = parts;
  const acme = defineAdapter<unknown, JobRef, JobBody>({
    provider: 'acme',
    states,
    http: createHttpClient({
      provider: 'acme',
      baseUrl,
      credentials: { authorization: `Bearer ${canary}` },
      fetch,
    }),
    refSchema: z.object({ jobId: z.string().check(z.minLength(1, 'a non-empty string')) }),
    toKeyParts: ({ jobId }) => [jobId],
    toRequest: ({ jobId }) => ({ path: `/jobs/${encodeURIComponent(jobId)}` }),
    schema: z.object({ status: z.string() }),
    toReading: ({ status }, { native }) => ({ state: mapState(states, status), nativeState: status, native }),
    ...rest,
  });
  return { acme, requests };
}

const answerDone = () => Response.json({ status: 'DONE', extra: 1 });

describe('the common adapter', () => {
  test('is data and functions, frozen, and offers reads only', () => {
    const { acme } = createAcme(answerDone);
    expect(acme).toEqual({
      specVersion: 1,
      provider: 'acme',
      states,
      capabilities: {
        progress: 'none',
        maxBatchSize: 1,
        list: false,
        start: false,
        cancel: false,
        push: false,
      },
      parseRef: expect.any(Function),
      key: expect.any(Function),
      lane: expect.any(Function),
      getStatus: expect.any(Function),
      classify: expect.any(Function),
    });
    expect([acme, acme.states, acme.capabilities].map(Object.isFrozen)).toEqual([true, true, true]);
  });

  test('can claim more', () => {
    const { acme } = createAcme(answerDone, { capabilities: { progress: 'percent', cancel: true } });
    expect(acme.capabilities).toEqual({
      progress: 'percent',
      maxBatchSize: 1,
      list: false,
      start: false,
      cancel: true,
      push: false,
    });
  });

  test('leaves the table that it was given as it was', () => {
    const table = { DONE: 'succeeded' as const };
    createAcme(answerDone, { states: table });
    expect(Object.isFrozen(table)).toBe(false);
  });

  test('makes no request until it is asked', () => {
    const { acme, requests } = createAcme(answerDone);
    acme.parseRef({ jobId: 'a' });
    acme.key({ jobId: 'a' });
    acme.lane({ jobId: 'a' });
    expect(requests).toEqual([]);
  });

  test('names a ref, and where its rate limits apply', () => {
    const { acme } = createAcme(answerDone);
    const { acme: other } = createAcme(answerDone, {
      account: 'eu',
      baseUrl: 'https://eu.acme.example:8443/v1',
    });
    expect([acme.key({ jobId: 'a/b' }), acme.lane({ jobId: 'a/b' }), other.lane({ jobId: 'x' })]).toEqual([
      'acme/a%2Fb',
      'https://api.acme.example',
      'https://eu.acme.example:8443#eu',
    ]);
    expectNoCanary([acme, acme.lane({ jobId: 'a' })], [canary]);
  });

  test('takes a ref out of anything, or names the field', () => {
    const { acme } = createAcme(answerDone);
    expect(acme.parseRef({ jobId: 'a', more: 1 })).toEqual({ jobId: 'a' });
    expect(() => acme.parseRef({ jobId: '' })).toThrow(
      new ConfigurationError({
        provider: 'acme',
        option: 'jobId',
        message: 'acme ref: "jobId" must be a non-empty string, got an empty string',
      }),
    );
  });
});

describe('a read', () => {
  test('sends one request and maps the body', async () => {
    const { acme, requests } = createAcme(answerDone);
    expect(await acme.getStatus({ jobId: 'a b' })).toEqual({
      state: 'succeeded',
      nativeState: 'DONE',
      native: { status: 'DONE', extra: 1 },
    });
    expect(requests.map(({ method, url }) => ({ method, url }))).toEqual([
      { method: 'GET', url: 'https://api.acme.example/v1/jobs/a%20b' },
    ]);
  });

  test('tells the mapping what it may need', async () => {
    const toReading = vi.fn(() => ({ state: 'running', nativeState: 'RUNNING', native: null }) as const);
    const { acme } = createAcme(answerDone, { toReading });
    await acme.getStatus({ jobId: 'a' }, { memo: { cursor: 7 }, wallTime: 1000 });
    expect(toReading.mock.calls).toEqual([
      [
        { status: 'DONE' },
        {
          ref: { jobId: 'a' },
          native: { status: 'DONE', extra: 1 },
          memo: { cursor: 7 },
          wallTime: 1000,
          reply: expect.objectContaining({ status: 200, headers: expect.any(Headers) }),
        },
      ],
    ]);
  });

  test('takes the time of this machine when it is told no other', async () => {
    vi.useFakeTimers({ now: 5000, toFake: ['Date'] });
    const toReading = vi.fn(() => ({ state: 'running', nativeState: 'RUNNING', native: null }) as const);
    const { acme } = createAcme(answerDone, { toReading });
    await acme.getStatus({ jobId: 'a' });
    expect(toReading.mock.calls).toEqual([
      [expect.anything(), expect.objectContaining({ memo: undefined, wallTime: 5000 })],
    ]);
  });

  test('can ask elsewhere than before, by what the last reading noted', async () => {
    const { acme, requests } = createAcme(answerDone, {
      toRequest: ({ jobId }, { memo, wallTime }) => ({ path: `/jobs/${jobId}/${String(memo)}/${wallTime}` }),
    });
    await acme.getStatus({ jobId: 'a' }, { memo: 'cursor-7', wallTime: 1000 });
    expect(requests.map(({ url }) => new URL(url).pathname)).toEqual(['/v1/jobs/a/cursor-7/1000']);
  });

  test.each([
    { status: 202, state: 'running' },
    { status: 200, state: 'succeeded' },
  ] as const)('of an answer without a body can be its HTTP status $status', async ({ status, state }) => {
    const { fetch } = createRecordingFetch(() => new Response(null, { status }));
    const acme = defineAdapter<unknown, JobRef, undefined>({
      provider: 'acme',
      states: { 'HTTP 202': 'running', 'HTTP 200': 'succeeded' },
      http: createHttpClient({ provider: 'acme', baseUrl: 'https://api.acme.example', fetch }),
      refSchema: z.object({ jobId: z.string() }),
      toKeyParts: ({ jobId }) => [jobId],
      toRequest: ({ jobId }) => ({ path: `/jobs/${jobId}` }),
      schema: noBody,
      toReading(body, { native, reply }) {
        expect({ body, native }).toEqual({ body: undefined, native: null });
        const nativeState = `HTTP ${reply.status}`;
        return { state: reply.status === 202 ? 'running' : 'succeeded', nativeState, native };
      },
    });
    expect(await acme.getStatus({ jobId: 'a' })).toEqual({
      state,
      nativeState: `HTTP ${status}`,
      native: null,
    });
  });

  test('of a body of another shape is an error about the answer', async () => {
    const { acme } = createAcme(() => Response.json({ status: 3 }));
    await expect(acme.getStatus({ jobId: 'a' })).rejects.toMatchObject({
      name: 'ProviderResponseError',
      path: '$.status',
      message: 'acme: expected string at $.status, got the number 3',
    });
  });

  test('is aborted with the reason', async () => {
    const { acme, requests } = createAcme(answerDone);
    const reason = new Error('enough');
    await expect(acme.getStatus({ jobId: 'a' }, { signal: AbortSignal.abort(reason) })).rejects.toBe(reason);
    expect(requests).toEqual([]);
  });

  test('of a ref that does not fit is refused before any request', async () => {
    const { acme, requests } = createAcme(answerDone);
    const misfit = new ConfigurationError({
      provider: 'acme',
      option: 'jobId',
      message: 'acme ref: "jobId" must be string, got a number',
    });
    await expect(acme.getStatus({ jobId: 7 } as unknown as JobRef)).rejects.toThrow(misfit);
    expect(() => acme.key({ jobId: 7 } as unknown as JobRef)).toThrow(misfit);
    expect(requests).toEqual([]);
  });

  test('asks for the ref as its schema makes it', async () => {
    const { acme, requests } = createAcme(answerDone, {
      refSchema: z.pipe(
        z.object({ jobId: z.string() }),
        z.transform(({ jobId }: JobRef) => ({ jobId: jobId.trim() })),
      ),
    });
    await acme.getStatus({ jobId: ' a ' });
    expect([acme.key({ jobId: ' a ' }), requests[0]?.url]).toEqual([
      'acme/a',
      'https://api.acme.example/v1/jobs/a',
    ]);
  });

  test('of an id that would climb out of its path is refused before any request', async () => {
    const { acme, requests } = createAcme(answerDone);
    const error: unknown = await acme.getStatus({ jobId: '..' }).catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ name: 'ConfigurationError', option: 'path', provider: 'acme' });
    expect(acme.classify(error)).toBe('invalid_request');
    expect(requests).toEqual([]);
  });
});

describe('an answer outside 2xx', () => {
  const answer = (status: number) => () => new Response('', { status });

  test('of 404 says that the provider does not know the ref', async () => {
    const { acme } = createAcme(answer(404));
    expect(await acme.getStatus({ jobId: 'a' })).toEqual({
      state: 'not_found',
      nativeState: 'HTTP 404',
      native: null,
    });
  });

  test('of 404 that is a page of something in front of the provider says nothing about the ref', async () => {
    const { acme } = createAcme(
      () => new Response('\n <!doctype html><h1>No such host</h1>', { status: 404 }),
    );
    await expect(acme.getStatus({ jobId: 'a' })).rejects.toMatchObject({
      httpStatus: 404,
      code: 'invalid_request',
    });
  });

  test.each([
    { status: 304, failure: 'invalid_response', code: 'invalid_response', isRetryable: false },
    { status: 400, failure: 'invalid_request', code: 'invalid_request', isRetryable: false },
    { status: 401, failure: 'unauthorized', code: 'unauthorized', isRetryable: false },
    { status: 403, failure: 'forbidden', code: 'forbidden', isRetryable: false },
    { status: 408, failure: 'transient', code: 'server_error', isRetryable: true },
    { status: 410, failure: 'invalid_request', code: 'invalid_request', isRetryable: false },
    { status: 425, failure: 'transient', code: 'server_error', isRetryable: true },
    { status: 429, failure: 'throttled', code: 'throttled', isRetryable: true },
    { status: 500, failure: 'transient', code: 'server_error', isRetryable: true },
    { status: 503, failure: 'transient', code: 'server_error', isRetryable: true },
  ])('of $status is $failure, an error about the request', async ({ status, failure, code, isRetryable }) => {
    const { acme } = createAcme(() => new Response(status === 304 ? null : '', { status }));
    const error: unknown = await acme.getStatus({ jobId: 'a' }).catch((thrown: unknown) => thrown);
    expect({ ...Object(error), message: Object(error).message }).toEqual({
      name: 'ProviderRequestError',
      kind: 'request',
      provider: 'acme',
      code,
      failure,
      isRetryable,
      httpStatus: status,
      message: `acme answered HTTP ${status}`,
    });
    expect(acme.classify(error)).toBe(failure);
  });

  test('is what the adapter says, where it knows better', async () => {
    const toReadingOfError = vi.fn(
      () => ({ state: 'paused', nativeState: 'HTTP 423', native: null }) as const,
    );
    const { acme } = createAcme(answer(423), { toReadingOfError });
    expect(await acme.getStatus({ jobId: 'a' })).toEqual({
      state: 'paused',
      nativeState: 'HTTP 423',
      native: null,
    });
    expect(toReadingOfError.mock.calls).toEqual([[expect.objectContaining({ status: 423 }), { jobId: 'a' }]]);
  });

  test('leaves what was noted as it is, unless the adapter notes something else', async () => {
    const { acme } = createAcme(answer(404));
    expect(await acme.getStatus({ jobId: 'a' }, { memo: { cursor: 7 } })).toMatchObject({
      memo: { cursor: 7 },
    });
    expect(await acme.getStatus({ jobId: 'a' })).not.toHaveProperty('memo');
    const noting = createAcme(answer(404), {
      toReadingOfError: () => ({ state: 'pending', nativeState: '', native: null, memo: 'other' }),
    });
    expect(await noting.acme.getStatus({ jobId: 'a' }, { memo: 7 })).toMatchObject({ memo: 'other' });
  });

  test('is an error where the adapter has nothing to say about it', async () => {
    const { acme } = createAcme(answer(404), { toReadingOfError: () => undefined });
    await expect(acme.getStatus({ jobId: 'a' })).rejects.toMatchObject({
      httpStatus: 404,
      code: 'invalid_request',
    });
  });

  test('is the error that the adapter makes of it, where it knows better', async () => {
    const toError = vi.fn((reply: HttpReply) =>
      reply.toError({ failure: 'transient', code: 'invalid_state' }),
    );
    const { acme } = createAcme(answer(409), { toError });
    await expect(acme.getStatus({ jobId: 'a' })).rejects.toMatchObject({
      httpStatus: 409,
      code: 'invalid_state',
      failure: 'transient',
    });
    expect(toError.mock.calls).toEqual([[expect.objectContaining({ status: 409 })]]);
  });

  test('that says something about the migration is no error, whatever the adapter would make of one', async () => {
    const toError = vi.fn((reply: HttpReply) => reply.toError());
    const { acme } = createAcme(answer(404), { toError });
    expect(await acme.getStatus({ jobId: 'a' })).toMatchObject({ state: 'not_found' });
    expect(toError).not.toHaveBeenCalled();
  });

  test('can be given another meaning and the words of the provider', async () => {
    const { acme } = createAcme(answer(409), {
      toReadingOfError: (reply) => {
        const providerMessage = `  locked by ${canary}  `;
        throw reply.toError({ failure: 'transient', code: 'invalid_state', providerMessage });
      },
    });
    await expect(acme.getStatus({ jobId: 'a' })).rejects.toMatchObject({
      code: 'invalid_state',
      failure: 'transient',
      isRetryable: true,
      message: 'acme answered HTTP 409: locked by [redacted]',
    });
  });
});

describe('the class of a failed call', () => {
  const { acme } = createAcme(answerDone);
  const forbidden = new ProviderRequestError({
    provider: 'acme',
    code: 'forbidden',
    failure: 'forbidden',
    message: '',
  });

  test.each([
    { title: 'is what the error carries', error: forbidden, failure: 'forbidden' },
    { title: 'is transient for an accident', error: new TypeError('oops'), failure: 'transient' },
    { title: 'is transient for what is no error', error: undefined, failure: 'transient' },
  ])('$title', ({ error, failure }) => {
    expect(acme.classify(error)).toBe(failure);
  });

  test('is what the adapter says, where it knows better', () => {
    expect(createAcme(answerDone, { classify: () => 'throttled' }).acme.classify(forbidden)).toBe(
      'throttled',
    );
  });
});

describe('what the headers say about the rate limit', () => {
  const headers = { 'x-ratelimit-remaining': '7', 'x-ratelimit-reset': '30' };
  const rateLimit = { remaining: 7, resetMs: 30_000 };

  test.each([
    { title: 'a body', status: 200, state: 'succeeded' },
    { title: 'a not-found', status: 404, state: 'not_found' },
  ])('stands in the reading of $title', async ({ status, state }) => {
    const { acme } = createAcme(() => Response.json({ status: 'DONE' }, { status, headers }));
    expect(await acme.getStatus({ jobId: 'a' })).toMatchObject({ state, rateLimit });
  });

  test('gives way to what the mapping says', async () => {
    const own = { remaining: 1, resetMs: 1 };
    const { acme } = createAcme(() => Response.json({ status: 'DONE' }, { headers }), {
      toReading: () => ({ state: 'running', nativeState: '', native: null, rateLimit: own }),
    });
    expect((await acme.getStatus({ jobId: 'a' })).rateLimit).toEqual(own);
  });

  test('is absent when they say nothing', async () => {
    const { acme } = createAcme(answerDone);
    expect(await acme.getStatus({ jobId: 'a' })).not.toHaveProperty('rateLimit');
  });
});
