import type { MigrationAdapter } from '@migration-status/core';
import { ProviderRequestError } from '@migration-status/core/adapter';
import { expect, it } from 'vitest';
import { createAccounts } from '../../src/config/accounts.ts';
import { createErrorCleaner } from '../../src/config/hide-credentials.ts';
import { createRudeAdapter } from '../fixtures/rude/rude-adapter.ts';

const apiKey = 'se/cret key';

/** An error as careless authors throw it. */
function createCarelessError(): Error {
  const cause = new AggregateError([new Error(`of ${apiKey}`)], `Bearer ${apiKey}`);
  return new Error(`401 for /jobs?key=${encodeURIComponent(apiKey)}`, { cause });
}

const failing = (): never => {
  throw createCarelessError();
};

/** Loads an adapter the way that commands do. */
function load(create: (options: unknown) => MigrationAdapter): Promise<MigrationAdapter> {
  const adapter = { adapter: create, credentials: { apiKey: { env: 'KEY' } } };
  const config = { accounts: { acme: adapter } };
  const { accounts } = createAccounts({ config, folder: '.' }, {}, { environment: { KEY: apiKey } });
  const account = accounts.get('acme');
  if (account === undefined) throw new Error('there is no such account');
  return account.load();
}

it('takes credentials out of every error of an adapter of somebody else, with what lies behind it', async () => {
  const careless: MigrationAdapter = {
    ...createRudeAdapter(),
    getStatus: failing,
    getStatuses: failing,
    list: failing,
    start: failing,
    cancel: failing,
    parsePush: failing,
  };
  const adapter = await load(() => careless);
  const calls = [
    () => adapter.getStatus('1'),
    () => adapter.getStatuses?.(['1']),
    () => adapter.list?.()[Symbol.asyncIterator]().next(),
    () => adapter.start?.({}),
    () => adapter.cancel?.('1'),
    () => adapter.parsePush?.({ headers: new Headers(), body: '' }),
    () => load(failing),
  ];
  for (const call of calls) {
    const error: unknown = await Promise.resolve()
      .then(call)
      .catch((thrown) => thrown);
    if (!(error instanceof Error && error.cause instanceof AggregateError)) throw new Error('no error');
    expect(error.message).toBe('401 for /jobs?key=[redacted]');
    expect(error.cause.message).toBe('Bearer [redacted]');
    expect(error.cause.errors[0].message).toBe('of [redacted]');
    expect(`${error.stack}${error.cause.stack}`).not.toMatch(/se(?:\/|%2F)cret/);
  }
});

it('takes them out of errors among the results of a batch, and leaves what the adapter can as it is', async () => {
  const refused = new ProviderRequestError({
    provider: 'rude',
    code: 'unauthorized',
    failure: 'unauthorized',
    message: `no ${apiKey}`,
  });
  const batching: MigrationAdapter = {
    ...createRudeAdapter(),
    getStatuses: async () => new Map([['1', refused]]),
  };
  const adapter = await load(() => batching);
  expect((await adapter.getStatuses?.(['1']))?.get('1')).toBe(refused);
  expect(refused.message).toBe('no [redacted]');
  const { parsePush, list, states, key } = adapter;
  expect({ parsePush, states, key: key('a') }).toEqual({
    parsePush: undefined,
    states: batching.states,
    key: 'rude/a',
  });
  expect((await list?.()[Symbol.asyncIterator]().next())?.value.key).toMatch(/^rude\//);
});

it('leaves words alone that a short credential would blank out, and what is no error', () => {
  expect(createErrorCleaner(['key'])('the key')).toBe('the key');
  expect(createErrorCleaner(['a-key'])('the a-key')).toBe('the [redacted]');
  expect(createErrorCleaner(['a-key'])(7)).toBe(7);
  const frozen = Object.freeze(new Error('a-key'));
  expect(createErrorCleaner(['a-key'])(frozen)).toBe(frozen);
});
