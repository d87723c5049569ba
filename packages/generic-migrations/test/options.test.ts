import { ConfigurationError } from '@migration-status/core/adapter';
import { describe, expect, it } from 'vitest';
import { expectNoCanary } from '../../../test/support/canary.ts';
import { createRecordingFetch } from '../../../test/support/recording-fetch.ts';
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

/** What a call is refused with; the value that was handed in must not stand in it. */
function refusalOf(call: () => unknown): { readonly option: string; readonly message: string } {
  try {
    call();
  } catch (error) {
    expectNoCanary(error, [canary]);
    if (ConfigurationError.isInstance(error)) return { option: error.option, message: error.message };
  }
  return expect.unreachable('expected a ConfigurationError');
}

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
  ])('%s is refused when it is not right (%#)', (option, options, expectation) => {
    expect(refusalOf(() => create(options))).toEqual({
      option,
      message: `createGenericMigrationsAdapter: "${option}" ${expectation}`,
    });
  });

  it('that does not exist is refused', () => {
    expect(refusalOf(() => create({ ...valid, apikey: canary }))).toEqual({
      option: 'apikey',
      message: 'createGenericMigrationsAdapter: there is no option "apikey"',
    });
  });

  it.each([
    [undefined, 'nothing'],
    [null, 'null'],
    [canary, 'a string'],
  ])('stands in an object, not in %j', (options, kind) => {
    expect(refusalOf(() => create(options))).toEqual({
      option: '',
      message: `createGenericMigrationsAdapter: the argument must be object, got ${kind}`,
    });
  });
});

describe('a ref', () => {
  it('is read from anything that has an id, whatever its form', () => {
    const refs = ['9f5b41bd-7c5e-42d9-b332-b31686e94424', 'mig_01HX4J', '../', '🚚'];
    expect(refs.map((migrationId) => create(valid).parseRef({ migrationId, note: 'let through' }))).toEqual(
      refs.map((migrationId) => ({ migrationId })),
    );
  });

  it.each([
    [{}, 'must be string, got nothing'],
    [{ migrationId: 7 }, 'must be string, got a number'],
    [{ migrationId: '' }, 'must be the id of a migration, got an empty string'],
    [{ migrationId: '..' }, 'must be the id of a migration, got a string'],
  ])('is refused when it is %j', (ref, expectation) => {
    expect(refusalOf(() => create(valid).parseRef(ref))).toEqual({
      option: 'migrationId',
      message: `generic-migrations ref: "migrationId" ${expectation}`,
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
  ])('is refused at the call when %s is not right (%#)', (option, filter, expectation) => {
    const { fetch, requests } = createRecordingFetch(() => new Response('[]'));
    const adapter = create({ ...valid, fetch });
    expect(refusalOf(() => adapter.list(filter as GenericMigrationsListFilter))).toEqual({
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
