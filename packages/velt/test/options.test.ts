import { describe, expect, test } from 'vitest';
import { expectNoCanary } from '../../../test/support/canary.ts';
import { createRecordingFetch } from '../../../test/support/recording-fetch.ts';
import { createVeltAdapter } from '../src/velt-adapter.ts';

const canary = 'canary-1f7c';
const complete = { apiKey: `${canary}-key`, authToken: `${canary}-token` };
const { fetch, requests } = createRecordingFetch(() => new Response('{}'));

/** Calls from plain JavaScript are not held by the types, so neither are these. */
function caughtFrom(call: (untyped: never) => unknown, value: unknown): unknown {
  try {
    call(value as never);
  } catch (error) {
    return error;
  }
  return expect.unreachable('the call must throw');
}

function expectRefusal(error: unknown, option: string, message: string): void {
  expect({ ...(error as object), message: (error as Error).message }).toEqual({
    name: 'ConfigurationError',
    kind: 'configuration',
    code: 'invalid_configuration',
    isRetryable: false,
    option,
    message,
  });
  expectNoCanary(error, [canary]);
}

describe('an option that is missing or malformed is named, and its value is not repeated', () => {
  const headerValue = 'a non-empty string without line breaks or surrounding spaces';
  const baseUrl =
    'an https: URL without credentials, query or fragment (http: is accepted for loopback only)';
  test.each([
    { options: { authToken: 'a' }, option: 'apiKey', expected: 'string', got: 'nothing' },
    { options: { ...complete, apiKey: '' }, option: 'apiKey', expected: headerValue, got: 'an empty string' },
    { options: { ...complete, apiKey: 7 }, option: 'apiKey', expected: 'string', got: 'a number' },
    {
      options: { ...complete, apiKey: `${canary}\n` },
      option: 'apiKey',
      expected: headerValue,
      got: 'a string',
    },
    {
      options: { ...complete, apiKey: ` ${canary}` },
      option: 'apiKey',
      expected: headerValue,
      got: 'a string',
    },
    { options: { apiKey: 'a' }, option: 'authToken', expected: 'string', got: 'nothing' },
    {
      options: { ...complete, authToken: `${canary}\r\nx-evil: 1` },
      option: 'authToken',
      expected: headerValue,
      got: 'a string',
    },
    {
      options: { ...complete, baseUrl: 'api.velt.dev' },
      option: 'baseUrl',
      expected: baseUrl,
      got: 'a string',
    },
    {
      options: { ...complete, baseUrl: 'http://velt.dev' },
      option: 'baseUrl',
      expected: baseUrl,
      got: 'a string',
    },
    {
      options: { ...complete, baseUrl: `https://u:${canary}@velt.dev` },
      option: 'baseUrl',
      expected: baseUrl,
      got: 'a string',
    },
    {
      options: { ...complete, baseUrl: 'https://velt.dev?' },
      option: 'baseUrl',
      expected: baseUrl,
      got: 'a string',
    },
    {
      options: { ...complete, account: '' },
      option: 'account',
      expected: 'a non-empty string',
      got: 'an empty string',
    },
    {
      options: { ...complete, timeoutMs: 0 },
      option: 'timeoutMs',
      expected: 'a positive number of milliseconds',
      got: 'a number',
    },
    { options: { ...complete, timeoutMs: '5s' }, option: 'timeoutMs', expected: 'number', got: 'a string' },
    {
      options: { ...complete, fetch: 'fetch' },
      option: 'fetch',
      expected: 'a function like the global fetch',
      got: 'a string',
    },
  ])('$option must be $expected, got $got', ({ options, option, expected, got }) => {
    const error = caughtFrom(createVeltAdapter, options);
    expectRefusal(error, option, `createVeltAdapter: "${option}" must be ${expected}, got ${got}`);
  });

  test.each([
    { options: undefined, got: 'nothing' },
    { options: null, got: 'null' },
    { options: canary, got: 'a string' },
  ])('options that are $got', ({ options, got }) => {
    const error = caughtFrom(createVeltAdapter, options);
    expectRefusal(error, '', `createVeltAdapter: the argument must be object, got ${got}`);
  });

  test('an option that does not exist is refused, so that a typo is not silent', () => {
    const error = caughtFrom(createVeltAdapter, { ...complete, authtoken: canary });
    expectRefusal(error, 'authtoken', 'createVeltAdapter: there is no option "authtoken"');
  });
});

describe('a ref', () => {
  const velt = createVeltAdapter({ ...complete, fetch });

  test('comes back as it was after JSON, without fields that it does not have', () => {
    const ref = { organizationId: 'org_1', migrationId: 'mig_7' };
    expect(velt.parseRef(JSON.parse(JSON.stringify(ref)))).toEqual(ref);
    expect(velt.parseRef({ ...ref, note: 'x' })).toEqual(ref);
  });

  test.each([
    { ref: { migrationId: 'mig_7' }, option: 'organizationId', expected: 'string', got: 'nothing' },
    { ref: { organizationId: 'org_1' }, option: 'migrationId', expected: 'string', got: 'nothing' },
    {
      ref: { organizationId: '', migrationId: 'mig_7' },
      option: 'organizationId',
      expected: 'a non-empty string',
      got: 'an empty string',
    },
    {
      ref: { organizationId: 'org_1', migrationId: 7 },
      option: 'migrationId',
      expected: 'string',
      got: 'a number',
    },
  ])('without a proper $option is refused by name', ({ ref, option, expected, got }) => {
    const error = caughtFrom(velt.parseRef, ref);
    expectRefusal(error, option, `velt ref: "${option}" must be ${expected}, got ${got}`);
  });

  test.each([
    { ref: null, got: 'null' },
    { ref: 'mig_7', got: 'a string' },
    { ref: undefined, got: 'nothing' },
  ])('that is $got is refused', ({ ref, got }) => {
    expectRefusal(caughtFrom(velt.parseRef, ref), '', `velt ref: the argument must be object, got ${got}`);
  });
});

describe('the input of a start', () => {
  const velt = createVeltAdapter({ ...complete, fetch });
  const input = { organizationId: 'org_1', documentId: 'draft', newDocumentId: 'final' };

  test.each([
    {
      change: { organizationId: undefined },
      message: 'velt start: "organizationId" must be string, got nothing',
    },
    {
      change: { documentId: '' },
      message: 'velt start: "documentId" must be a non-empty string, got an empty string',
    },
    { change: { newDocumentId: 3 }, message: 'velt start: "newDocumentId" must be string, got a number' },
    {
      change: { targetOrganizationId: 'org_2' },
      message: 'velt start: there is no option "targetOrganizationId"',
    },
  ])('$change is refused by name, before any request', async ({ change, message }) => {
    const error: unknown = await velt
      .start({ ...input, ...change } as never)
      .catch((thrown: unknown) => thrown);
    expectRefusal(error, Object.keys(change)[0] ?? '', message);
    expect(requests).toEqual([]);
  });
});

test('building an adapter makes no request', () => {
  createVeltAdapter({ ...complete, fetch });
  expect(requests).toEqual([]);
});

test('every option can be left undefined but the credentials', () => {
  const velt = createVeltAdapter({
    ...complete,
    baseUrl: undefined,
    account: undefined,
    timeoutMs: undefined,
    fetch: undefined,
  });
  expect(velt.lane({ organizationId: 'org_1', migrationId: 'mig_7' })).toBe('https://api.velt.dev');
});
