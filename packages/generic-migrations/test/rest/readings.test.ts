import { describe, expect, it } from 'vitest';
import type { RestDescription, RestReading } from '../../src/rest/index.ts';
import { acme, createAnswered, ref } from './acme.ts';

/** What an adapter of the description makes of a body. */
async function read(changes: Partial<RestDescription>, body: unknown, more: object = {}) {
  return createAnswered({ ...acme, ...changes }, body, more).adapter.getStatus(ref);
}

async function readWith(reading: Partial<RestReading>, record: object) {
  const { native, ...said } = await read(
    { reading: { ...acme.reading, ...reading } },
    { id: '42', status: 'RUNNING', ...record },
  );
  expect(native).toEqual({ id: '42', status: 'RUNNING', ...record });
  const { state: _state, nativeState: _nativeState, ...rest } = said;
  return rest;
}

describe('a state', () => {
  it.each(Object.entries(acme.states))('%s is %s', async (status, state) => {
    const native = { id: '42', status };
    expect(await read({}, native)).toEqual({ state, nativeState: status, native });
  });

  it.each(['done', '', 'constructor', '__proto__', 'DONE/ok'])(
    'in a word like "%s" is unknown',
    async (status) => {
      const native = { id: '42', status };
      expect(await read({}, native)).toEqual({ state: 'unknown', nativeState: status, native });
    },
  );

  it.each([
    [true, 'succeeded', 'true'],
    [false, 'running', 'false'],
    [2, 'failed', '2'],
    [-1, 'canceled', '-1'],
    [7, 'unknown', '7'],
  ])('can be %j where the table has such words', async (status, state, nativeState) => {
    const states = { true: 'succeeded', false: 'running', 2: 'failed', '-1': 'canceled' } as const;
    expect(await read({ states }, { id: '42', status })).toMatchObject({ state, nativeState });
  });

  it.each([
    [{ id: '42', status: true }, '$.status', 'expected string at $.status, got the boolean true'],
    [{ id: '42', status: null }, '$.status', 'expected string at $.status, got null'],
    [{ id: '42' }, '$.status', 'expected string at $.status, got nothing'],
    [{ status: 'DONE' }, '$.id', 'expected string at $.id, got nothing'],
    [{ id: '', status: 'DONE' }, '$.id', 'expected a non-empty string at $.id, got a string of length 0'],
    [{ id: '43', status: 'DONE' }, '$.id', 'expected the migration that was asked for at $.id, got another'],
    [[], '$', 'expected object at $, got an array of 0'],
    ['DONE', '$', 'expected object at $, got the string "DONE"'],
  ])('is not made of %j', async (body, path, message) => {
    await expect(read({}, body)).rejects.toMatchObject({
      name: 'ProviderResponseError',
      path,
      message: `acme: ${message}`,
    });
  });

  it('of a boolean table is no text', async () => {
    const states = { true: 'succeeded', false: 'running' } as const;
    await expect(read({ states }, { id: '42', status: 'true' })).rejects.toMatchObject({
      message: 'acme: expected boolean at $.status, got the string "true"',
    });
  });

  it.each([
    [{ status: 'running' }, 'running', 'running'],
    [{ status: 'running', result: null }, 'running', 'running'],
    [{ status: 'running', result: '' }, 'running', 'running'],
    [{ status: 'completed', result: 'ok' }, 'succeeded', 'completed/ok'],
    [{ status: 'completed', result: 'error' }, 'failed', 'completed/error'],
    [{ status: 'completed', result: 'odd' }, 'unknown', 'completed/odd'],
    [{ status: 'completed' }, 'unknown', 'completed'],
  ])('and an outcome make a pair: %j', async (record, state, nativeState) => {
    const native = { id: '42', ...record };
    const states = { running: 'running', 'completed/ok': 'succeeded', 'completed/error': 'failed' } as const;
    const reading = { ...acme.reading, outcome: '/result' };
    expect(await read({ states, reading }, native)).toEqual({ state, nativeState, native });
  });

  it('is no end where a word alone looks like a pair', async () => {
    const reading = { ...acme.reading, outcome: '/result' };
    const states = { ...acme.states, 'DONE/bad': 'failed' } as const;
    const { adapter } = createAnswered({ ...acme, states, reading }, { id: '42', status: 'DONE/bad' });
    expect(await adapter.getStatus(ref)).toMatchObject({ state: 'unknown', nativeState: 'DONE/bad/' });
  });

  it('is no end where the outcome has another shape', async () => {
    const reading = { ...acme.reading, outcome: '/result' };
    await expect(read({ reading }, { id: '42', status: 'DONE', result: {} })).rejects.toMatchObject({
      path: '$.result',
    });
  });

  it.each([
    [200, 'succeeded'],
    [202, 'running'],
    [201, 'unknown'],
    [410, 'canceled'],
    [404, 'not_found'],
  ])('can be the HTTP status alone: %i is %s', async (status, state) => {
    const adapter = createAnswered(
      {
        ...acme,
        reading: { state: 'http_status' },
        states: { 200: 'succeeded', 202: 'running', 410: 'canceled' },
      },
      () => new Response(null, { status }),
    ).adapter;
    const nativeState = status === 404 ? 'HTTP 404' : String(status);
    expect(await adapter.getStatus(ref)).toEqual({ state, nativeState, native: null });
  });

  it('is what the option states says', async () => {
    const more = { states: { DONE: 'awaiting_input', NEW: 'pending' } };
    const { adapter } = createAnswered(acme, { id: '42', status: 'DONE' }, more);
    expect(await adapter.getStatus(ref)).toMatchObject({ state: 'awaiting_input' });
    expect(adapter.states).toEqual({ ...acme.states, DONE: 'awaiting_input', NEW: 'pending' });
  });

  it('stands in the record where the answer has one', async () => {
    const changes = { status: { path: '/jobs/{jobId}', record: '/data/0' } };
    const record = { id: '42', status: 'DONE' };
    expect(await read(changes, { data: [record] })).toEqual({
      state: 'succeeded',
      nativeState: 'DONE',
      native: record,
    });
    await expect(read(changes, { data: [{ id: 7 }] })).rejects.toMatchObject({ path: '$.data[0].id' });
    await expect(read(changes, { data: [{ id: '7', status: '' }] })).rejects.toMatchObject({
      path: '$.data[0].id',
    });
    await expect(read(changes, { data: [] })).rejects.toMatchObject({ path: '$.data[0]' });
  });

  it('under a name like __proto__ is found where the body has it, and nowhere else', async () => {
    const changes = { reading: { state: '/__proto__/status' } };
    const { adapter } = createAnswered(
      { ...acme, ...changes },
      () => new Response('{"__proto__":{"status":"DONE"}}'),
    );
    expect(await adapter.getStatus(ref)).toMatchObject({ state: 'succeeded' });
    await expect(read({ reading: { state: '/constructor/name' } }, {})).rejects.toMatchObject({
      path: '$.constructor.name',
    });
    await expect(read({ reading: { state: '/list/length' } }, { list: ['DONE'] })).rejects.toMatchObject({
      path: '$.list.length',
    });
  });
});

describe('an id', () => {
  const number = { pointer: '/id', type: 'number' } as const;

  it.each([
    ['text, with case', { pointer: '/id' }, 'ab', 'AB', false],
    ['text, without case', { pointer: '/id', ignoreCase: true }, 'ab', 'AB', true],
    ['a number', number, '42', 42, true],
    ['a number as text', number, '42', '42', true],
    ['another number', number, '42', 43, false],
    ['a number that JSON cannot carry', number, '9007199254740994', 2 ** 53 + 2, false],
    ['no number', number, '42', null, false],
  ])('is %s', async (_title, id, jobId, said, isSame) => {
    const { adapter } = createAnswered(
      { ...acme, reading: { ...acme.reading, id } },
      { id: said, status: 'DONE' },
    );
    const reading = adapter.getStatus({ jobId });
    await (isSame
      ? expect(reading).resolves.toMatchObject({ state: 'succeeded' })
      : expect(reading).rejects.toMatchObject({ path: '$.id' }));
  });

  it('is not asked for where the description knows of none', async () => {
    const reading = await read({ reading: { state: '/status' } }, { status: 'DONE' });
    expect(reading.state).toBe('succeeded');
  });
});

describe('progress', () => {
  it.each<[RestReading['progress'], object, object]>([
    [{ percent: '/p' }, { p: 45 }, { percent: 45 }],
    [{ percent: '/p' }, { p: '45' }, { percent: 45 }],
    [{ percent: '/p' }, { p: '45.5 %' }, { percent: 45.5 }],
    [{ percent: { pointer: '/p', max: 1 } }, { p: 0.07 }, { percent: 7 }],
    [{ percent: { pointer: '/p', max: 1 } }, { p: 0 }, { percent: 0 }],
    [
      { completed: '/done', total: '/all', unit: 'files' },
      { done: '3', all: '10' },
      { completed: 3, total: 10, unit: 'files' },
    ],
    [
      { completed: '/done', failed: '/bad' },
      { done: 3, bad: 1 },
      { completed: 3, failed: 1 },
    ],
    [
      { completed: ['/ok', '/bad'], failed: '/bad' },
      { ok: 3, bad: 1 },
      { completed: 4, failed: 1 },
    ],
    [{ completed: ['/ok', '/bad'], failed: '/bad' }, { ok: 3 }, {}],
    [
      { completed: '/done', unit: { pointer: '/what' } },
      { done: 3, what: 'users' },
      { completed: 3, unit: 'users' },
    ],
    [{ completed: '/done', unit: { pointer: '/what' } }, { done: 3, what: 7 }, { completed: 3 }],
    [{ completed: '/done', unit: 'files' }, { done: null }, {}],
    [{ completed: '/done', unit: 'files' }, { done: -1 }, {}],
    [{ completed: '/done', unit: 'files' }, { done: '1e3' }, {}],
    [{ percent: '/p' }, { p: 'half' }, {}],
    [{ percent: '/p' }, { p: '' }, {}],
    [{ percent: '/a/b/c' }, { a: [] }, {}],
  ])('%j of %j', async (progress, record, expected) => {
    const said = await readWith({ progress }, record);
    expect(said).toEqual(Object.keys(expected).length > 0 ? { progress: expected } : {});
  });
});

describe('a time', () => {
  it.each<[RestReading, string | undefined, object, object]>([
    [
      { ...acme.reading, createdAt: '/t' },
      undefined,
      { t: '2026-01-02T03:04:05Z' },
      { createdAt: '2026-01-02T03:04:05.000Z' },
    ],
    [
      { ...acme.reading, startedAt: '/t' },
      undefined,
      { t: '2026-01-02 03:04:05' },
      { startedAt: '2026-01-02T03:04:05.000Z', assumedZone: ['startedAt'] },
    ],
    [
      { ...acme.reading, updatedAt: '/t' },
      '+02:00',
      { t: '2026-01-02T03:04:05' },
      { updatedAt: '2026-01-02T01:04:05.000Z', assumedZone: ['updatedAt'] },
    ],
    [
      { ...acme.reading, finishedAt: { pointer: '/t', format: 'seconds' } },
      undefined,
      { t: 1_767_323_045 },
      { finishedAt: '2026-01-02T03:04:05.000Z' },
    ],
    [
      { ...acme.reading, finishedAt: { pointer: '/t', format: 'seconds' } },
      undefined,
      { t: '1767323045.5' },
      { finishedAt: '2026-01-02T03:04:05.500Z' },
    ],
    [
      { ...acme.reading, finishedAt: { pointer: '/t', format: 'milliseconds' } },
      undefined,
      { t: 1_767_323_045_678 },
      { finishedAt: '2026-01-02T03:04:05.678Z' },
    ],
    [{ ...acme.reading, finishedAt: { pointer: '/t', format: 'milliseconds' } }, undefined, { t: 1e18 }, {}],
    [{ ...acme.reading, finishedAt: { pointer: '/t', format: 'seconds' } }, undefined, { t: null }, {}],
    [{ ...acme.reading, createdAt: '/t' }, undefined, { t: 1_767_323_045 }, {}],
    [{ ...acme.reading, createdAt: '/t' }, undefined, { t: 'yesterday' }, {}],
  ])('%#', async (reading, assumedZone, record, expected) => {
    expect(await readWith({ ...reading, ...(assumedZone && { assumedZone }) }, record)).toEqual(expected);
  });
});

describe('what is said in words', () => {
  it('is message, phase and URL', async () => {
    const said = { text: 'Copying', step: 'copy', link: 'https://acme.example/jobs/42' };
    expect(await readWith({ message: '/text', phase: '/step', url: '/link' }, said)).toEqual({
      message: 'Copying',
      phase: 'copy',
      url: 'https://acme.example/jobs/42',
    });
    expect(
      await readWith({ message: '/text', phase: '/step', url: '/link' }, { text: ' ', step: 1 }),
    ).toEqual({});
  });

  it.each([
    ['RUNNING', 'warning'],
    ['ERROR', 'error'],
    ['STOPPED', 'error'],
    ['DONE', 'warning'],
  ])('is issues, in %s as %s', async (status, severity) => {
    const issues = { items: '/errors', message: '/text', code: '/code', subject: '/file' };
    const errors = [
      { text: 'No such user', code: 'E1', file: 'a.csv' },
      { code: 'E2' },
      { text: 'Odd', code: 3 },
      null,
    ];
    const reading = await read({ reading: { ...acme.reading, issues } }, { id: '42', status, errors });
    expect(reading.issues).toEqual([
      { severity, code: 'E1', message: 'No such user', subject: 'a.csv' },
      { severity, message: 'Odd' },
    ]);
    expect(reading.message).toBe(severity === 'error' ? 'No such user' : undefined);
  });

  it('is one issue in the record itself', async () => {
    const issues = { message: '/error/message', code: '/error/code' };
    const native = { id: '42', status: 'ERROR', error: { message: 'Disk full', code: 'disk' } };
    expect(await read({ reading: { ...acme.reading, issues } }, native)).toEqual({
      state: 'failed',
      nativeState: 'ERROR',
      message: 'Disk full',
      issues: [{ severity: 'error', code: 'disk', message: 'Disk full' }],
      native,
    });
  });

  it('can be fixed for a word', async () => {
    const explanations = {
      STOPPED: { code: 'stopped', message: 'Somebody stopped it.' },
      RUNNING: { code: 'slow', message: 'It takes long.', severity: 'warning' },
    } as const;
    const stopped = await read({ explanations }, { id: '42', status: 'STOPPED' });
    expect(stopped.issues).toEqual([{ severity: 'error', code: 'stopped', message: 'Somebody stopped it.' }]);
    expect(stopped.message).toBe('Somebody stopped it.');
    const running = await read({ explanations }, { id: '42', status: 'RUNNING' });
    expect([running.message, running.issues?.[0]?.severity]).toEqual([undefined, 'warning']);
    expect(await read({ explanations }, { id: '42', status: 'constructor' })).not.toHaveProperty('issues');
  });
});

describe('a partial success', () => {
  const partial = [
    { flag: '/has_failures' },
    { count: '/failed' },
    { items: '/results', pointer: '/ok', values: [false, 'no'] },
  ];

  it.each([
    [{}, 'succeeded'],
    [{ has_failures: true }, 'partially_succeeded'],
    [{ has_failures: false }, 'succeeded'],
    [{ has_failures: 'true' }, 'succeeded'],
    [{ failed: 1 }, 'partially_succeeded'],
    [{ failed: '2' }, 'partially_succeeded'],
    [{ failed: 0 }, 'succeeded'],
    [{ results: [{ ok: true }, { ok: false }] }, 'partially_succeeded'],
    [{ results: [{ ok: 'no' }] }, 'partially_succeeded'],
    [{ results: [{ ok: true }, {}, null] }, 'succeeded'],
    [{ results: { ok: false } }, 'succeeded'],
  ])('is %j of what is done: %s', async (record, state) => {
    const reading = { ...acme.reading, partial };
    expect(await read({ reading }, { id: '42', status: 'DONE', ...record })).toMatchObject({
      state,
      nativeState: 'DONE',
    });
  });

  it.each(['QUEUED', 'RUNNING', 'ERROR', 'STOPPED', 'odd'])('is not made of %s', async (status) => {
    const reading = { ...acme.reading, partial };
    const { state } = await read({ reading }, { id: '42', status, has_failures: true, failed: 3 });
    expect(state).toBe(Object.hasOwn(acme.states, status) ? Reflect.get(acme.states, status) : 'unknown');
  });
});

describe('parts', () => {
  const parts = {
    items: '/tasks',
    name: '/name',
    state: '/status',
    states: { OK: 'succeeded', WORK: 'running', BAD: 'failed' },
    progress: { percent: '/percent' },
    message: '/text',
  } as const;

  it('stand in the record, in its order', async () => {
    const tasks = [
      { name: 'users', status: 'OK', percent: 100, text: 'All copied' },
      { name: 7, status: 'WORK', percent: '12' },
      { name: 'users', status: 'BAD' },
      { name: 'odd', status: 'constructor' },
      { status: 'OK' },
    ];
    const { parts: read1, progress } = await read({ parts }, { id: '42', status: 'RUNNING', tasks });
    expect(progress).toBeUndefined();
    expect(read1).toEqual([
      {
        name: 'users',
        state: 'succeeded',
        nativeState: 'OK',
        progress: { percent: 100 },
        message: 'All copied',
      },
      { name: '7', state: 'running', nativeState: 'WORK', progress: { percent: 12 } },
      { name: 'odd', state: 'unknown', nativeState: 'constructor' },
    ]);
  });

  it('are meters where they have no state', async () => {
    const meters = { items: '/meters', name: '/what', progress: { completed: '/done', total: '/all' } };
    const native = { id: '42', status: 'RUNNING', meters: [{ what: 'files', done: 1, all: 2 }] };
    const reading = await read({ parts: meters }, native);
    expect(reading.parts).toEqual([{ name: 'files', progress: { completed: 1, total: 2 } }]);
  });

  it('are counted as progress where that is described, unless the record counts itself', async () => {
    const tasks = ['OK', 'BAD', 'WORK', 'odd'].map((status, name) => ({ name, status }));
    const counted = { ...parts, countAs: 'tasks' };
    const native = { id: '42', status: 'RUNNING', tasks, percent: 30 };
    const reading = { ...acme.reading, progress: { percent: '/percent' } };
    expect((await read({ parts: counted }, native)).progress).toEqual({
      completed: 2,
      total: 4,
      failed: 1,
      unit: 'tasks',
    });
    expect((await read({ parts: counted, reading }, native)).progress).toEqual({ percent: 30 });
  });

  it.each([undefined, null, 'none', {}, [{ name: 'users', status: null }], [7]])(
    'that are %j are none, and the state is as good',
    async (tasks) => {
      const native = { id: '42', status: 'RUNNING', ...(tasks !== undefined && { tasks }) };
      expect(await read({ parts: { ...parts, countAs: 'tasks' } }, native)).toEqual({
        state: 'running',
        nativeState: 'RUNNING',
        native,
      });
    },
  );

  const apart = { ...parts, path: '/jobs/{jobId}/tasks', total: '/total', countAs: 'tasks' };

  function createWithParts(
    tasks: unknown,
    headers: Record<string, string> = {},
    more: object = { parts: true },
  ) {
    return createAnswered(
      { ...acme, parts: apart },
      ({ url }: { readonly url: string }) =>
        url.endsWith('/tasks')
          ? Response.json(tasks, { headers })
          : Response.json({ id: '42', status: 'RUNNING' }),
      more,
    );
  }

  it('that have a request of their own are asked for by those who want them', async () => {
    const tasks = { tasks: [{ name: 'users', status: 'OK' }] };
    const { adapter, requests } = createWithParts(tasks);
    expect(await adapter.getStatus(ref)).toMatchObject({
      parts: [{ name: 'users', state: 'succeeded', nativeState: 'OK' }],
      progress: { completed: 1, total: 1, failed: 0, unit: 'tasks' },
    });
    expect(requests.map(({ url }) => url)).toEqual([
      'https://api.acme.example/v2/jobs/42',
      'https://api.acme.example/v2/jobs/42/tasks',
    ]);
    const { adapter: other, requests: fewer } = createWithParts(tasks, {}, {});
    expect(await other.getStatus(ref)).not.toHaveProperty('parts');
    expect(fewer).toHaveLength(1);
    expect([adapter, other].map(({ capabilities }) => capabilities.progress)).toEqual(['counts', 'none']);
  });

  it.each([
    [{ tasks: [{ name: 'users' }] }, {}, 'acme: expected string at $.tasks[0].status, got nothing'],
    [{ tasks: [], total: 3 }, {}, 'acme: expected all tasks at $.tasks, got the first 0 of them'],
    [
      { tasks: [] },
      { link: '</more>; rel="next"' },
      'acme: expected all tasks at $.tasks, got the first 0 of them',
    ],
    [{}, {}, 'acme: expected array at $.tasks, got nothing'],
  ])('that cannot be had, %j, are a warning', async (tasks, headers, message) => {
    expect(await createWithParts(tasks, headers).adapter.getStatus(ref)).toEqual({
      state: 'running',
      nativeState: 'RUNNING',
      issues: [{ severity: 'warning', code: 'parts_unavailable', message }],
      native: { id: '42', status: 'RUNNING' },
    });
  });
});

describe('a migration that is not known', () => {
  it.each([
    [{}, 404, {}, 'HTTP 404'],
    [{ httpStatus: [410] }, 410, {}, 'HTTP 410'],
    [{ pointer: '/error/code', values: ['gone'] }, 200, { error: { code: 'gone' } }, 'gone'],
    [{ pointer: '/error/code', values: ['gone'] }, 400, { error: { code: 'gone' } }, 'gone'],
    [{ pointer: '/error/code', values: ['gone'] }, 500, { error: { code: 'gone' } }, 'gone'],
    [{ pointer: '/job', values: [null] }, 200, { job: null }, ''],
  ])('%j: HTTP %i with %j', async (notFound, status, body, nativeState) => {
    const { adapter } = createAnswered({ ...acme, notFound }, () => Response.json(body, { status }));
    expect(await adapter.getStatus(ref)).toEqual({ state: 'not_found', nativeState, native: null });
  });

  it.each([
    [{ httpStatus: [410] }, 404, {}, 'invalid_request'],
    [{ pointer: '/error/code', values: ['gone'] }, 400, { error: { code: 'other' } }, 'invalid_request'],
    [{ httpStatus: [] }, 404, {}, 'invalid_request'],
  ])('is none of %j: HTTP %i with %j', async (notFound, status, body, failure) => {
    const { adapter } = createAnswered({ ...acme, notFound }, () => Response.json(body, { status }));
    await expect(adapter.getStatus(ref)).rejects.toMatchObject({ failure, httpStatus: status });
  });

  it('is not said by a page of markup', async () => {
    const { adapter } = createAnswered(acme, () => new Response('<html>', { status: 404 }));
    await expect(adapter.getStatus(ref)).rejects.toMatchObject({ failure: 'invalid_request' });
  });
});
