import { describe, expect, it } from 'vitest';
import { collect } from '../../../../test/support/collect.ts';
import { refusalOf } from '../../../../test/support/refusal.ts';
import { acme, createAnswered, ref } from './acme.ts';

const canary = 'acme_canary-7c1e';
const described = {
  ...acme,
  errors: {
    message: ['/error/message', '/0/message', '/message'],
    code: ['/error/code', '/0/code'],
    failures: { LIMIT: 'throttled', EXPIRED: 'unauthorized' },
  },
  list: { path: '/jobs', items: '/jobs' },
  batch: { path: '/jobs', ids: 'ids', items: '/jobs', max: 10 },
  start: {
    path: '/jobs',
    input: { password: 'secret' },
    body: { password: '{password}' },
    ref: { jobId: '/id' },
  },
  cancel: { path: '/jobs/{jobId}', method: 'DELETE' },
} as const;

const calls = {
  getStatus: (adapter) => adapter.getStatus(ref),
  getStatuses: (adapter) => adapter.getStatuses([ref, { jobId: '43' }]),
  list: (adapter) => collect(adapter.list()),
  start: (adapter) => adapter.start({ password: 'hunter22' }),
  cancel: (adapter) => adapter.cancel(ref),
} satisfies Record<string, (adapter: ReturnType<typeof create>['adapter']) => Promise<unknown>>;

function create(respond: () => Response) {
  return createAnswered(described, respond, { token: canary });
}

describe.each(Object.entries(calls))('%s that is answered with', (_name, call) => {
  it.each([
    [401, {}, {}, 'unauthorized', 'acme answered HTTP 401'],
    [403, { message: 'No' }, {}, 'forbidden', 'acme answered HTTP 403: No'],
    [
      403,
      [{ code: 'LIMIT', message: 'Slow down' }],
      {},
      'throttled',
      'acme answered HTTP 403: LIMIT: Slow down',
    ],
    [400, { error: { code: 'EXPIRED' } }, {}, 'unauthorized', 'acme answered HTTP 400: EXPIRED'],
    [400, { error: { code: 'constructor' } }, {}, 'invalid_request', 'acme answered HTTP 400: constructor'],
    [429, {}, { 'retry-after': '7' }, 'throttled', 'acme answered HTTP 429'],
    [500, '<html>', {}, 'transient', 'acme answered HTTP 500'],
    [503, { message: `no ${canary}` }, {}, 'transient', 'acme answered HTTP 503: no [redacted]'],
  ])('HTTP %i and %j is an error', async (status, body, headers, failure, message) => {
    const text = typeof body === 'string' ? body : JSON.stringify(body);
    const { adapter } = create(() => new Response(text, { status, headers }));
    const refusal = await refusalOf(() => call(adapter), [canary]);
    expect(refusal).toMatchObject({ name: 'ProviderRequestError', failure, httpStatus: status, message });
    expect(Reflect.get(refusal, 'retryAfterMs')).toBe('retry-after' in headers ? 7000 : undefined);
  });

  it.each(['', '<html>', '{', '7', 'null', '[]', '{"jobs":7}'])(
    '200 and %j is no success of another kind',
    async (body) => {
      if (_name === 'cancel') return;
      const { adapter } = create(() => new Response(body));
      expect(await refusalOf(() => call(adapter), [canary])).toMatchObject({ failure: 'invalid_response' });
    },
  );
});

it('a secret input stays out of an error that repeats it', async () => {
  const { adapter } = create(() => Response.json({ message: 'bad hunter22' }, { status: 400 }));
  expect(await refusalOf(() => adapter.start({ password: 'hunter22' }), ['hunter22'])).toMatchObject({
    message: 'acme answered HTTP 400: bad [redacted]',
  });
});

it('an error for one of many is for its key alone', async () => {
  const { adapter } = createAnswered(
    { ...described, batch: { ...described.batch, error: '/error' } },
    {
      jobs: [
        { id: '42', error: 'not yours' },
        { id: '43', status: 'DONE' },
        { id: '44', status: 7 },
      ],
    },
  );
  const outcomes = await adapter.getStatuses(['42', '43', '44', '45'].map((jobId) => ({ jobId })));
  expect([...outcomes.values()]).toMatchObject([
    { name: 'ProviderResponseError', path: '$.jobs[0].error' },
    { state: 'succeeded' },
    { name: 'ProviderResponseError', path: '$.jobs[2].status' },
    { state: 'not_found', nativeState: '', native: null },
  ]);
});

it.each([
  [{ code: 'NOT_YOURS' }, true],
  [403, true],
  [true, true],
  [['not yours'], true],
  [{}, false],
  [[], false],
  [' ', false],
  [0, false],
  [false, false],
  [null, false],
])('%j where the error of one stands is an error: %j', async (error, isError) => {
  const { adapter } = createAnswered(
    { ...described, batch: { ...described.batch, error: '/error' } },
    { jobs: [{ id: '42', status: 'DONE', error }] },
  );
  const outcomes = await adapter.getStatuses([{ jobId: '42' }]);
  expect([...outcomes.values()]).toMatchObject([
    isError ? { path: '$.jobs[0].error' } : { state: 'succeeded' },
  ]);
});
