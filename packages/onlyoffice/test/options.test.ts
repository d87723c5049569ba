import { describe, expect, test } from 'vitest';
import { expectNoCanary } from '../../../test/support/canary.ts';
import { createRecordingFetch } from '../../../test/support/recording-fetch.ts';
import { createOnlyOfficeAdapter } from '../src/onlyoffice-adapter.ts';

const canary = 'canary-1f7c';
const complete = { portalUrl: 'https://portal.example.com', auth: { apiKey: `${canary}-key` } };
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
    { change: { staleGraceMs: Number.NaN }, option: 'staleGraceMs', expected: 'number', got: 'a number' },
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
  ])('$option must be $expected, got $got', ({ change, option, expected, got }) => {
    const error = caughtFrom(createOnlyOfficeAdapter, { ...complete, ...change });
    expectRefusal(error, option, `createOnlyOfficeAdapter: "${option}" must be ${expected}, got ${got}`);
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
  ])('auth.$field must be $expected, got $got', ({ auth, field, expected, got }) => {
    const error = caughtFrom(createOnlyOfficeAdapter, { ...complete, auth });
    const option = `auth.${field}`;
    expectRefusal(error, option, `createOnlyOfficeAdapter: "${option}" must be ${expected}, got ${got}`);
  });

  test.each([
    {},
    { apiKey: undefined },
    { username: canary },
    { password: canary },
    { apiKey: canary, token: canary },
    { apiKey: canary, username: canary, password: canary },
    { cookie: canary, authorization: canary },
  ])('auth is exactly one of its forms, not $0', (auth) => {
    const forms =
      'exactly one of { apiKey }, { token }, { cookie }, { username, password } and { authorization }';
    const error = caughtFrom(createOnlyOfficeAdapter, { ...complete, auth });
    expectRefusal(error, 'auth', `createOnlyOfficeAdapter: "auth" must be ${forms}, got an object`);
  });

  test.each([
    { options: undefined, got: 'nothing' },
    { options: null, got: 'null' },
    { options: canary, got: 'a string' },
  ])('options that are $got', ({ options, got }) => {
    const error = caughtFrom(createOnlyOfficeAdapter, options);
    expectRefusal(error, '', `createOnlyOfficeAdapter: the argument must be object, got ${got}`);
  });

  test.each([
    { options: { ...complete, baseUrl: canary }, option: 'baseUrl' },
    { options: { ...complete, auth: { apikey: canary } }, option: 'auth.apikey' },
  ])('$option does not exist and is refused, so that a typo is not silent', ({ options, option }) => {
    const error = caughtFrom(createOnlyOfficeAdapter, options);
    expectRefusal(error, option, `createOnlyOfficeAdapter: there is no option "${option}"`);
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
  ])('comes back as it was after JSON, without fields that it does not have: $0', (ref) => {
    expect(portal.parseRef(JSON.parse(JSON.stringify(ref)))).toEqual(ref);
    expect(portal.parseRef({ ...ref, note: 'x' })).toEqual(ref);
  });

  const zoned = 'an ISO 8601 time with a zone';
  const requestTimes = ['parseRequestedAt', 'importRequestedAt'].flatMap((option) => [
    { ref: { [option]: 1777372200000 }, option, expected: 'string', got: 'a number' },
    { ref: { [option]: 'yesterday' }, option, expected: zoned, got: 'a string' },
    { ref: { [option]: '2026-04-28T10:30:00' }, option, expected: zoned, got: 'a string' },
  ]);
  test.each([
    ...requestTimes,
    { ref: { awaiting: 'migration' }, option: 'awaiting', expected: 'one of parse, import', got: 'a string' },
    { ref: { awaiting: null }, option: 'awaiting', expected: 'one of parse, import', got: 'null' },
  ])('with $ref is refused by name', ({ ref, option, expected, got }) => {
    const error = caughtFrom(portal.parseRef, ref);
    expectRefusal(error, option, `onlyoffice ref: "${option}" must be ${expected}, got ${got}`);
  });

  test.each([
    { ref: null, got: 'null' },
    { ref: 'import', got: 'a string' },
    { ref: undefined, got: 'nothing' },
  ])('that is $got is refused', ({ ref, got }) => {
    expectRefusal(
      caughtFrom(portal.parseRef, ref),
      '',
      `onlyoffice ref: the argument must be object, got ${got}`,
    );
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
    const error: unknown = await portal.start(input as never).catch((thrown: unknown) => thrown);
    expectRefusal(error, option, `onlyoffice start: ${message}`);
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
    const error: unknown = await portal.finish(input as never).catch((thrown: unknown) => thrown);
    expectRefusal(error, option, `onlyoffice finish: ${message}`);
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
