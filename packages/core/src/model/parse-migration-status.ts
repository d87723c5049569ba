import * as z from 'zod/mini';
import { deepFreeze } from './deep-freeze.ts';
import { describeKind } from './describe-value.ts';
import { ConfigurationError } from './errors/configuration-error.ts';
import { formatJsonPath, valueAt } from './json-path.ts';
import { migrationStates } from './migration-state.ts';
import type { MigrationStatus } from './migration-status.ts';

/** Made at the first use: made at import, it would stay in the bundle of an application that never parses a status. */
let statusSchema: ReturnType<typeof createStatusSchema> | undefined;

/**
 * Reads a status back that was stored or sent as JSON, and returns it frozen. It holds what was written to the promises of
 * the model: a state of the closed list, times in UTC, progress within its bounds, an issue for every failure. Fields that
 * it does not know are dropped, so that a later version can write more than this one reads.
 *
 * `ref` and `native` are taken over as they are, and frozen with the rest.
 *
 * Throws a `ConfigurationError` at the first thing that does not fit: its `option` is the JSON path (`$.progress.percent`),
 * and the message tells what was expected and what kind of value stood there, never the value.
 *
 * @example
 * const status = parseMigrationStatus(JSON.parse(line));
 */
export function parseMigrationStatus(value: unknown): MigrationStatus {
  statusSchema ??= createStatusSchema();
  const parsed = z.safeParse(statusSchema, value);
  if (parsed.success) return deepFreeze(parsed.data);
  const { path = [], message } = parsed.error.issues[0] ?? {};
  const place = formatJsonPath(path);
  throw new ConfigurationError({
    option: place,
    message: `migration status: expected ${message} at ${place}, got ${describeKind(valueAt(value, path))}`,
  });
}

function createStatusSchema() {
  const text = z.string('a string');
  const name = text.check(z.minLength(1, 'a non-empty string'));
  const time = z.iso.datetime('an ISO 8601 time in UTC');
  const amount = z.number('a number').check(z.nonnegative('a number of at least 0'));
  const jsonValue = z.custom<unknown>((value) => value !== undefined, 'a JSON value');

  const progressSchema = z
    .object(
      {
        percent: z.exactOptional(amount.check(z.maximum(100, 'a number of at most 100'))),
        completed: z.exactOptional(amount),
        total: z.exactOptional(amount),
        failed: z.exactOptional(amount),
        unit: z.exactOptional(text),
      },
      'an object',
    )
    .check(
      z.refine(({ completed = 0, total = completed }) => total >= completed, {
        path: ['total'],
        error: 'a number of at least "completed"',
      }),
    );

  const stateSchema = z.enum(migrationStates, `one of ${migrationStates.join(', ')}`);

  const partSchema = z.object(
    {
      name: text,
      state: z.exactOptional(stateSchema),
      nativeState: z.exactOptional(text),
      progress: z.exactOptional(progressSchema),
      message: z.exactOptional(text),
    },
    'an object',
  );

  const issueSchema = z.object(
    {
      severity: z.enum(['error', 'warning'], 'one of error, warning'),
      code: z.exactOptional(text),
      message: text,
      subject: z.exactOptional(text),
    },
    'an object',
  );

  const timeField = z.enum(['createdAt', 'startedAt', 'updatedAt', 'finishedAt'], 'the name of a time field');

  return z
    .object(
      {
        provider: name,
        key: name,
        ref: jsonValue,
        state: stateSchema,
        nativeState: text,
        phase: z.exactOptional(text),
        progress: z.exactOptional(progressSchema),
        parts: z.exactOptional(z.array(partSchema, 'an array')),
        message: z.exactOptional(text),
        issues: z.exactOptional(z.array(issueSchema, 'an array')),
        createdAt: z.exactOptional(time),
        startedAt: z.exactOptional(time),
        updatedAt: z.exactOptional(time),
        finishedAt: z.exactOptional(time),
        assumedZone: z.exactOptional(z.array(timeField, 'an array')),
        observedAt: time,
        url: z.exactOptional(text),
        native: jsonValue,
      },
      'an object',
    )
    .check(
      z.refine(
        ({ state, issues }) => state !== 'failed' || issues?.some(({ severity }) => severity === 'error'),
        {
          path: ['issues'],
          error: 'an issue of severity error, because the state is failed',
        },
      ),
    );
}
