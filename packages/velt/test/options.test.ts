import { describe, expect, test } from 'vitest';
import { createRecordingFetch } from '../../../test/support/recording-fetch.ts';
import { refusalOf } from '../../../test/support/refusal.ts';
import { createVeltAdapter } from '../src/velt-adapter.ts';

const canary = 'canary-1f7c';
const complete = { apiKey: `${canary}-key`, authToken: `${canary}-token` };
const { fetch, requests } = createRecordingFetch(() => new Response('{}'));

/** What every refusal here has; `option` and `message` tell them apart. */
const refused = {
  name: 'ConfigurationError',
  kind: 'configuration',
  code: 'invalid_configuration',
  provider: 'velt',
  isRetryable: false,
};

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
  ])('$option must be $expected, got $got', async ({ options, option, expected, got }) => {
    expect(await refusalOf(() => createVeltAdapter(options as never), [canary])).toEqual({
      ...refused,
      option,
      message: `createVeltAdapter: "${option}" must be ${expected}, got ${got}`,
    });
  });

  test.each([
    { options: undefined, got: 'nothing' },
    { options: null, got: 'null' },
    { options: canary, got: 'a string' },
  ])('options that are $got', async ({ options, got }) => {
    expect(await refusalOf(() => createVeltAdapter(options as never), [canary])).toEqual({
      ...refused,
      option: '',
      message: `createVeltAdapter: the argument must be object, got ${got}`,
    });
  });

  test('an option that does not exist is refused, so that a typo is not silent', async () => {
    expect(
      await refusalOf(() => createVeltAdapter({ ...complete, authtoken: canary } as never), [canary]),
    ).toEqual({
      ...refused,
      option: 'authtoken',
      message: 'createVeltAdapter: there is no option "authtoken"',
    });
  });
});

describe('a ref', () => {
  const velt = createVeltAdapter({ ...complete, fetch });
  const ref = { organizationId: 'org_1', migrationId: 'mig_7' };

  test('comes back as it was after JSON', () => {
    expect(velt.parseRef(JSON.parse(JSON.stringify(ref)))).toEqual(ref);
  });

  describe.each([
    { given: undefined, option: '', expectation: 'the argument must be object, got nothing' },
    { given: null, option: '', expectation: 'the argument must be object, got null' },
    { given: canary, option: '', expectation: 'the argument must be object, got a string' },
    { given: {}, option: 'organizationId', expectation: '"organizationId" must be string, got nothing' },
    {
      given: { organizationId: 'org_1' },
      option: 'migrationId',
      expectation: '"migrationId" must be string, got nothing',
    },
    {
      given: { ...ref, organizationId: '' },
      option: 'organizationId',
      expectation: '"organizationId" must be a non-empty string, got an empty string',
    },
    {
      given: { ...ref, migrationId: 7 },
      option: 'migrationId',
      expectation: '"migrationId" must be string, got a number',
    },
    {
      given: { ...ref, documentId: canary },
      option: 'documentId',
      expectation: 'there is no option "documentId"',
    },
  ])('that is $given is refused by name, before any request', ({ given, option, expectation }) => {
    test.each([
      { call: 'parseRef', run: () => velt.parseRef(given) },
      { call: 'key', run: () => velt.key(given as never) },
      { call: 'getStatus', run: () => velt.getStatus(given as never) },
    ])('by $call', async ({ run }) => {
      expect(await refusalOf(run, [canary])).toEqual({
        ...refused,
        option,
        message: `velt ref: ${expectation}`,
      });
      expect(requests).toEqual([]);
    });
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
    expect(await refusalOf(() => velt.start({ ...input, ...change } as never), [canary])).toEqual({
      ...refused,
      option: Object.keys(change)[0] ?? '',
      message,
    });
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
