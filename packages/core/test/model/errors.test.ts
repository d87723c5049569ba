import { inspect } from 'node:util';
import { describe, expect, test } from 'vitest';
import { assertSucceeded } from '../../src/model/assert-succeeded.ts';
import { ConfigurationError } from '../../src/model/errors/configuration-error.ts';
import { MigrationStatusError } from '../../src/model/errors/migration-status-error.ts';
import { NotSucceededError } from '../../src/model/errors/not-succeeded-error.ts';
import { ProviderRequestError } from '../../src/model/errors/provider-request-error.ts';
import { ProviderResponseError } from '../../src/model/errors/provider-response-error.ts';
import { PushRefusedError } from '../../src/model/errors/push-refused-error.ts';
import { NotFoundOutError, WaitTimeoutError } from '../../src/model/errors/wait-errors.ts';
import { type MigrationState, migrationStates } from '../../src/model/migration-state.ts';
import { toMigrationStatus } from '../../src/model/to-migration-status.ts';

const cause = new Error('socket hang up');

function statusIn(state: MigrationState, message?: string) {
  return toMigrationStatus(
    { state, nativeState: state, native: null, ...(message !== undefined && { message }) },
    { provider: 'acme', key: 'acme/job_1', ref: {}, observedAt: '2026-04-28T10:30:00.000Z' },
  );
}

const errors = [
  {
    ErrorClass: ConfigurationError,
    error: new ConfigurationError({ provider: 'acme', option: 'apiKey', message: 'no key' }),
    properties: {
      name: 'ConfigurationError',
      kind: 'configuration',
      code: 'invalid_configuration',
      provider: 'acme',
      isRetryable: false,
      option: 'apiKey',
    },
  },
  {
    ErrorClass: ProviderRequestError,
    error: new ProviderRequestError({
      provider: 'acme',
      code: 'throttled',
      failure: 'throttled',
      httpStatus: 429,
      retryAfterMs: 5000,
      message: 'slow down',
    }),
    properties: {
      name: 'ProviderRequestError',
      kind: 'request',
      code: 'throttled',
      provider: 'acme',
      isRetryable: true,
      retryAfterMs: 5000,
      failure: 'throttled',
      httpStatus: 429,
    },
  },
  {
    ErrorClass: ProviderResponseError,
    error: new ProviderResponseError({ provider: 'acme', path: '$.status', message: 'no status' }),
    properties: {
      name: 'ProviderResponseError',
      kind: 'response',
      code: 'invalid_response',
      provider: 'acme',
      isRetryable: false,
      failure: 'invalid_response',
      path: '$.status',
    },
  },
  {
    ErrorClass: PushRefusedError,
    error: new PushRefusedError({
      provider: 'acme',
      code: 'stale_message',
      message: 'signed an hour ago',
      cause,
    }),
    properties: {
      name: 'PushRefusedError',
      kind: 'push',
      code: 'stale_message',
      provider: 'acme',
      isRetryable: false,
    },
  },
  {
    ErrorClass: WaitTimeoutError,
    error: new WaitTimeoutError({
      provider: 'acme',
      key: 'acme/job_1',
      message: 'too late',
      status: statusIn('running'),
    }),
    properties: {
      name: 'WaitTimeoutError',
      kind: 'timeout',
      code: 'wait_timeout',
      provider: 'acme',
      isRetryable: true,
      key: 'acme/job_1',
      status: statusIn('running'),
    },
  },
  {
    ErrorClass: NotFoundOutError,
    error: new NotFoundOutError({
      provider: 'acme',
      key: 'acme/job_1',
      code: 'aborted',
      message: 'aborted',
      cause,
    }),
    properties: {
      name: 'NotFoundOutError',
      kind: 'not_found_out',
      code: 'aborted',
      provider: 'acme',
      isRetryable: false,
      key: 'acme/job_1',
    },
  },
  {
    ErrorClass: NotSucceededError,
    error: new NotSucceededError(statusIn('canceled')),
    properties: {
      name: 'NotSucceededError',
      kind: 'not_succeeded',
      code: 'not_succeeded',
      provider: 'acme',
      isRetryable: false,
      status: statusIn('canceled'),
    },
  },
];

const classes = errors.map(({ ErrorClass }) => ErrorClass);

describe('every error says what it is', () => {
  test.each(errors)('$properties.name', ({ ErrorClass, error, properties }) => {
    expect({ ...error }).toStrictEqual(properties);
    expect(JSON.parse(JSON.stringify(error))).toEqual(JSON.parse(JSON.stringify(properties)));
    expect(inspect(error)).toMatch(new RegExp(`^${properties.name}: ${error.message}\\n`));
    expect(error).toBeInstanceOf(MigrationStatusError);
    expect(MigrationStatusError.isInstance(error)).toBe(true);
    expect(classes.filter((other) => other.isInstance(error))).toEqual([ErrorClass]);
  });
});

test('a cause is kept where there is one', () => {
  expect(errors.map(({ error }) => error.cause)).toEqual([
    undefined,
    undefined,
    undefined,
    cause,
    undefined,
    cause,
    undefined,
  ]);
  expect(errors.filter(({ error }) => Object.hasOwn(error, 'cause'))).toHaveLength(2);
});

test('only an outage and a rate limit pass by themselves', () => {
  const failures = [
    'transient',
    'throttled',
    'unauthorized',
    'forbidden',
    'invalid_request',
    'invalid_response',
  ] as const;
  const retryable = failures.filter(
    (failure) =>
      new ProviderRequestError({ provider: 'acme', code: 'unreachable', failure, message: '' }).isRetryable,
  );
  expect(retryable).toEqual(['transient', 'throttled']);
});

test.each([
  undefined,
  null,
  'error',
  7,
  {},
  [],
  cause,
  new DOMException('', 'AbortError'),
  { kind: 'request' },
])('%s is no error of this library', (value) => {
  expect([MigrationStatusError, ...classes].filter((ErrorClass) => ErrorClass.isInstance(value))).toEqual([]);
});

describe('an error of another copy of this package', () => {
  test('is recognised by isInstance, and not by instanceof', async () => {
    const copyOf = (name: string) =>
      import(new URL(`../../src/model/errors/${name}.ts?copy=2`, import.meta.url).href);
    const copy = await copyOf('migration-status-error');
    const requestCopy = await copyOf('provider-request-error');
    expect(copy.MigrationStatusError).not.toBe(MigrationStatusError);
    expect(requestCopy.ProviderRequestError).not.toBe(ProviderRequestError);

    const foreign = new copy.MigrationStatusError({
      kind: 'request',
      code: 'unreachable',
      message: 'from a copy',
    });
    expect(foreign).not.toBeInstanceOf(MigrationStatusError);
    expect(MigrationStatusError.isInstance(foreign)).toBe(true);
    expect(
      copy.MigrationStatusError.isInstance(new ConfigurationError({ option: 'a', message: 'own' })),
    ).toBe(true);

    const details = { provider: 'acme', code: 'throttled', failure: 'throttled', message: 'from a copy' };
    const foreignRequest = new requestCopy.ProviderRequestError(details);
    expect(foreignRequest).not.toBeInstanceOf(ProviderRequestError);
    expect(classes.filter((ErrorClass) => ErrorClass.isInstance(foreignRequest))).toEqual([
      ProviderRequestError,
    ]);
  });
});

describe('assertSucceeded', () => {
  const { provider, key } = statusIn('succeeded');

  function throwsFor(
    states: readonly MigrationState[],
    options?: { allowPartial?: boolean },
  ): MigrationState[] {
    return states.filter((state) => {
      try {
        assertSucceeded(statusIn(state), options);
        return false;
      } catch (error) {
        return NotSucceededError.isInstance(error);
      }
    });
  }

  test('lets only success pass', () => {
    expect(throwsFor(migrationStates)).toEqual(migrationStates.filter((state) => state !== 'succeeded'));
  });

  test('lets a partial success pass when asked to', () => {
    const passing = ['succeeded', 'partially_succeeded'];
    expect(throwsFor(migrationStates, { allowPartial: true })).toEqual(
      migrationStates.filter((state) => !passing.includes(state)),
    );
  });

  test.each([
    { status: statusIn('running'), message: 'acme/job_1 is running' },
    { status: statusIn('canceled', 'By the user.'), message: 'acme/job_1 is canceled: By the user.' },
    {
      status: statusIn('failed', 'See the issues.'),
      message: 'acme/job_1 is failed: The provider reports the migration as failed and does not say why.',
    },
  ])('throws "$message" with the status', ({ status, message }) => {
    expect(() => assertSucceeded(status)).toThrow(expect.objectContaining({ message, provider, status }));
    expect(status.key).toBe(key);
  });
});
