import { inspect, isDeepStrictEqual } from 'node:util';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { anyJsonValue } from '../../../../test/support/any-body.ts';
import { ConfigurationError } from '../../src/model/errors/configuration-error.ts';
import { migrationStates } from '../../src/model/migration-state.ts';
import type { MigrationReading } from '../../src/model/migration-status.ts';
import { parseMigrationStatus } from '../../src/model/parse-migration-status.ts';
import { toMigrationStatus } from '../../src/model/to-migration-status.ts';

const minimal = {
  provider: 'acme',
  key: 'acme/job_1',
  ref: {},
  state: 'running',
  nativeState: '',
  observedAt: '2026-04-28T10:30:00.000Z',
  native: null,
};

/** What somebody else would find who reads the status from a store or from the wire. */
function throughJson(value: unknown): unknown {
  return JSON.parse(JSON.stringify(value));
}

function misfitOf(value: unknown): { readonly option: string; readonly message: string } {
  try {
    parseMigrationStatus(value);
  } catch (error) {
    if (ConfigurationError.isInstance(error)) return { option: error.option, message: error.message };
  }
  return expect.unreachable('the status must be refused');
}

test('any status comes back from JSON as it was, and frozen', () => {
  const time = fc
    .date({
      min: new Date('0000-01-01T00:00:00Z'),
      max: new Date('9999-12-31T23:59:59.999Z'),
      noInvalidDate: true,
    })
    .map((date) => date.toISOString());
  const amount = fc.double({ min: -1 });
  const anyProgress = fc.record(
    { percent: amount, completed: amount, total: amount, failed: amount, unit: fc.string() },
    { requiredKeys: [], noNullPrototype: true },
  );
  const anyPart = fc.record(
    {
      name: fc.string(),
      state: fc.constantFrom(...migrationStates),
      nativeState: fc.string(),
      progress: anyProgress,
      message: fc.string(),
    },
    { requiredKeys: ['name'], noNullPrototype: true },
  );
  const anyIssue = fc.record(
    {
      severity: fc.constantFrom('error', 'warning'),
      code: fc.string(),
      message: fc.string({ unit: 'binary' }),
      subject: fc.string(),
    },
    { requiredKeys: ['severity', 'message'], noNullPrototype: true },
  );
  const anyReading: fc.Arbitrary<MigrationReading> = fc.record(
    {
      state: fc.constantFrom(...migrationStates),
      nativeState: fc.string({ unit: 'binary' }),
      phase: fc.string(),
      progress: anyProgress,
      parts: fc.array(anyPart),
      message: fc.string(),
      issues: fc.array(anyIssue),
      createdAt: time,
      startedAt: time,
      updatedAt: time,
      finishedAt: time,
      assumedZone: fc.subarray(['createdAt', 'startedAt', 'updatedAt', 'finishedAt']),
      url: fc.webUrl(),
      native: anyJsonValue(),
      retryAfterMs: fc.nat(),
      memo: anyJsonValue(),
    },
    { requiredKeys: ['state', 'nativeState', 'native'], noNullPrototype: true },
  );
  const anyOrigin = fc.record({
    provider: fc.string({ minLength: 1 }),
    key: fc.string({ minLength: 1 }),
    ref: anyJsonValue(),
    observedAt: time,
  });
  fc.assert(
    fc.property(anyReading, anyOrigin, (reading, origin) => {
      const status = toMigrationStatus(reading, origin);
      const parsed = parseMigrationStatus(throughJson(status));
      expect(isDeepStrictEqual(parsed, status), inspect({ parsed, status }, { depth: null })).toBe(true);
      expect(Object.isFrozen(parsed)).toBe(true);
      expect(Object.isFrozen(parsed.issues ?? Object.freeze([]))).toBe(true);
    }),
    { numRuns: 500 },
  );
});

test('native and ref are frozen with the status', () => {
  const status = parseMigrationStatus(
    throughJson({ ...minimal, ref: { id: 'a' }, native: { users: [{ id: 1 }] } }),
  );
  expect(Object.isFrozen(status.ref)).toBe(true);
  expect(Object.isFrozen(Object(status.native).users[0])).toBe(true);
});

test('fields of a later version are dropped, those of native are kept', () => {
  const later = { ...minimal, native: { later: 1 }, later: 2, __proto__: { state: 'failed' } };
  expect(parseMigrationStatus(later)).toStrictEqual({ ...minimal, native: { later: 1 } });
});

describe('what does not fit is refused by its path', () => {
  const error = { severity: 'error', message: 'Disk full.' };
  test.each([
    { value: undefined, option: '$', expected: 'an object', got: 'nothing' },
    { value: null, option: '$', expected: 'an object', got: 'null' },
    { value: [minimal], option: '$', expected: 'an object', got: 'an array' },
    { value: '{}', option: '$', expected: 'an object', got: 'a string' },
    {
      value: { ...minimal, provider: '' },
      option: '$.provider',
      expected: 'a non-empty string',
      got: 'an empty string',
    },
    { value: { ...minimal, key: 7 }, option: '$.key', expected: 'a string', got: 'a number' },
    { value: { ...minimal, ref: undefined }, option: '$.ref', expected: 'a JSON value', got: 'nothing' },
    {
      value: { ...minimal, native: undefined },
      option: '$.native',
      expected: 'a JSON value',
      got: 'nothing',
    },
    {
      value: { ...minimal, state: 'done' },
      option: '$.state',
      expected: `one of ${migrationStates.join(', ')}`,
      got: 'a string',
    },
    { value: { ...minimal, nativeState: null }, option: '$.nativeState', expected: 'a string', got: 'null' },
    { value: { ...minimal, phase: 1 }, option: '$.phase', expected: 'a string', got: 'a number' },
    { value: { ...minimal, message: {} }, option: '$.message', expected: 'a string', got: 'an object' },
    { value: { ...minimal, url: false }, option: '$.url', expected: 'a string', got: 'a boolean' },
    { value: { ...minimal, progress: 50 }, option: '$.progress', expected: 'an object', got: 'a number' },
    {
      value: { ...minimal, progress: { percent: 101 } },
      option: '$.progress.percent',
      expected: 'a number of at most 100',
      got: 'a number',
    },
    {
      value: { ...minimal, progress: { completed: -1 } },
      option: '$.progress.completed',
      expected: 'a number of at least 0',
      got: 'a number',
    },
    {
      value: { ...minimal, progress: { failed: '1' } },
      option: '$.progress.failed',
      expected: 'a number',
      got: 'a string',
    },
    {
      value: { ...minimal, progress: { completed: 3, total: 2 } },
      option: '$.progress.total',
      expected: 'a number of at least "completed"',
      got: 'a number',
    },
    {
      value: { ...minimal, progress: { unit: 1 } },
      option: '$.progress.unit',
      expected: 'a string',
      got: 'a number',
    },
    { value: { ...minimal, parts: {} }, option: '$.parts', expected: 'an array', got: 'an object' },
    {
      value: { ...minimal, parts: [{ name: 'users' }, { state: 'running' }] },
      option: '$.parts[1].name',
      expected: 'a string',
      got: 'nothing',
    },
    {
      value: { ...minimal, parts: [{ name: 'users', progress: { completed: 3, total: 2 } }] },
      option: '$.parts[0].progress.total',
      expected: 'a number of at least "completed"',
      got: 'a number',
    },
    { value: { ...minimal, issues: {} }, option: '$.issues', expected: 'an array', got: 'an object' },
    {
      value: { ...minimal, issues: [error, { ...error, severity: 'fatal' }] },
      option: '$.issues[1].severity',
      expected: 'one of error, warning',
      got: 'a string',
    },
    {
      value: { ...minimal, issues: [{ severity: 'error' }] },
      option: '$.issues[0].message',
      expected: 'a string',
      got: 'nothing',
    },
    {
      value: { ...minimal, state: 'failed' },
      option: '$.issues',
      expected: 'an issue of severity error, because the state is failed',
      got: 'nothing',
    },
    {
      value: { ...minimal, state: 'failed', issues: [{ severity: 'warning', message: 'Slow.' }] },
      option: '$.issues',
      expected: 'an issue of severity error, because the state is failed',
      got: 'an array',
    },
    {
      value: { ...minimal, assumedZone: ['observedAt'] },
      option: '$.assumedZone[0]',
      expected: 'the name of a time field',
      got: 'a string',
    },
  ])('$option must be $expected, got $got', ({ value, option, expected, got }) => {
    expect(misfitOf(value)).toEqual({
      option,
      message: `migration status: expected ${expected} at ${option}, got ${got}`,
    });
  });
});

describe.each(['createdAt', 'startedAt', 'updatedAt', 'finishedAt', 'observedAt'])('%s', (field) => {
  test.each([
    '2026-04-28T10:30:00+02:00',
    '2026-04-28T10:30:00',
    '2026-02-30T10:30:00Z',
    '2026-04-28',
    'now',
    '',
  ])('cannot be "%s"', (time) => {
    const { option, message } = misfitOf({ ...minimal, [field]: time });
    expect(option).toBe(`$.${field}`);
    expect(message).toMatch(`expected an ISO 8601 time in UTC at $.${field}, got`);
  });

  test.each(['2026-04-28T10:30:00Z', '2024-02-29T23:59:59.123456Z'])('can be "%s"', (time) => {
    expect(parseMigrationStatus({ ...minimal, [field]: time })).toStrictEqual({ ...minimal, [field]: time });
  });
});

test('any JSON value is a status or refused, never another error', () => {
  fc.assert(
    fc.property(
      anyJsonValue(),
      fc.constantFrom(...Object.keys(minimal), 'progress', 'issues'),
      (value, field) => {
        for (const candidate of [value, { ...minimal, [field]: value }]) {
          try {
            parseMigrationStatus(candidate);
          } catch (error) {
            if (!ConfigurationError.isInstance(error)) throw error;
          }
        }
      },
    ),
  );
});
