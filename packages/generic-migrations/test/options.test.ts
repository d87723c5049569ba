import { describe, expect, it } from 'vitest';
import { createRecordingFetch } from '../../../test/support/recording-fetch.ts';
import { refusalOf } from '../../../test/support/refusal.ts';
import { createGenericMigrationsAdapter } from '../src/generic-migrations-adapter.ts';
import type {
  GenericMigrationsAdapterOptions,
  GenericMigrationsListFilter,
} from '../src/generic-migrations-options.ts';

const canary = 'c4n4ry';
const valid = { apiKey: 'anon_key' };

function create(options: unknown) {
  return createGenericMigrationsAdapter(options as GenericMigrationsAdapterOptions);
}

/** What every refusal here has; `option` and `message` tell them apart. */
const refused = {
  name: 'ConfigurationError',
  kind: 'configuration',
  code: 'invalid_configuration',
  provider: 'generic-migrations',
  isRetryable: false,
};

describe('an option', () => {
  const header = 'a non-empty string without line breaks or surrounding spaces';
  const anyUrl = 'an https: URL without credentials, query or fragment (http: is accepted for loopback only)';
  const anyZone = '"Z" or an offset such as "+02:00"';
  const anyPath = 'a path that starts with "/" and holds "{migrationId}"';
  const anyState =
    'one of pending, running, awaiting_input, paused, succeeded, partially_succeeded, failed, canceled, not_found, unknown';

  it.each([
    ['apiKey', {}, 'must be string, got nothing'],
    ['apiKey', { apiKey: '' }, `must be ${header}, got an empty string`],
    ['apiKey', { apiKey: `${canary}\r\nx: y` }, `must be ${header}, got a string`],
    ['baseUrl', { ...valid, baseUrl: `http://${canary}.example` }, `must be ${anyUrl}, got a string`],
    [
      'baseUrl',
      { ...valid, baseUrl: `https://me:${canary}@host.example` },
      `must be ${anyUrl}, got a string`,
    ],
    ['baseUrl', { ...valid, baseUrl: 'worker.anon.com' }, `must be ${anyUrl}, got a string`],
    ['states', { ...valid, states: ['failed'] }, 'must be record, got an array'],
    ['states.WORKING', { ...valid, states: { WORKING: canary } }, `must be ${anyState}, got a string`],
    ['taskProgress', { ...valid, taskProgress: 'yes' }, 'must be boolean, got a string'],
    ['tasksPath', { ...valid, tasksPath: '/tasks' }, `must be ${anyPath}, got a string`],
    ['tasksPath', { ...valid, tasksPath: '@evil.example/{migrationId}' }, `must be ${anyPath}, got a string`],
    ['tasksPath', { ...valid, tasksPath: '/#{migrationId}' }, `must be ${anyPath}, got a string`],
    ['assumedZone', { ...valid, assumedZone: 'Europe/Berlin' }, `must be ${anyZone}, got a string`],
    ['assumedZone', { ...valid, assumedZone: '' }, `must be ${anyZone}, got an empty string`],
    ['account', { ...valid, account: '' }, 'must be a non-empty string, got an empty string'],
    ['timeoutMs', { ...valid, timeoutMs: -1 }, 'must be a positive number of milliseconds, got a number'],
    ['fetch', { ...valid, fetch: canary }, 'must be a function like the global fetch, got a string'],
  ])('%s is refused when it is not right (%#)', async (option, options, expectation) => {
    expect(await refusalOf(() => create(options), [canary])).toEqual({
      ...refused,
      option,
      message: `createGenericMigrationsAdapter: "${option}" ${expectation}`,
    });
  });

  it('that does not exist is refused', async () => {
    expect(await refusalOf(() => create({ ...valid, apikey: canary }), [canary])).toEqual({
      ...refused,
      option: 'apikey',
      message: 'createGenericMigrationsAdapter: there is no option "apikey"',
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
      message: `createGenericMigrationsAdapter: the argument must be object, got ${kind}`,
    });
  });
});

describe('a ref', () => {
  const { fetch, requests } = createRecordingFetch(() => new Response('{}'));
  const adapter = create({ ...valid, taskProgress: true, fetch });

  it('comes back as it was after JSON, whatever the form of its id', () => {
    const refs = ['9f5b41bd-7c5e-42d9-b332-b31686e94424', 'mig_01HX4J', '../', '🚚'].map((migrationId) => ({
      migrationId,
    }));
    expect(refs.map((ref) => adapter.parseRef(JSON.parse(JSON.stringify(ref))))).toEqual(refs);
  });

  describe.each([
    { ref: undefined, option: '', expectation: 'the argument must be object, got nothing' },
    { ref: canary, option: '', expectation: 'the argument must be object, got a string' },
    { ref: {}, option: 'migrationId', expectation: '"migrationId" must be string, got nothing' },
    {
      ref: { migrationId: 7 },
      option: 'migrationId',
      expectation: '"migrationId" must be string, got a number',
    },
    {
      ref: { migrationId: '' },
      option: 'migrationId',
      expectation: '"migrationId" must be the id of a migration, got an empty string',
    },
    {
      ref: { migrationId: '..' },
      option: 'migrationId',
      expectation: '"migrationId" must be the id of a migration, got a string',
    },
    {
      ref: { migrationId: 'one', migration_id: canary },
      option: 'migration_id',
      expectation: 'there is no option "migration_id"',
    },
  ])('that is $ref is refused by name, before any request', ({ ref, option, expectation }) => {
    it.each([
      { call: 'parseRef', run: () => adapter.parseRef(ref) },
      { call: 'key', run: () => adapter.key(ref as never) },
      { call: 'getStatus', run: () => adapter.getStatus(ref as never) },
    ])('by $call', async ({ run }) => {
      expect(await refusalOf(run, [canary])).toEqual({
        ...refused,
        option,
        message: `generic-migrations ref: ${expectation}`,
      });
      expect(requests).toEqual([]);
    });
  });
});

describe('a list filter', () => {
  it.each([
    ['pageSize', { pageSize: 0 }, '"pageSize" must be a whole number above 0, got a number'],
    ['pageSize', { pageSize: 2.5 }, '"pageSize" must be a whole number above 0, got a number'],
    ['pageSize', { pageSize: '10' }, '"pageSize" must be number, got a string'],
    ['maxPages', { maxPages: -1 }, '"maxPages" must be a whole number above 0, got a number'],
    ['page', { page: 2 }, 'there is no option "page"'],
  ])('is refused at the call when %s is not right (%#)', async (option, filter, expectation) => {
    const { fetch, requests } = createRecordingFetch(() => new Response('[]'));
    const adapter = create({ ...valid, fetch });
    expect(await refusalOf(() => adapter.list(filter as GenericMigrationsListFilter), [canary])).toEqual({
      ...refused,
      option,
      message: `generic-migrations list: ${expectation}`,
    });
    expect(requests).toEqual([]);
  });
});

it('makes no request when it is built', () => {
  const { fetch, requests } = createRecordingFetch(() => new Response('{}'));
  create({ ...valid, fetch, taskProgress: true });
  expect(requests).toEqual([]);
});
