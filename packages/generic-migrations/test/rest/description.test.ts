import { describe, expect, it } from 'vitest';
import { refusalOf } from '../../../../test/support/refusal.ts';
import { genericMigrationsDescription } from '../../src/generic-migrations-description.ts';
import * as presets from '../../src/presets/index.ts';
import { createRestAdapter, parseRestDescription } from '../../src/rest/index.ts';
import { acme } from './acme.ts';

const pointer = 'a JSON Pointer such as "/job/status", or "" for the whole';
const pathTemplate = 'a path that starts with "/", with plain placeholders such as {jobId} in it';
const anyState =
  'one of pending, running, awaiting_input, paused, succeeded, partially_succeeded, failed, canceled, not_found, unknown';
const unknownName = (names: string, name: string) => `made of known names (${names}), and "${name}" is none`;

const list = { path: '/jobs', items: '/jobs' };
const batch = { path: '/jobs', ids: 'ids', items: '/jobs', max: 10 };
const start = { path: '/jobs', input: { name: 'string', note: 'string?' }, ref: { jobId: '/id' } };
const reading = acme.reading;
const two = { ...acme, ref: ['projectId', 'jobId'], status: { path: '/p/{projectId}/jobs/{jobId}' } };

describe('a description that is wrong is refused with the path of what is wrong', () => {
  it.each<[option: string, description: unknown, expectation: string]>([
    ['', undefined, 'the argument must be object, got nothing'],
    ['', [], 'the argument must be object, got an array'],
    [
      'provider',
      { ...acme, provider: 'Acme Inc' },
      '"provider" must be a name of lower case letters, digits and hyphens, got a string',
    ],
    ['provider', { ...acme, provider: 7 }, '"provider" must be string, got a number'],
    [
      'baseUrl',
      { ...acme, baseUrl: 'http://acme.example' },
      '"baseUrl" must be an https: URL without credentials, query or fragment (http: is accepted for loopback only), got a string',
    ],
    [
      'auth',
      { ...acme, auth: 'digest' },
      '"auth" must be none, bearer, basic, or an object with "header", got a string',
    ],
    [
      'auth.header',
      { ...acme, auth: { header: 'a b' } },
      '"auth.header" must be the name of a header, got a string',
    ],
    [
      'headers.accept',
      { ...acme, headers: { accept: 'a\nb' } },
      '"headers.accept" must be a non-empty string without line breaks or surrounding spaces, got a string',
    ],
    [
      'headers.Authorization',
      { ...acme, headers: { Authorization: 'Bearer x' } },
      '"headers.Authorization" must be left out: credentials are options, and go where "auth" says',
    ],
    [
      'headers.cookie',
      { ...acme, headers: { cookie: 'x' } },
      '"headers.cookie" must be left out: credentials are options, and go where "auth" says',
    ],
    [
      'headers["x-key"]',
      { ...acme, auth: { header: 'X-Key' }, headers: { 'x-key': 'x' } },
      '"headers["x-key"]" must be left out: credentials are options, and go where "auth" says',
    ],
    ['ref', { ...acme, ref: 'jobId' }, '"ref" must be array, got a string'],
    [
      'ref[0]',
      { ...acme, ref: ['__proto__'] },
      '"ref[0]" must be a name of letters, digits and underscores that begins with a letter, got a string',
    ],
    ['ref[1]', { ...acme, ref: ['jobId', 'jobId'] }, '"ref[1]" must be another name than before'],
    [
      'ref[1]',
      { ...acme, ref: ['jobId', 'region'], reading: { state: '/status' } },
      '"ref[1]" must be a placeholder of "status"',
    ],
    ['key[0]', { ...acme, key: ['id'] }, `"key[0]" must be ${unknownName('one of jobId', 'id')}`],
    ['status', { ...acme, status: undefined }, '"status" must be object, got nothing'],
    ['headers["a b"]', { ...acme, headers: { 'a b': 'x' } }, '"headers["a b"]" must be the name of a header'],
    [
      'key',
      { ...acme, key: [] },
      '"key" must be a list with at least one field of the ref, or migrations share a key',
    ],
    [
      'status.path',
      { ...acme, status: { path: 'jobs/{jobId}' } },
      `"status.path" must be ${pathTemplate}, got a string`,
    ],
    [
      'status.path',
      { ...acme, status: { path: '/jobs/{+jobId}' } },
      `"status.path" must be ${pathTemplate}, got a string`,
    ],
    [
      'status.path',
      { ...acme, status: { path: '/jobs/{jobId}#top' } },
      `"status.path" must be ${pathTemplate}, got a string`,
    ],
    [
      'status.path',
      { ...acme, status: { path: '/{region}/{jobId}' } },
      `"status.path" must be ${unknownName('one of jobId', 'region')}`,
    ],
    [
      'status.query.as',
      { ...acme, status: { path: '/{jobId}', query: { as: '{user}' } } },
      `"status.query.as" must be ${unknownName('one of jobId', 'user')}`,
    ],
    [
      'status.body.a[0]',
      { ...acme, status: { method: 'POST', path: '/{jobId}', body: { a: ['{b}'] } } },
      `"status.body.a[0]" must be ${unknownName('one of jobId', 'b')}`,
    ],
    [
      'status.method',
      { ...acme, status: { path: '/{jobId}', body: {} } },
      '"status.method" must be another than GET, which has no body',
    ],
    [
      'status.method',
      { ...acme, status: { path: '/{jobId}', method: 'HEAD' } },
      '"status.method" must be one of GET, POST, PUT, PATCH, DELETE, got a string',
    ],
    [
      'status.record',
      { ...acme, status: { path: '/{jobId}', record: 'job' } },
      `"status.record" must be ${pointer}, got a string`,
    ],
    ['status.url', { ...acme, status: { path: '/{jobId}', url: '/' } }, 'there is no option "status.url"'],
    [
      'reading.state',
      { ...acme, reading: { state: 'status' } },
      `"reading.state" must be ${pointer}, or "http_status", got a string`,
    ],
    [
      'reading.outcome',
      { ...acme, reading: { ...reading, outcome: '/a~b' } },
      `"reading.outcome" must be ${pointer}, got a string`,
    ],
    [
      'reading.id.field',
      { ...acme, reading: { ...reading, id: { pointer: '/id', field: 'id' } } },
      `"reading.id.field" must be ${unknownName('one of jobId', 'id')}`,
    ],
    [
      'reading.id.pointer',
      { ...acme, reading: { ...reading, id: { pointer: 'id' } } },
      `"reading.id.pointer" must be ${pointer}, got a string`,
    ],
    [
      'reading.id',
      { ...acme, reading: { ...reading, id: 7 } },
      `"reading.id" must be ${pointer}, or an object with "pointer", "field", "type" (text or number) and "ignoreCase", got a number`,
    ],
    [
      'reading.progress.percent.max',
      { ...acme, reading: { ...reading, progress: { percent: { pointer: '/p', max: 0 } } } },
      '"reading.progress.percent.max" must be a number above 0, got a number',
    ],
    [
      'reading.progress.done',
      { ...acme, reading: { ...reading, progress: { done: '/p' } } },
      'there is no option "reading.progress.done"',
    ],
    [
      'reading.createdAt',
      { ...acme, reading: { ...reading, createdAt: { pointer: '/c', format: 'unix' } } },
      `"reading.createdAt" must be ${pointer}, or an object with "pointer" and "format" (iso, seconds or milliseconds), got an object`,
    ],
    [
      'reading.assumedZone',
      { ...acme, reading: { ...reading, assumedZone: 'CET' } },
      '"reading.assumedZone" must be "Z" or an offset such as "+02:00", got a string',
    ],
    [
      'reading.partial[0]',
      { ...acme, reading: { ...reading, partial: [{ flag: true }] } },
      '"reading.partial[0]" must be an object with "flag", with "count", or with "items", "pointer" and "values", got an object',
    ],
    [
      'reading.issues.message',
      { ...acme, reading: { ...reading, issues: {} } },
      '"reading.issues.message" must be string, got nothing',
    ],
    ['reading.eta', { ...acme, reading: { ...reading, eta: '/eta' } }, 'there is no option "reading.eta"'],
    ['states', { ...acme, states: {} }, '"states" must be a table with at least one word, got an object'],
    [
      'states.RUNNING',
      { ...acme, states: { RUNNING: 'busy' } },
      `"states.RUNNING" must be ${anyState}, got a string`,
    ],
    [
      'states["in work"]',
      { ...acme, states: { 'in work': null } },
      `"states["in work"]" must be ${anyState}, got null`,
    ],
    [
      'reading.id',
      { ...acme, reading: { state: 'http_status', id: '/id' }, states: { 200: 'succeeded' } },
      '"reading.id" must be left out where the HTTP status alone says the state',
    ],
    [
      'states["503"]',
      { ...acme, reading: { state: 'http_status' }, states: { 200: 'succeeded', 503: 'failed' } },
      '"states["503"]" must be an HTTP status that is neither a refusal (401, 403, 408, 425, 429) nor an outage (5xx)',
    ],
    [
      'states.DONE',
      { ...acme, reading: { state: 'http_status' }, states: { DONE: 'succeeded' } },
      '"states.DONE" must be an HTTP status that is neither a refusal (401, 403, 408, 425, 429) nor an outage (5xx)',
    ],
    [
      'explanations.ERROR.code',
      { ...acme, explanations: { ERROR: { message: 'why' } } },
      '"explanations.ERROR.code" must be string, got nothing',
    ],
    [
      'notFound.values',
      { ...acme, notFound: { pointer: '/error' } },
      '"notFound.values" must be given with "pointer"',
    ],
    [
      'notFound.pointer',
      { ...acme, notFound: { values: ['gone'] } },
      '"notFound.pointer" must be given with "values"',
    ],
    [
      'notFound.httpStatus[0]',
      { ...acme, notFound: { httpStatus: [99] } },
      '"notFound.httpStatus[0]" must be an HTTP status, got a number',
    ],
    [
      'errors.failures.LIMIT',
      { ...acme, errors: { code: '/code', failures: { LIMIT: 'slow' } } },
      '"errors.failures.LIMIT" must be one of transient, throttled, unauthorized, forbidden, invalid_request, invalid_response, got a string',
    ],
    [
      'errors.message',
      { ...acme, errors: { message: [] } },
      '"errors.message" must be a list with at least one JSON Pointer, got an array',
    ],
    ['parts.name', { ...acme, parts: { items: '/tasks' } }, '"parts.name" must be string, got nothing'],
    [
      'parts.state',
      { ...acme, parts: { items: '/tasks', name: '/id', countAs: 'tasks' } },
      '"parts.state" must be given with "countAs": only what has ended is counted',
    ],
    [
      'parts.path',
      { ...acme, parts: { path: '/{id}/tasks', items: '/tasks', name: '/id' } },
      `"parts.path" must be ${unknownName('one of jobId', 'id')}`,
    ],
    [
      'parts.states.X',
      { ...acme, parts: { items: '/tasks', name: '/id', states: { X: 'y' } } },
      `"parts.states.X" must be ${anyState}, got a string`,
    ],
    [
      'batch.max',
      { ...acme, batch: { ...batch, max: 0 } },
      '"batch.max" must be a number above 0, got a number',
    ],
    [
      'batch.max',
      { ...acme, batch: { ...batch, max: 1.5 } },
      '"batch.max" must be a whole number above 0, got a number',
    ],
    [
      'batch.path',
      { ...acme, batch: { ...batch, path: '/{jobId}' } },
      `"batch.path" must be ${unknownName('there are none', 'jobId')}`,
    ],
    ['batch', { ...two, batch }, '"batch" must be left out unless "ref" has exactly one field'],
    [
      'list.items',
      { ...acme, list: { path: '/jobs' } },
      `"list.items" must be ${pointer}, or a list of them, got nothing`,
    ],
    [
      'list.paging.type',
      { ...acme, list: { ...list, paging: { type: 'pages' } } },
      '"list.paging.type" must be one of page, offset, cursor, next_link, link_header, got a string',
    ],
    [
      'list.paging.type',
      { ...acme, list: { ...list, paging: {} } },
      '"list.paging.type" must be one of page, offset, cursor, next_link, link_header, got nothing',
    ],
    [
      'list.paging.pointer',
      { ...acme, list: { ...list, paging: { type: 'cursor', parameter: 'after' } } },
      '"list.paging.pointer" must be string, got nothing',
    ],
    [
      'list.paging.size.value',
      { ...acme, list: { ...list, paging: { type: 'link_header', size: { parameter: 'n', value: 0 } } } },
      '"list.paging.size.value" must be a number above 0, got a number',
    ],
    [
      'list.ref.projectId',
      { ...two, list },
      '"list.ref.projectId" must be given: where this field of a ref stands',
    ],
    [
      'list.ref.id',
      { ...acme, list: { ...list, ref: { id: '/id' } } },
      `"list.ref.id" must be ${unknownName('one of jobId', 'id')}`,
    ],
    [
      'list.filter[0]',
      { ...acme, list: { ...list, filter: ['pageSize'] } },
      '"list.filter[0]" must be another name',
    ],
    [
      'list.query.as',
      { ...acme, list: { ...list, query: { as: '{jobId}' } } },
      `"list.query.as" must be ${unknownName('there are none', 'jobId')}`,
    ],
    [
      'list',
      { ...acme, reading: { state: 'http_status' }, states: { 200: 'succeeded' }, list },
      '"list" must be left out where the HTTP status alone says the state',
    ],
    [
      'batch',
      { ...acme, reading: { state: 'http_status' }, states: { 200: 'succeeded' }, batch },
      '"batch" must be left out where the HTTP status alone says the state',
    ],
    [
      'start.method',
      { ...acme, start: { ...start, method: 'GET', body: {} } },
      '"start.method" must be another than GET, which has no body',
    ],
    [
      'start.input.name',
      { ...acme, start: { ...start, input: { name: 'text' } } },
      '"start.input.name" must be one of string, secret, number, boolean, list, object, json, with "?" at the end if it is optional, got a string',
    ],
    [
      'start.ref.jobId',
      { ...acme, start: { ...start, ref: {} } },
      '"start.ref.jobId" must be given: where this field of the new ref stands',
    ],
    [
      'start.ref.jobId',
      { ...acme, start: { ...start, ref: { jobId: '{id}' } } },
      `"start.ref.jobId" must be ${unknownName('one of name', 'id')}`,
    ],
    [
      'start.ref.jobId.template',
      { ...acme, start: { ...start, ref: { jobId: { header: 'location', template: '/jobs/{id}' } } } },
      '"start.ref.jobId.template" must be a path with {jobId} in it',
    ],
    [
      'start.path',
      { ...acme, start: { ...start, path: '/{note}' } },
      `"start.path" must be ${unknownName('one of name', 'note')}`,
    ],
    [
      'start.body.a[1].b',
      { ...acme, start: { ...start, body: { a: ['{note}', { b: 'for {other}' }] } } },
      `"start.body.a[1].b" must be ${unknownName('one of name, note', 'other')}`,
    ],
    [
      'cancel.path',
      { ...acme, cancel: { path: '/{id}' } },
      `"cancel.path" must be ${unknownName('one of jobId', 'id')}`,
    ],
    ['token', { ...acme, token: 'secret' }, 'there is no option "token"'],
  ])('%s (%#)', async (option, description, expectation) => {
    const refusal = await refusalOf(() => parseRestDescription(description));
    expect(refusal).toMatchObject({
      name: 'ConfigurationError',
      option,
      message: `createRestAdapter: ${expectation}`,
    });
  });
});

describe('a description that is right', () => {
  it.each([
    acme,
    { ...acme, list, batch, start, cancel: { path: '/jobs/{jobId}/cancel' } },
    { ...two, batch: undefined, list: { ...list, path: '/p/{projectId}/jobs' } },
    { ...acme, ref: [], status: { path: '/job' }, reading: { state: '/status' } },
    genericMigrationsDescription,
    ...Object.values(presets),
  ])('is taken as it is, also out of JSON (%#)', (description) => {
    const written = JSON.parse(JSON.stringify(description));
    expect(parseRestDescription(written)).toEqual(written);
  });
});

describe('the options of an adapter', () => {
  const canary = 'c4n4ry';
  const header = 'a non-empty string without line breaks or surrounding spaces';

  it.each<[option: string, description: object, options: unknown, expectation: string]>([
    ['token', {}, {}, '"token" must be string, got nothing'],
    ['token', {}, { token: `${canary}\n` }, `"token" must be ${header}, got a string`],
    ['', {}, undefined, 'the argument must be object, got nothing'],
    ['password', { auth: 'basic' }, { user: canary }, '"password" must be string, got nothing'],
    [
      'apiKey',
      { auth: { header: 'x-key' } },
      { apiKey: '' },
      `"apiKey" must be ${header}, got an empty string`,
    ],
    ['token', { auth: 'none' }, { token: canary }, 'there is no option "token"'],
    ['baseUrl', { baseUrl: undefined }, { token: canary }, '"baseUrl" must be string, got nothing'],
    [
      'states.DONE',
      {},
      { token: canary, states: { DONE: canary } },
      `"states.DONE" must be ${anyState}, got a string`,
    ],
    [
      'states',
      { reading: { state: 'http_status' }, states: { 200: 'succeeded' } },
      { token: canary, states: { 503: 'failed' } },
      '"states" must be a table of HTTP statuses that are neither refusals (401, 403, 408, 425, 429) nor outages (5xx), got an object',
    ],
    [
      'parts',
      {},
      { token: canary, parts: true },
      '"parts" must be left out: there is no request for the parts, got a boolean',
    ],
    [
      'timeoutMs',
      {},
      { token: canary, timeoutMs: 0 },
      '"timeoutMs" must be a positive number of milliseconds, got a number',
    ],
    [
      'fetch',
      {},
      { token: canary, fetch: {} },
      '"fetch" must be a function like the global fetch, got an object',
    ],
  ])('%s is refused when it is not right (%#)', async (option, changes, options, expectation) => {
    const refusal = await refusalOf(
      () => createRestAdapter({ ...acme, ...changes } as never, options as never),
      [canary],
    );
    expect(refusal).toMatchObject({ option, provider: 'acme', message: `acme options: ${expectation}` });
  });
});
