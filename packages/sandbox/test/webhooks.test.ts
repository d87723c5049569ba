import { createHmac } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { LoopbackServer, ReceivedRequest } from '../../../test/support/loopback-server.ts';
import { createLoopbackServer } from '../../../test/support/loopback-server.ts';
import type { ManualClock } from '../../../test/support/manual-clock.ts';
import { createManualClock } from '../../../test/support/manual-clock.ts';
import { createFixtureReader } from '../../../test/support/read-fixture.ts';
import type { Sandbox, Timeline, WebhookFault } from '../src/index.ts';
import { createSandbox } from '../src/index.ts';
import { ask } from './support/ask.ts';

const readFixture = createFixtureReader(new URL('../../generic-migrations/test/', import.meta.url).href);
const migrationId = '9f5b41bd-7c5e-42d9-b332-b31686e94424';
const brief: Timeline = [{ status: 'WORKING', forMs: 1_000 }, { status: 'COMPLETE' }];

let clock: ManualClock;
let sandbox: Sandbox;
let receiver: LoopbackServer;
/** What the receiver answers, in this order; then 204. */
let answers: number[];

beforeEach(async () => {
  clock = createManualClock(Date.parse('2025-12-02T23:51:49.807Z'));
  answers = [];
  receiver = await createLoopbackServer((_request, response) => {
    response.writeHead(answers.shift() ?? 204).end();
  });
  sandbox = await createSandbox({ now: clock.now, webhookUrl: `${receiver.origin}/hooks` });
});

afterEach(async () => {
  await sandbox.close();
  await receiver.close();
});

const webhooks = () => sandbox.genericMigrations.webhooks;
const typesOf = (requests: readonly ReceivedRequest[]) => requests.map(({ body }) => JSON.parse(body).type);

/** Lets time pass on the sandbox's clock, and what is due by then arrive. */
async function pass(durationMs: number): Promise<void> {
  await clock.advance(durationMs);
  await webhooks().deliver();
}

function isSigned({ headers, body }: ReceivedRequest): boolean {
  const signature = createHmac('sha256', Buffer.from(webhooks().secret.slice('whsec_'.length), 'base64'))
    .update(`${headers['svix-id']}.${headers['svix-timestamp']}.${body}`)
    .digest('base64');
  return headers['svix-signature'] === `v1,${signature}`;
}

describe('webhooks', () => {
  it('tell of a migration as it goes, each when it happens', async () => {
    sandbox.genericMigrations.addMigration({
      timeline: [
        { status: 'NOT_STARTED', forMs: 1_000 },
        { status: 'WORKING', forMs: 1_000 },
        { status: 'PENDING_USER_INPUT', forMs: 1_000 },
        { status: 'WORKING', forMs: 1_000 },
        { status: 'COMPLETED_WITH_FAILURES' },
      ],
    });
    const sent: unknown[] = [];
    for (let second = 0; second <= 5; second += 1) {
      await pass(second === 0 ? 0 : 1_000);
      sent.push(typesOf(receiver.requests.slice(sent.flat().length)));
    }
    expect(sent).toEqual([
      ['migration.created'],
      ['migration.started'],
      [],
      ['migration.started'],
      ['migration.completed'],
      [],
    ]);
  });

  it.each([
    ['completed', 'COMPLETE'],
    ['completed_with_failures', 'COMPLETED_WITH_FAILURES'],
    ['failed', 'FAILED'],
    ['started', 'WORKING'],
  ])('have the documented form: %s', async (name, status) => {
    sandbox.genericMigrations.addMigration({ migrationId, timeline: [{ status }] });
    await pass(0);
    const fixture = JSON.parse(readFixture(`webhook_migration_${name}.json`));
    const { url, method, headers, body } = receiver.requests[1] ?? expect.unreachable('it must be sent');
    expect({ url, method, type: headers['content-type'] }).toEqual({
      url: '/hooks',
      method: 'POST',
      type: 'application/json',
    });
    expect(JSON.parse(body)).toEqual({
      ...fixture,
      id: expect.stringMatching(/^evt_[0-9A-Z]{26}$/),
      created: '2025-12-02T23:51:49.807000',
      data: {
        ...fixture.data,
        migration_id: 'mig_9F5B41BD7C5E42D9B332B31686',
        object: {
          ...fixture.data.object,
          created: '2025-12-02T23:51:49.807000',
          created_by_user_id: expect.stringMatching(/^[0-9a-f]{16}$/),
          company_id: expect.any(String),
        },
        ...(name === 'failed' && { error_message: expect.any(String) }),
      },
    });
  });

  it('are signed, each with an id of its own', async () => {
    sandbox.genericMigrations.addMigration({ timeline: brief });
    await pass(0);
    await pass(1_000);
    expect(receiver.requests.map(isSigned)).toEqual([true, true, true]);
    expect(receiver.requests.map(({ headers }) => headers['svix-timestamp'])).toEqual([
      '1764719509',
      '1764719509',
      '1764719510',
    ]);
    const ids = receiver.requests.map(({ headers }) => headers['svix-id']);
    expect(new Set(ids).size).toBe(3);
    expect(ids[0]).toMatch(/^msg_\w{27}$/);
  });

  it('tell of migrations that are started over HTTP too', async () => {
    const { baseUrl, credentials, nextTimeline } = sandbox.genericMigrations;
    nextTimeline([{ status: 'NOT_STARTED' }]);
    const { body } = await ask(`${baseUrl}/migration-modal`, {
      method: 'POST',
      headers: { authorization: `Bearer ${credentials.apiKey}` },
      body: JSON.stringify({ user_id: 'user_1' }),
    });
    await pass(0);
    expect(webhooks().attempts).toEqual([
      expect.objectContaining({ type: 'migration.created', subject: body.migration_id }),
    ]);
  });

  it('go nowhere until there is a URL, and what happened before is not told', async () => {
    webhooks().url = undefined;
    sandbox.genericMigrations.addMigration({ timeline: brief });
    await clock.advance(500);
    webhooks().url = receiver.origin;
    await pass(0);
    expect(receiver.requests).toEqual([]);
    await pass(500);
    expect(typesOf(receiver.requests)).toEqual(['migration.completed']);
  });

  it('come by themselves where the clock does', async () => {
    await using timed = await createSandbox({ webhookUrl: receiver.origin, timeScale: 100 });
    timed.genericMigrations.addMigration({ timeline: brief });
    await vi.waitFor(() => expect(receiver.requests).toHaveLength(3), { interval: 5, timeout: 10_000 });
    expect(typesOf(receiver.requests)).toEqual([
      'migration.created',
      'migration.started',
      'migration.completed',
    ]);
  });
});

describe('an attempt that fails', () => {
  it.each([[500], [400], [302]])('with %d is repeated by the schedule, signed afresh', async (status) => {
    answers = Array(8).fill(status);
    sandbox.genericMigrations.addMigration({ timeline: [{ status: 'NOT_STARTED' }] });
    await pass(0);
    const times: number[] = [];
    for (const delayMs of [5_000, 300_000, 1_800_000, 7_200_000, 18_000_000, 36_000_000, 36_000_000]) {
      await pass(delayMs - 1);
      times.push(receiver.requests.length);
      await pass(1);
    }
    await pass(360_000_000);
    expect(times).toEqual([1, 2, 3, 4, 5, 6, 7]);
    expect(receiver.requests).toHaveLength(8);
    expect(receiver.requests.every(isSigned)).toBe(true);
    expect(new Set(receiver.requests.map(({ body }) => body)).size).toBe(1);
    expect(new Set(receiver.requests.map(({ headers }) => headers['svix-id'])).size).toBe(1);
    expect(new Set(receiver.requests.map(({ headers }) => headers['svix-timestamp'])).size).toBe(8);
    expect(webhooks().attempts.map(({ attempt }) => attempt)).toEqual([1, 2, 3, 4, 5, 6, 7, 8]);
  });

  it('is repeated until it is taken', async () => {
    answers = [500];
    sandbox.genericMigrations.addMigration({ timeline: [{ status: 'NOT_STARTED' }] });
    await pass(0);
    await pass(5_000);
    await pass(360_000_000);
    expect(webhooks().attempts.map(({ status }) => status)).toEqual([500, 204]);
  });

  it('is one without an answer too, and holds nothing up', async () => {
    webhooks().url = 'http://127.0.0.1:1/';
    sandbox.genericMigrations.addMigration({ migrationId, timeline: [{ status: 'NOT_STARTED' }] });
    await pass(0);
    webhooks().url = receiver.origin;
    await pass(5_000);
    expect(webhooks().attempts).toEqual([
      {
        at: Date.parse('2025-12-02T23:51:49.807Z'),
        messageId: expect.any(String),
        type: 'migration.created',
        subject: migrationId,
        attempt: 1,
        status: undefined,
      },
      expect.objectContaining({ attempt: 2, status: 204 }),
    ]);
  });
});

describe('a fault', () => {
  async function sendWith(type: WebhookFault['type']): Promise<void> {
    webhooks().injectFault({ type });
    sandbox.genericMigrations.addMigration({ timeline: brief });
    await pass(0);
  }

  it('can be a signature by another secret', async () => {
    await sendWith('bad_signature');
    expect(receiver.requests.map(isSigned)).toEqual([false, true]);
    expect(webhooks().attempts.map(({ fault }) => fault)).toEqual(['bad_signature', undefined]);
  });

  it('can be a signature of an hour ago', async () => {
    await sendWith('old_timestamp');
    expect(receiver.requests.map(isSigned)).toEqual([true, true]);
    expect(receiver.requests.map(({ headers }) => headers['svix-timestamp'])).toEqual([
      '1764715909',
      '1764719509',
    ]);
  });

  it('can be a request that comes twice', async () => {
    await sendWith('repeated');
    const [first, second, third] = receiver.requests;
    expect(second).toEqual(first);
    expect(third?.headers['svix-id']).not.toBe(first?.headers['svix-id']);
    expect(receiver.requests).toHaveLength(3);
  });

  it('can be an event that nobody knows, before the right one', async () => {
    await sendWith('unknown_event');
    expect(receiver.requests.map(isSigned)).toEqual([true, true, true]);
    expect(typesOf(receiver.requests)).toEqual([
      'migration.reconsidered',
      'migration.created',
      'migration.started',
    ]);
  });

  it('happens as often as it is told, unless it is taken out', async () => {
    webhooks().injectFault({ type: 'bad_signature' }, { times: 2 });
    const takeOut = webhooks().injectFault({ type: 'repeated' });
    webhooks().injectFault({ type: 'unknown_event' });
    takeOut();
    sandbox.genericMigrations.addMigration({ timeline: brief });
    await pass(0);
    webhooks().clearFaults();
    await pass(1_000);
    expect(receiver.requests.map(isSigned)).toEqual([false, false, true]);
  });
});

describe('what is not right is refused by name:', () => {
  it.each([
    ['a URL that is none', () => createSandbox({ webhookUrl: 'localhost:80' }), 'webhookUrl must be an http'],
    [
      'a file',
      () => {
        webhooks().url = 'file:///etc/passwd';
      },
      'url must be an http: or https: URL; got file:///etc/passwd',
    ],
    [
      'a fault that does not exist',
      () => webhooks().injectFault(JSON.parse('{"type":"late"}')),
      'fault.type must be one of bad_signature, old_timestamp, repeated, unknown_event; got late',
    ],
    [
      'a number of times that is none',
      () => webhooks().injectFault({ type: 'repeated' }, { times: 0 }),
      'options.times must be a whole number, 1 or more; got 0',
    ],
  ])('%s', async (_title, call, message) => {
    await expect((async () => call())()).rejects.toThrow(message);
  });
});

it('is broken off by close', async () => {
  await using silent = await createLoopbackServer(() => {});
  webhooks().url = silent.origin;
  sandbox.genericMigrations.addMigration({ timeline: brief });
  const delivered = webhooks().deliver();
  await vi.waitFor(() => expect(silent.requests).toHaveLength(1), { interval: 5 });
  await sandbox.close();
  await delivered;
  expect(webhooks().attempts).toEqual([expect.objectContaining({ status: undefined })]);
});

it('draws its secret from the seed, and leaves all other ids as they are', async () => {
  await using same = await createSandbox();
  await using other = await createSandbox({ seed: 2 });
  expect(same.genericMigrations.webhooks.secret).toBe(webhooks().secret);
  expect(other.genericMigrations.webhooks.secret).not.toBe(webhooks().secret);
  expect(webhooks().secret).toMatch(/^whsec_[\w+/]{32}$/);
});
