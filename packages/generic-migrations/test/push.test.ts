import { parseMigrationStatus } from '@migration-status/core';
import type { PushMessage } from '@migration-status/core/adapter';
import fc from 'fast-check';
import { describe, expect, it, vi } from 'vitest';
import { anyBody, anyMutationOf } from '../../../test/support/any-body.ts';
import { createFixtureReader } from '../../../test/support/read-fixture.ts';
import { refusalOf } from '../../../test/support/refusal.ts';
import { createGenericMigrationsAdapter } from '../src/generic-migrations-adapter.ts';
import { createMessageMemory } from '../src/message-memory.ts';
import { createPushParser, type PushParserOptions, PushRefusedError } from '../src/push.ts';
import { type MessageParts, signMessage, testSecret } from './signed-message.ts';

const readFixture = createFixtureReader(import.meta.url);
const readEvent = (name: string) => JSON.parse(readFixture(`webhook_migration_${name}.json`));
const migrationId = '9f5b41bd-7c5e-42d9-b332-b31686e94424';
const ref = { migrationId };
const key = `generic-migrations/${migrationId}`;
const signedAt = Date.UTC(2026, 0, 1);
const minute = 60_000;
const otherSecret = `whsec_${Buffer.from('another secret of the endpoint').toString('base64')}`;
const completed = readFixture('webhook_migration_completed.json');

function parse(body: unknown, options: Partial<PushParserOptions> = {}, parts: Partial<MessageParts> = {}) {
  const text = typeof body === 'string' ? body : JSON.stringify(body);
  const parsePush = createPushParser({ secret: testSecret, ...options });
  return parsePush(signMessage({ body: text, ...parts }), { wallTime: signedAt });
}

/** An event with some of its data replaced. */
function change(name: string, changes: object) {
  const event = readEvent(name);
  return { ...event, data: { ...event.data, ...changes } };
}

describe('an event about a migration', () => {
  it.each([
    { name: 'started', state: 'running', nativeState: 'WORKING' },
    { name: 'completed', state: 'succeeded', nativeState: 'COMPLETE' },
    { name: 'completed_with_failures', state: 'partially_succeeded', nativeState: 'COMPLETED_WITH_FAILURES' },
  ])('is a status: $name', async ({ name, state, nativeState }) => {
    const status = await parse(readEvent(name));
    expect(status).toEqual({
      provider: 'generic-migrations',
      key,
      ref,
      state,
      nativeState,
      createdAt: '2025-12-02T23:51:49.807Z',
      assumedZone: ['createdAt'],
      observedAt: '2025-12-03T00:10:40.301Z',
      native: readEvent(name).data.object,
    });
    expect(parseMigrationStatus(JSON.parse(JSON.stringify(status)))).toEqual(status);
  });

  it('says why the migration failed, which the API does not', async () => {
    const message = 'Login workflow was rejected by the source system';
    expect(await parse(readEvent('failed'))).toMatchObject({
      state: 'failed',
      message,
      issues: [{ severity: 'error', code: 'migration_failed', message }],
    });
  });

  it.each([[undefined], [null], ['']])('may fail without saying why (%j)', async (error_message) => {
    const status = await parse(change('failed', { error_message }));
    expect(status?.issues).toEqual([
      {
        severity: 'error',
        code: 'migration_failed',
        message: 'The API does not say why the migration failed; only its webhook does.',
      },
    ]);
  });

  it('did not fail because of an error that another event speaks of', async () => {
    const status = await parse(change('completed_with_failures', { error_message: 'two of ten' }));
    expect(status).not.toHaveProperty('issues');
  });

  it('is read by the word of the migration, not by its own name', async () => {
    const { object } = readEvent('completed').data;
    const event = change('completed', { object: { ...object, status: 'COMPLETED_ON_THE_MOON' } });
    expect(await parse(event)).toMatchObject({ state: 'unknown', nativeState: 'COMPLETED_ON_THE_MOON' });
    const states = { COMPLETED_ON_THE_MOON: 'partially_succeeded' } as const;
    expect(await parse(event, { states })).toMatchObject({ state: 'partially_succeeded' });
  });

  it.each([
    ['its own time in the assumed zone', '2025-12-03T00:10:40.301173', '+02:00', '2025-12-02T22:10:40.301Z'],
    ['its own time with a zone', '2025-12-03T00:10:40Z', '+02:00', '2025-12-03T00:10:40.000Z'],
    ['the time of the signature when it has none', undefined, 'Z', '2026-01-01T00:00:00.000Z'],
    ['the time of the signature when its own cannot be read', 1764720640, 'Z', '2026-01-01T00:00:00.000Z'],
  ])('is observed at %s', async (_title, created, assumedZone, observedAt) => {
    const status = await parse({ ...readEvent('started'), created }, { assumedZone });
    expect(status?.observedAt).toBe(observedAt);
  });

  it('has the key that the adapter gives to its ref', async () => {
    const { object } = readEvent('completed').data;
    const status = await parse(change('completed', { object: { ...object, id: 'a/b ?' } }));
    const adapter = createGenericMigrationsAdapter({ apiKey: 'anon_key' });
    expect(status?.key).toBe(adapter.key(status?.ref ?? ref));
  });

  it('is about the migration in it, also where the event calls it otherwise', async () => {
    const status = await parse(change('completed', { migration_id: 'mig_01HX4J3SQ4QZZ9V9JMP8J2V7KZ' }));
    expect(status).toMatchObject({ key, ref });
  });

  it('can be about the migration that the caller knows it as', async () => {
    const event = change('completed', { migration_id: 'mig_1' });
    const toMigrationId = vi.fn<NonNullable<PushParserOptions['toMigrationId']>>(
      async ({ migrationId }) => `mine-${migrationId}`,
    );
    expect(await parse(event, { toMigrationId })).toMatchObject({
      key: 'generic-migrations/mine-mig_1',
      ref: { migrationId: 'mine-mig_1' },
    });
    expect(toMigrationId.mock.calls).toEqual([[{ migration: event.data.object, migrationId: 'mig_1' }]]);
    expect(await parse(event, { toMigrationId: () => undefined })).toBeUndefined();
    expect(await refusalOf(() => parse(event, { toMigrationId: () => '..' }))).toMatchObject({
      name: 'ConfigurationError',
      option: 'migrationId',
      message: 'toMigrationId: "migrationId" must be the id of a migration, got a string',
    });
  });
});

describe('what tells nothing about a migration', () => {
  it.each([
    [{ type: 'migration_task.completed', data: { object: { status: 'COMPLETE' } } }],
    [{ type: 'migration.reconsidered', data: readEvent('completed').data }],
    [{ type: '__proto__' }],
    [{ success: true }],
  ])('is nothing: %j', async (event) => {
    expect(await parse(event)).toBeUndefined();
    await expect(parse(event, {}, { secret: otherSecret })).rejects.toMatchObject({
      code: 'invalid_signature',
    });
  });
});

describe('a genuine message of another shape', () => {
  it.each([
    ['$', 'not JSON', 'expected JSON at $, got 8 characters of something else'],
    ['$', [], 'expected object at $, got an array'],
    ['$.type', {}, 'expected string at $.type, got nothing'],
    ['$.data', { type: 'migration.failed' }, 'expected object at $.data, got nothing'],
    ['$.data.object', change('completed', { object: null }), 'expected object at $.data.object, got null'],
    [
      '$.data.object.object',
      change('completed', { object: { object: 'migration_task', id: 'a', status: 'FAILED' } }),
      'expected one of migration at $.data.object.object, got a string',
    ],
    [
      '$.data.object.status',
      change('completed', { object: { id: 'a' } }),
      'expected string at $.data.object.status, got nothing',
    ],
    [
      '$.data.object.id',
      change('completed', { object: { id: '..', status: 'FAILED' } }),
      'expected the id of a migration at $.data.object.id, got a string',
    ],
    [
      '$.data.migration_id',
      change('completed', { migration_id: 7 }),
      'expected string at $.data.migration_id, got a number',
    ],
  ])('is refused at %s', async (path, body, message) => {
    expect(await refusalOf(() => parse(body), [testSecret])).toMatchObject({
      name: 'ProviderResponseError',
      path,
      message: `generic-migrations: ${message}`,
    });
  });

  it('may come again', async () => {
    const parsePush = createPushParser({ secret: testSecret });
    const message = signMessage({ body: '{}' });
    for (const _attempt of [1, 2]) {
      await expect(parsePush(message, { wallTime: signedAt })).rejects.toMatchObject({ path: '$.type' });
    }
  });
});

describe('a signature', () => {
  const genuine = signMessage({ body: completed });

  it('is that of the published scheme', async () => {
    const parsePush = createPushParser({ secret: testSecret });
    const headers = new Headers({
      'svix-id': 'msg_loFOjxBNrRLzqYUf',
      'svix-timestamp': '1731705121',
      'svix-signature': 'v1,rAvfW3dJ/X/qxhsaXPOyyCGmRKsaKWcsNccKXlIktD0=',
    });
    const message = { headers, body: '{"event_type":"ping","data":{"success":true}}' };
    await expect(parsePush(message, { wallTime: 1_731_705_121_000 })).rejects.toMatchObject({
      path: '$.type',
    });
  });

  function withHeaders(changes: Readonly<Record<string, string | undefined>>): PushMessage {
    const headers = new Headers(genuine.headers);
    for (const [name, value] of Object.entries(changes)) {
      if (value === undefined) headers.delete(name);
      else headers.set(name, value);
    }
    return { ...genuine, headers };
  }

  const signature = genuine.headers.get('svix-signature') ?? '';

  it.each<[string, PushMessage]>([
    ['by another secret', signMessage({ body: completed, secret: otherSecret })],
    ['of another body', { ...genuine, body: completed.replace('COMPLETE', 'FAILED') }],
    ['of the same JSON in other characters', { ...genuine, body: JSON.stringify(JSON.parse(completed)) }],
    ['of another message', withHeaders({ 'svix-id': 'msg_2' })],
    ['of another time', withHeaders({ 'svix-timestamp': String(signedAt / 1_000 + 1) })],
    ['of another version', withHeaders({ 'svix-signature': signature.replace('v1,', 'v1a,') })],
    ['without a version', withHeaders({ 'svix-signature': signature.replace('v1,', '') })],
    ['lengthened', withHeaders({ 'svix-signature': `${signature}=` })],
    ['cut short', withHeaders({ 'svix-signature': signature.slice(0, -1) })],
    ['of one other character', withHeaders({ 'svix-signature': signature.replace(/,./, ',!') })],
    ['of nothing', withHeaders({ 'svix-signature': '' })],
    ['left out', withHeaders({ 'svix-signature': undefined })],
    ['with an empty id', signMessage({ body: completed, messageId: '' })],
    ['without an id', withHeaders({ 'svix-id': undefined })],
    ['without a time', withHeaders({ 'svix-timestamp': undefined })],
    ['at a time that is none', withHeaders({ 'svix-timestamp': `${signedAt / 1_000}abc` })],
    ['at the same time in other characters', withHeaders({ 'svix-timestamp': `${signedAt / 1_000}e0` })],
    ['at a time beyond all time', withHeaders({ 'svix-timestamp': '9'.repeat(20) })],
    ['under the names of another scheme', renamed()],
  ])('%s is refused', async (_title, message) => {
    const parsePush = createPushParser({ secret: testSecret });
    const refusal = await refusalOf(
      () => parsePush(message, { wallTime: signedAt }),
      [testSecret, signature, completed],
    );
    expect(refusal).toEqual({
      name: 'PushRefusedError',
      kind: 'push',
      code: 'invalid_signature',
      provider: 'generic-migrations',
      isRetryable: false,
      message: 'generic-migrations: the message is not signed with a known secret',
    });
  });

  function renamed(): PushMessage {
    const entries = [...genuine.headers].map(([name, value]) => [name.replace('svix', 'webhook'), value]);
    return { ...genuine, headers: new Headers(Object.fromEntries(entries)) };
  }

  it('by any of several secrets is good, and so is one of several signatures', async () => {
    const secrets = [otherSecret, testSecret];
    for (const secret of secrets) {
      expect(await parse(completed, { secret: undefined, secrets }, { secret })).toMatchObject({ key });
    }
    const both = withHeaders({ 'svix-signature': `v1a,abc v1,abc ${signature}` });
    const parsePush = createPushParser({ secret: testSecret });
    expect(await parsePush(both, { wallTime: signedAt })).toMatchObject({ key });
  });

  it('is good whether or not the secret has its prefix', async () => {
    expect(await parse(completed, { secret: testSecret.replace('whsec_', '') })).toMatchObject({ key });
  });
});

describe('a message', () => {
  it.each([
    [5 * minute, undefined, true],
    [-5 * minute, undefined, true],
    [5 * minute + 1, undefined, false],
    [-5 * minute - 1, undefined, false],
    [10 * minute, 10 * minute, true],
    [minute, 10_000, false],
    [Number.NaN, undefined, false],
  ])('that is %d ms old with a tolerance of %d is fresh: %s', async (ageMs, toleranceMs, isFresh) => {
    const parsePush = createPushParser({ secret: testSecret, toleranceMs });
    const parsed = parsePush(signMessage({ body: completed }), { wallTime: signedAt + ageMs });
    if (isFresh) expect(await parsed).toMatchObject({ key });
    else await expect(parsed).rejects.toMatchObject({ name: 'PushRefusedError', code: 'stale_message' });
  });

  it('says how old it is when it is refused for that', async () => {
    const parsePush = createPushParser({ secret: testSecret });
    const wallTime = signedAt + 60 * minute;
    const message = signMessage({ body: completed });
    await expect(parsePush(message, { wallTime })).rejects.toThrow('generic-migrations: signed 3600 s ago');
    const early = parsePush(message, { wallTime: signedAt - 60 * minute });
    await expect(early).rejects.toThrow('generic-migrations: signed 3600 s in the future');
  });

  it('is judged by the clock of this machine where no other is given', async () => {
    const parsePush = createPushParser({ secret: testSecret });
    await expect(parsePush(signMessage({ body: completed }))).rejects.toMatchObject({
      code: 'stale_message',
    });
    const fresh = signMessage({ body: completed, signedAt: Date.now() });
    expect(await parsePush(fresh)).toMatchObject({ key });
  });

  it('is taken once', async () => {
    const parsePush = createPushParser({ secret: testSecret });
    const message = signMessage({ body: completed });
    expect(await parsePush(message, { wallTime: signedAt })).toMatchObject({ key });
    const repeated = parsePush(message, { wallTime: signedAt + minute });
    await expect(repeated).rejects.toMatchObject({
      name: 'PushRefusedError',
      code: 'repeated_message',
      message: 'generic-migrations: the message was taken before',
    });
    const attemptedAgain = signMessage({ body: completed, signedAt: signedAt + minute });
    await expect(parsePush(attemptedAgain, { wallTime: signedAt + minute })).rejects.toMatchObject({
      code: 'repeated_message',
    });
    const another = signMessage({ body: completed, messageId: 'msg_2' });
    expect(await parsePush(another, { wallTime: signedAt })).toMatchObject({ key });
  });

  it('is taken once also when it comes twice at the same time', async () => {
    const parsePush = createPushParser({ secret: testSecret });
    const message = signMessage({ body: completed });
    const outcomes = await Promise.allSettled([1, 2].map(() => parsePush(message, { wallTime: signedAt })));
    expect(outcomes.map(({ status }) => status)).toEqual(['fulfilled', 'rejected']);
  });

  it('that is refused is not noted as taken', async () => {
    const parsePush = createPushParser({ secret: testSecret });
    const message = signMessage({ body: completed });
    for (const [refused, wallTime] of [
      [{ ...message, body: '{}' }, signedAt],
      [message, signedAt + 60 * minute],
    ] as const) {
      await expect(parsePush(refused, { wallTime })).rejects.toBeInstanceOf(PushRefusedError);
    }
    expect(await parsePush(message, { wallTime: signedAt })).toMatchObject({ key });
  });

  it('can be noted elsewhere, for as long as it could come again', async () => {
    const calls: unknown[] = [];
    const shared = new Set<string>();
    const takeMessageId = async (messageId: string, forMs: number) => {
      calls.push([messageId, forMs]);
      return shared.size < shared.add(messageId).size;
    };
    const [one, other] = [1, 2].map(() => createPushParser({ secret: testSecret, takeMessageId }));
    const message = signMessage({ body: completed });
    expect(await one?.(message, { wallTime: signedAt })).toMatchObject({ key });
    await expect(other?.(message, { wallTime: signedAt + minute })).rejects.toMatchObject({
      code: 'repeated_message',
    });
    await expect(one?.({ ...message, body: '' }, { wallTime: signedAt })).rejects.toMatchObject({
      code: 'invalid_signature',
    });
    expect(calls).toEqual([
      ['msg_1', 5 * minute + 1],
      ['msg_1', 4 * minute + 1],
    ]);
  });

  it('is not taken when nobody can say whether it was', async () => {
    const takeMessageId = () => Promise.reject(new Error('the store is away'));
    await expect(parse(completed, { takeMessageId })).rejects.toThrow('the store is away');
  });

  it.each([
    ['nothing', undefined],
    ['a request of Node', { headers: { 'svix-id': 'msg_1' }, body: completed }],
    ['a body that was parsed', { headers: new Headers(), body: JSON.parse(completed) }],
  ])('is an object of headers and text, not %s', async (_title, message) => {
    const parsePush = createPushParser({ secret: testSecret });
    expect(await refusalOf(() => parsePush(message as never))).toMatchObject({
      name: 'ConfigurationError',
      option: 'message',
    });
  });
});

describe('the memory of messages', () => {
  it('forgets each when its time is over', () => {
    const memory = createMessageMemory();
    expect(memory.take('a', 10, 0)).toBe(true);
    expect(memory.take('a', 10, 10)).toBe(false);
    expect(memory.take('b', 20, 11)).toBe(true);
    expect(memory.size).toBe(1);
    expect(memory.take('a', 30, 11)).toBe(true);
  });

  it('keeps a message that comes again for as long as its later copy could', () => {
    const memory = createMessageMemory();
    memory.take('a', 10, 0);
    memory.take('a', 20, 5);
    memory.take('a', 12, 6);
    expect(memory.take('a', 20, 15)).toBe(false);
  });

  it('has bounds, and lets go of the oldest', () => {
    const memory = createMessageMemory(3);
    for (const id of ['a', 'b', 'c', 'd']) memory.take(id, 100, 0);
    expect(memory.size).toBe(3);
    expect(memory.take('d', 100, 0)).toBe(false);
    expect(memory.take('a', 100, 0)).toBe(true);
  });
});

describe('an option', () => {
  const canary = 'c4n4ry!';
  const anySecret = 'a signing secret in Base64, such as "whsec_…"';

  it.each<[string, unknown, string]>([
    ['secret', {}, `must be ${anySecret}, got nothing`],
    ['secret', { secret: '' }, `must be ${anySecret}, got an empty string`],
    ['secret', { secret: 'whsec_' }, `must be ${anySecret}, got a string`],
    ['secret', { secret: `whsec_${canary}` }, `must be ${anySecret}, got a string`],
    ['secret', { secret: 7 }, 'must be string, got a number'],
    ['secrets', { secrets: [] }, 'must be an array with at least one signing secret, got an array'],
    ['secrets[1]', { secrets: [testSecret, canary] }, `must be ${anySecret}, got a string`],
    [
      'secrets',
      { secret: testSecret, secrets: [otherSecret] },
      'must be left out where there is a "secret", got an array',
    ],
    [
      'toleranceMs',
      { secret: testSecret, toleranceMs: 0 },
      'must be a positive number of milliseconds, got a number',
    ],
    [
      'toleranceMs',
      { secret: testSecret, toleranceMs: Number.POSITIVE_INFINITY },
      'must be number, got Infinity',
    ],
    [
      'assumedZone',
      { secret: testSecret, assumedZone: 'CET' },
      'must be "Z" or an offset such as "+02:00", got a string',
    ],
    [
      'toMigrationId',
      { secret: testSecret, toMigrationId: {} },
      'must be a function that gives the id of a migration, got an object',
    ],
    [
      'takeMessageId',
      { secret: testSecret, takeMessageId: true },
      'must be a function that gives true the first time, got a boolean',
    ],
  ])('%s is refused when it is not right (%#)', async (option, options, expectation) => {
    const canaries = [canary, testSecret, otherSecret];
    expect(await refusalOf(() => createPushParser(options as PushParserOptions), canaries)).toEqual({
      name: 'ConfigurationError',
      kind: 'configuration',
      code: 'invalid_configuration',
      provider: 'generic-migrations',
      isRetryable: false,
      option,
      message: `createPushParser: "${option}" ${expectation}`,
    });
  });
});

describe('an adapter', () => {
  it('takes the parser as an option, and then can read what is pushed', async () => {
    const parsePush = createPushParser({ secret: testSecret });
    const adapter = createGenericMigrationsAdapter({ apiKey: 'anon_key', parsePush });
    expect(adapter.capabilities.push).toBe(true);
    expect(await adapter.parsePush?.(signMessage({ body: completed }), { wallTime: signedAt })).toMatchObject(
      {
        key,
      },
    );
  });

  it('reads nothing that is pushed without it', async () => {
    const adapter = createGenericMigrationsAdapter({ apiKey: 'anon_key' });
    expect('parsePush' in adapter).toBe(false);
    expect(adapter.capabilities.push).toBe(false);
    const options = { apiKey: 'anon_key', parsePush: testSecret as never };
    expect(await refusalOf(() => createGenericMigrationsAdapter(options), [testSecret])).toMatchObject({
      option: 'parsePush',
      message:
        'createGenericMigrationsAdapter: "parsePush" must be a function that createPushParser gives, got a string',
    });
  });
});

describe.each([
  { title: 'any body at all', bodies: anyBody() },
  {
    title: 'an event with some values changed',
    bodies: fc
      .constantFrom('started', 'completed', 'completed_with_failures', 'failed')
      .chain((name) => anyMutationOf(readEvent(name)))
      .map((event) => JSON.stringify(event)),
  },
])('$title', ({ bodies }) => {
  const words = new Map<unknown, string>([
    ['COMPLETE', 'succeeded'],
    ['COMPLETED_WITH_FAILURES', 'partially_succeeded'],
    ['FAILED', 'failed'],
    ['LOGIN_ABANDONED', 'canceled'],
  ]);

  it('that is signed is a status, nothing, or an error that names the path; unsigned it is refused', async () => {
    await fc.assert(
      fc.asyncProperty(bodies, async (body) => {
        const outcome = await parse(body).catch((error: unknown) => error);
        const { state, nativeState, path, key: statusKey } = Object(outcome);
        if (outcome !== undefined && path === undefined) {
          expect(statusKey).toMatch(/^generic-migrations\/./);
          const ends = [...words.values()].includes(state);
          expect(ends ? words.get(nativeState) : undefined).toBe(ends ? state : undefined);
          expect(words.has(nativeState)).toBe(ends);
        } else if (outcome !== undefined) expect(path).toMatch(/^\$/);
        await expect(parse(body, {}, { secret: otherSecret })).rejects.toMatchObject({
          code: 'invalid_signature',
        });
      }),
      { numRuns: 300 },
    );
  });
});
