import { describe, expect, test } from 'vitest';
import { createRecordingFetch } from '../../../test/support/recording-fetch.ts';
import { refusalOf } from '../../../test/support/refusal.ts';
import { createOnlyOfficeAdapter } from '../src/onlyoffice-adapter.ts';

const canary = 'canary-1f7c';
const complete = { portalUrl: 'https://portal.example.com', auth: { apiKey: `${canary}-key` } };
const { fetch, requests } = createRecordingFetch(() => new Response('{}'));

/** What every refusal here has; `option` and `message` tell them apart. */
const refused = {
  name: 'ConfigurationError',
  kind: 'configuration',
  code: 'invalid_configuration',
  provider: 'onlyoffice',
  isRetryable: false,
};

describe('an option that is missing or malformed is named, and its value is not repeated', () => {
  const headerValue = 'a non-empty string without line breaks or surrounding spaces';
  const baseUrl =
    'an https: URL without credentials, query or fragment (http: is accepted for loopback only)';
  const grace = 'a number of milliseconds, 0 or more';

  test.each([
    { change: { portalUrl: undefined }, option: 'portalUrl', expected: 'string', got: 'nothing' },
    { change: { portalUrl: 'portal.example.com' }, option: 'portalUrl', expected: baseUrl, got: 'a string' },
    {
      change: { portalUrl: 'http://portal.example.com' },
      option: 'portalUrl',
      expected: baseUrl,
      got: 'a string',
    },
    {
      change: { portalUrl: `https://u:${canary}@p.example` },
      option: 'portalUrl',
      expected: baseUrl,
      got: 'a string',
    },
    {
      change: { portalUrl: `https://p.example/?${canary}` },
      option: 'portalUrl',
      expected: baseUrl,
      got: 'a string',
    },
    { change: { auth: undefined }, option: 'auth', expected: 'object', got: 'nothing' },
    { change: { auth: canary }, option: 'auth', expected: 'object', got: 'a string' },
    { change: { account: '' }, option: 'account', expected: 'a non-empty string', got: 'an empty string' },
    { change: { fields: 'progress' }, option: 'fields', expected: 'boolean', got: 'a string' },
    { change: { staleGraceMs: -1 }, option: 'staleGraceMs', expected: grace, got: 'a number' },
    { change: { staleGraceMs: '2m' }, option: 'staleGraceMs', expected: 'number', got: 'a string' },
    { change: { staleGraceMs: Number.NaN }, option: 'staleGraceMs', expected: 'number', got: 'NaN' },
    {
      change: { timeoutMs: 0 },
      option: 'timeoutMs',
      expected: 'a positive number of milliseconds',
      got: 'a number',
    },
    {
      change: { fetch: 'fetch' },
      option: 'fetch',
      expected: 'a function like the global fetch',
      got: 'a string',
    },
  ])('$option must be $expected, got $got', async ({ change, option, expected, got }) => {
    expect(
      await refusalOf(() => createOnlyOfficeAdapter({ ...complete, ...change } as never), [canary]),
    ).toEqual({
      ...refused,
      option,
      message: `createOnlyOfficeAdapter: "${option}" must be ${expected}, got ${got}`,
    });
  });

  const cookieValue = 'the value of a cookie, without spaces, quotes, commas, semicolons and backslashes';
  test.each([
    { auth: { apiKey: '' }, field: 'apiKey', expected: headerValue, got: 'an empty string' },
    { auth: { apiKey: `${canary}\r\nx-evil: 1` }, field: 'apiKey', expected: headerValue, got: 'a string' },
    { auth: { apiKey: 7 }, field: 'apiKey', expected: 'string', got: 'a number' },
    { auth: { token: ` ${canary}` }, field: 'token', expected: headerValue, got: 'a string' },
    { auth: { token: null }, field: 'token', expected: 'string', got: 'null' },
    { auth: { cookie: `${canary}; other=1` }, field: 'cookie', expected: cookieValue, got: 'a string' },
    { auth: { cookie: '' }, field: 'cookie', expected: cookieValue, got: 'an empty string' },
    {
      auth: { authorization: `${canary}\n` },
      field: 'authorization',
      expected: headerValue,
      got: 'a string',
    },
    {
      auth: { username: 'an:na', password: canary },
      field: 'username',
      expected: 'a non-empty string without a colon',
      got: 'a string',
    },
    {
      auth: { username: 'anna', password: '' },
      field: 'password',
      expected: 'a non-empty string',
      got: 'an empty string',
    },
  ])('auth.$field must be $expected, got $got', async ({ auth, field, expected, got }) => {
    const option = `auth.${field}`;
    expect(await refusalOf(() => createOnlyOfficeAdapter({ ...complete, auth } as never), [canary])).toEqual({
      ...refused,
      option,
      message: `createOnlyOfficeAdapter: "${option}" must be ${expected}, got ${got}`,
    });
  });

  test.each([
    {},
    { apiKey: undefined },
    { username: canary },
    { password: canary },
    { apiKey: canary, token: canary },
    { apiKey: canary, username: canary, password: canary },
    { cookie: canary, authorization: canary },
  ])('auth is exactly one of its forms, not $0', async (auth) => {
    const forms =
      'exactly one of { apiKey }, { token }, { cookie }, { username, password } and { authorization }';
    expect(await refusalOf(() => createOnlyOfficeAdapter({ ...complete, auth } as never), [canary])).toEqual({
      ...refused,
      option: 'auth',
      message: `createOnlyOfficeAdapter: "auth" must be ${forms}, got an object`,
    });
  });

  test.each([
    { options: undefined, got: 'nothing' },
    { options: null, got: 'null' },
    { options: canary, got: 'a string' },
  ])('options that are $got', async ({ options, got }) => {
    expect(await refusalOf(() => createOnlyOfficeAdapter(options as never), [canary])).toEqual({
      ...refused,
      option: '',
      message: `createOnlyOfficeAdapter: the argument must be object, got ${got}`,
    });
  });

  test.each([
    { options: { ...complete, baseUrl: canary }, option: 'baseUrl' },
    { options: { ...complete, auth: { apikey: canary } }, option: 'auth.apikey' },
  ])('$option does not exist and is refused, so that a typo is not silent', async ({ options, option }) => {
    expect(await refusalOf(() => createOnlyOfficeAdapter(options as never), [canary])).toEqual({
      ...refused,
      option,
      message: `createOnlyOfficeAdapter: there is no option "${option}"`,
    });
  });
});

describe('a ref', () => {
  const portal = createOnlyOfficeAdapter({ ...complete, fetch });

  test.each([
    {},
    { awaiting: 'parse' },
    { awaiting: 'import', importRequestedAt: '2026-04-28T10:30:00.000Z' },
    { importRequestedAt: '2026-04-28T12:30:00+02:00' },
    { awaiting: 'parse', parseRequestedAt: '2026-04-28T10:30:00.000Z' },
  ])('comes back as it was after JSON: $0', (ref) => {
    expect(portal.parseRef(JSON.parse(JSON.stringify(ref)))).toEqual(ref);
  });

  const zoned = 'an ISO 8601 time with a zone';
  const requestTimes = ['parseRequestedAt', 'importRequestedAt'].flatMap((option) => [
    { ref: { [option]: 1777372200000 }, option, expectation: `"${option}" must be string, got a number` },
    { ref: { [option]: 'yesterday' }, option, expectation: `"${option}" must be ${zoned}, got a string` },
    {
      ref: { [option]: '2026-04-28T10:30:00' },
      option,
      expectation: `"${option}" must be ${zoned}, got a string`,
    },
  ]);
  describe.each([
    ...requestTimes,
    {
      ref: { awaiting: 'migration' },
      option: 'awaiting',
      expectation: '"awaiting" must be one of parse, import, got a string',
    },
    {
      ref: { awaiting: null },
      option: 'awaiting',
      expectation: '"awaiting" must be one of parse, import, got null',
    },
    { ref: { await: canary }, option: 'await', expectation: 'there is no option "await"' },
    { ref: undefined, option: '', expectation: 'the argument must be object, got nothing' },
    { ref: null, option: '', expectation: 'the argument must be object, got null' },
    { ref: canary, option: '', expectation: 'the argument must be object, got a string' },
  ])('that is $ref is refused by name, before any request', ({ ref, option, expectation }) => {
    test.each([
      { call: 'parseRef', run: () => portal.parseRef(ref) },
      { call: 'key', run: () => portal.key(ref as never) },
      { call: 'getStatus', run: () => portal.getStatus(ref as never) },
      { call: 'cancel', run: () => portal.cancel(ref as never) },
    ])('by $call', async ({ run }) => {
      expect(await refusalOf(run, [canary])).toEqual({
        ...refused,
        option,
        message: `onlyoffice ref: ${expectation}`,
      });
      expect(requests).toEqual([]);
    });
  });
});

describe('the input of a command is checked before any request', () => {
  const portal = createOnlyOfficeAdapter({ ...complete, fetch });

  test.each([
    { input: undefined, option: '', message: 'the argument must be object, got nothing' },
    { input: null, option: '', message: 'the argument must be object, got null' },
    { input: {}, option: 'migratorName', message: '"migratorName" must be string, got nothing' },
    {
      input: { migratorName: '' },
      option: 'migratorName',
      message: '"migratorName" must be a non-empty string, got an empty string',
    },
    {
      input: { migratorName: '.' },
      option: 'migratorName',
      message: '"migratorName" must be the name of a migrator, got a string',
    },
    {
      input: { migratorName: '..' },
      option: 'migratorName',
      message: '"migratorName" must be the name of a migrator, got a string',
    },
    {
      input: { migratorName: 'Nextcloud', awaiting: 'migration' },
      option: 'awaiting',
      message: '"awaiting" must be one of parse, import, got a string',
    },
    {
      input: { migrator: 'Nextcloud', migratorName: 'Nextcloud' },
      option: 'migrator',
      message: 'there is no option "migrator"',
    },
    { input: { selection: null }, option: 'selection', message: '"selection" must be object, got null' },
    {
      input: { selection: { users: [] } },
      option: 'selection.migratorName',
      message: '"selection.migratorName" must be string, got nothing',
    },
    {
      input: { selection: { migratorName: 'Nextcloud' }, migratorName: 'Nextcloud' },
      option: 'migratorName',
      message: 'there is no option "migratorName"',
    },
    {
      input: { selection: { migratorName: 'Nextcloud' }, awaiting: 'parse' },
      option: 'awaiting',
      message: 'there is no option "awaiting"',
    },
  ])('start with $input: $message', async ({ input, option, message }) => {
    expect(await refusalOf(() => portal.start(input as never), [canary])).toEqual({
      ...refused,
      option,
      message: `onlyoffice start: ${message}`,
    });
    expect(requests).toEqual([]);
  });

  test.each([
    { input: undefined, option: '', message: 'the argument must be object, got nothing' },
    { input: {}, option: 'sendWelcomeEmail', message: '"sendWelcomeEmail" must be boolean, got nothing' },
    {
      input: { sendWelcomeEmail: true, isSendWelcomeEmail: true },
      option: 'isSendWelcomeEmail',
      message: 'there is no option "isSendWelcomeEmail"',
    },
  ])('finish with $input: $message', async ({ input, option, message }) => {
    expect(await refusalOf(() => portal.finish(input as never), [canary])).toEqual({
      ...refused,
      option,
      message: `onlyoffice finish: ${message}`,
    });
    expect(requests).toEqual([]);
  });
});

test('building an adapter makes no request', () => {
  createOnlyOfficeAdapter({ ...complete, fetch });
  expect(requests).toEqual([]);
});

test('every option can be left undefined but the address and the credentials', () => {
  const portal = createOnlyOfficeAdapter({
    ...complete,
    account: undefined,
    fields: undefined,
    staleGraceMs: undefined,
    timeoutMs: undefined,
    fetch: undefined,
  });
  expect(portal.lane({})).toBe('https://portal.example.com');
});
