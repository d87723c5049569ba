import { describe, expect, it } from 'vitest';
import { createRecordingFetch } from '../../../test/support/recording-fetch.ts';
import { refusalOf } from '../../../test/support/refusal.ts';
import { createSnapLogicAdapter } from '../src/snaplogic-adapter.ts';
import type { SnapLogicAdapterOptions } from '../src/snaplogic-options.ts';

const canary = 'c4n4ry';
const valid = { orgName: 'my-environment', auth: { jwt: 'header.payload.proof' } };

function create(options: unknown) {
  return createSnapLogicAdapter(options as SnapLogicAdapterOptions);
}

/** What every refusal here has; `option` and `message` tell them apart. */
const refused = {
  name: 'ConfigurationError',
  kind: 'configuration',
  code: 'invalid_configuration',
  provider: 'snaplogic',
  isRetryable: false,
};

describe('an option', () => {
  const eitherAuth = 'either { email, password }, { jwt } or { authorization }';
  const anyHost =
    'a host such as "emea.snaplogic.com", or an https: base URL (http: is accepted for loopback only)';
  const anyZone = '"Z" or an offset such as "+02:00"';
  const header = 'a non-empty string without line breaks or surrounding spaces';

  it.each([
    ['orgName', { ...valid, orgName: undefined }, 'must be string, got nothing'],
    ['orgName', { ...valid, orgName: '' }, 'must be the name of an environment, got an empty string'],
    ['orgName', { ...valid, orgName: '.' }, 'must be the name of an environment, got a string'],
    ['orgName', { ...valid, orgName: '..' }, 'must be the name of an environment, got a string'],
    ['orgName', { ...valid, orgName: '\ud800' }, 'must be the name of an environment, got a string'],
    ['auth', { orgName: 'my-environment' }, `must be ${eitherAuth}, got nothing`],
    ['auth', { ...valid, auth: canary }, `must be ${eitherAuth}, got a string`],
    ['auth', { ...valid, auth: {} }, `must be ${eitherAuth}, got an object`],
    ['auth', { ...valid, auth: { email: canary } }, `must be ${eitherAuth}, got an object`],
    [
      'auth',
      { ...valid, auth: { jwt: canary, authorization: canary } },
      `must be ${eitherAuth}, got an object`,
    ],
    ['auth.jwt', { ...valid, auth: { jwt: '' } }, `must be ${header}, got an empty string`],
    ['auth.jwt', { ...valid, auth: { jwt: `${canary}\r\nx: y` } }, `must be ${header}, got a string`],
    [
      'auth.authorization',
      { ...valid, auth: { authorization: ` ${canary}` } },
      `must be ${header}, got a string`,
    ],
    [
      'auth.email',
      { ...valid, auth: { email: `${canary}:`, password: canary } },
      'must be a non-empty string without colons or line breaks, got a string',
    ],
    [
      'auth.password',
      { ...valid, auth: { email: canary, password: '' } },
      'must be a non-empty string without line breaks, got an empty string',
    ],
    [
      'auth.password',
      { ...valid, auth: { email: canary, password: `${canary}\n` } },
      'must be a non-empty string without line breaks, got a string',
    ],
    ['controlPlane', { ...valid, controlPlane: '' }, `must be ${anyHost}, got an empty string`],
    [
      'controlPlane',
      { ...valid, controlPlane: `http://${canary}.example` },
      `must be ${anyHost}, got a string`,
    ],
    [
      'controlPlane',
      { ...valid, controlPlane: `me:${canary}@host.example` },
      `must be ${anyHost}, got a string`,
    ],
    [
      'controlPlane',
      { ...valid, controlPlane: `host.example?${canary}` },
      `must be ${anyHost}, got a string`,
    ],
    ['controlPlane', { ...valid, controlPlane: 7 }, 'must be string, got a number'],
    ['assumedZone', { ...valid, assumedZone: '' }, `must be ${anyZone}, got an empty string`],
    ['assumedZone', { ...valid, assumedZone: 'Europe/Berlin' }, `must be ${anyZone}, got a string`],
    ['assumedZone', { ...valid, assumedZone: '+24:00' }, `must be ${anyZone}, got a string`],
    ['account', { ...valid, account: '' }, 'must be a non-empty string, got an empty string'],
    ['timeoutMs', { ...valid, timeoutMs: 0 }, 'must be a positive number of milliseconds, got a number'],
    ['fetch', { ...valid, fetch: canary }, 'must be a function like the global fetch, got a string'],
  ])('%s is refused when it is not right (%#)', async (option, options, expectation) => {
    expect(await refusalOf(() => create(options), [canary])).toEqual({
      ...refused,
      option,
      message: `createSnapLogicAdapter: "${option}" ${expectation}`,
    });
  });

  it.each([
    ['orgname', { ...valid, orgname: canary }],
    ['apiKey', { ...valid, apiKey: canary }],
  ])('%s does not exist', async (option, options) => {
    expect(await refusalOf(() => create(options), [canary])).toEqual({
      ...refused,
      option,
      message: `createSnapLogicAdapter: there is no option "${option}"`,
    });
  });

  it.each([
    [undefined, 'nothing'],
    [null, 'null'],
    [canary, 'a string'],
  ])('stands in an object, not in %j', async (options, kind) => {
    expect(await refusalOf(() => create(options), [canary])).toEqual({
      ...refused,
      option: '',
      message: `createSnapLogicAdapter: the argument must be object, got ${kind}`,
    });
  });
});

describe('a ref', () => {
  const { fetch, requests } = createRecordingFetch(() => new Response('{}'));
  const adapter = create({ ...valid, fetch });

  it('comes back as it was after JSON', () => {
    const ref = { statusToken: 'one' };
    expect(adapter.parseRef(JSON.parse(JSON.stringify(ref)))).toEqual(ref);
  });

  describe.each([
    { ref: undefined, option: '', expectation: 'the argument must be object, got nothing' },
    { ref: canary, option: '', expectation: 'the argument must be object, got a string' },
    { ref: {}, option: 'statusToken', expectation: '"statusToken" must be string, got nothing' },
    {
      ref: { statusToken: '' },
      option: 'statusToken',
      expectation: '"statusToken" must be a non-empty string, got an empty string',
    },
    {
      ref: { statusToken: 7 },
      option: 'statusToken',
      expectation: '"statusToken" must be string, got a number',
    },
    {
      ref: { statusToken: 'one', status_token: canary },
      option: 'status_token',
      expectation: 'there is no option "status_token"',
    },
  ])('that is $ref is refused by name, before any request', ({ ref, option, expectation }) => {
    it.each([
      { call: 'parseRef', run: () => adapter.parseRef(ref) },
      { call: 'key', run: () => adapter.key(ref as never) },
      { call: 'getStatus', run: () => adapter.getStatus(ref as never) },
      { call: 'getStatuses', run: () => adapter.getStatuses([{ statusToken: 'one' }, ref as never]) },
    ])('by $call', async ({ run }) => {
      expect(await refusalOf(run, [canary])).toEqual({
        ...refused,
        option,
        message: `snaplogic ref: ${expectation}`,
      });
      expect(requests).toEqual([]);
    });
  });
});

describe('a list filter', () => {
  const listed = '"Started", "Completed" or "Failed" (SnapLogic has no list of those that are "Migrating")';

  it.each([
    ['Migrating', { status: 'Migrating' }, 'a string'],
    ['nothing', {}, 'nothing'],
    ['another case', { status: 'failed' }, 'a string'],
  ])('is refused at the call for %s, with the reason', async (_what, filter, kind) => {
    const { fetch, requests } = createRecordingFetch(() => new Response('{}'));
    const adapter = create({ ...valid, fetch });
    expect(await refusalOf(() => adapter.list(filter as { status: 'Failed' }), [canary])).toEqual({
      ...refused,
      option: 'status',
      message: `snaplogic list: "status" must be ${listed}, got ${kind}`,
    });
    expect(requests).toEqual([]);
  });

  it('is refused when it has an option that does not exist', async () => {
    const filter = { status: 'Failed', page: 2 } as const;
    expect(await refusalOf(() => create(valid).list(filter), [canary])).toEqual({
      ...refused,
      option: 'page',
      message: 'snaplogic list: there is no option "page"',
    });
  });
});

it('makes no request when it is built', () => {
  const { fetch, requests } = createRecordingFetch(() => new Response('{}'));
  create({ ...valid, fetch });
  expect(requests).toEqual([]);
});
