import {
  baseUrlExpectation,
  type CommonAdapterOptions,
  fetchExpectation,
  headerValueExpectation,
  isBaseUrl,
  isFetch,
  isHeaderValue,
  isTimeoutMs,
  isZone,
  type MigrationAdapter,
  type MigrationState,
  migrationStates,
  type StandardSchema,
  timeoutMsExpectation,
  zoneExpectation,
} from '@migration-status/core/adapter';
import * as z from 'zod/mini';
import type { GenericMigration } from './generic-migrations-schema.ts';
import { isPathValue } from './rest/path-value.ts';

/** How `createGenericMigrationsAdapter` reaches an organization. */
export interface GenericMigrationsAdapterOptions extends CommonAdapterOptions {
  /** Sent as `Authorization: Bearer …`; for servers only. */
  readonly apiKey: string;
  /** Default `https://worker.anon.com/api/v1`. */
  readonly baseUrl?: string | undefined;
  /**
   * Single words that mean something else to you than in `genericMigrationsStates`, or words that it does not know:
   * `{ NOT_STARTED: 'awaiting_input' }`.
   */
  readonly states?: Readonly<Record<string, MigrationState>> | undefined;
  /** Whether each read also asks for the tasks, with a second request, and counts them as progress. Default false. */
  readonly taskProgress?: boolean | undefined;
  /**
   * Where the tasks of a migration are listed, with `{migrationId}` in the place of the id; may have a query. The vendor
   * does not document it. Default `/migrations/{migrationId}/tasks`.
   */
  readonly tasksPath?: string | undefined;
  /**
   * Looks for migrations that are to be read at the same time in the list, where that takes fewer requests than to read
   * each by itself; one that the list does not show is read by itself. Not with `taskProgress`: a list has no tasks. The
   * vendor hardly documents the list. Default none.
   */
  readonly listSweep?: GenericMigrationsListSweep | undefined;
  /** The zone in which times without one are read: `Z` or an offset such as `+02:00`. Default `Z`. */
  readonly assumedZone?: string | undefined;
  /** Reads webhooks: what `createPushParser` of `@migration-status/generic-migrations/push` gives. Default: none is read. */
  readonly parsePush?: MigrationAdapter<GenericMigration, GenericMigrationsRef>['parsePush'] | undefined;
}

/** The address of a migration. The id is opaque: a UUID in the API, another form in webhooks. */
export interface GenericMigrationsRef {
  readonly migrationId: string;
}

/** How far the list is searched for migrations that are read. */
export interface GenericMigrationsListSweep {
  /** Migrations per page. Default 10, as documented; the largest that is accepted is not documented. */
  readonly pageSize?: number | undefined;
  /** Pages at most, one after another. Default 10. */
  readonly maxPages?: number | undefined;
}

/** How `list` walks through the pages. */
export interface GenericMigrationsListFilter {
  /** Migrations per request. Default 10, as documented; the largest that is accepted is not documented. */
  readonly pageSize?: number | undefined;
  /** Requests at most. Default as many as there are pages. */
  readonly maxPages?: number | undefined;
}

const text = z.string().check(z.minLength(1, 'a non-empty string'));
const count = z
  .number()
  .check(z.refine((value) => Number.isSafeInteger(value) && value > 0, 'a whole number above 0'));

type CheckedOptions = GenericMigrationsAdapterOptions & {
  readonly [Name in 'baseUrl' | 'states' | 'taskProgress' | 'tasksPath' | 'assumedZone']-?: NonNullable<
    GenericMigrationsAdapterOptions[Name]
  >;
} & { readonly listSweep?: { readonly pageSize: number; readonly maxPages: number } | undefined };

export const genericMigrationsOptionsSchema: StandardSchema<CheckedOptions> = z
  .strictObject({
    apiKey: z.string().check(z.refine(isHeaderValue, headerValueExpectation)),
    baseUrl: z._default(
      z.string().check(z.refine(isBaseUrl, baseUrlExpectation)),
      'https://worker.anon.com/api/v1',
    ),
    states: z._default(z.record(z.string(), z.enum(migrationStates)), {}),
    taskProgress: z._default(z.boolean(), false),
    tasksPath: z._default(
      z
        .string()
        .check(
          z.regex(
            /^\/[^#{}]*(?:\{migrationId\}[^#{}]*)+$/,
            'a path that starts with "/" and holds "{migrationId}"',
          ),
        ),
      '/migrations/{migrationId}/tasks',
    ),
    listSweep: z.optional(
      z.strictObject({ pageSize: z._default(count, 10), maxPages: z._default(count, 10) }),
    ),
    assumedZone: z._default(z.string().check(z.refine(isZone, zoneExpectation)), 'Z'),
    parsePush: z.optional(
      z.custom<GenericMigrationsAdapterOptions['parsePush']>(
        (value) => typeof value === 'function',
        'a function that createPushParser gives',
      ),
    ),
    account: z.optional(text),
    timeoutMs: z.optional(z.number().check(z.refine(isTimeoutMs, timeoutMsExpectation))),
    fetch: z.optional(z.custom<typeof fetch>(isFetch, fetchExpectation)),
  })
  .check(
    z.refine(({ listSweep, taskProgress }) => listSweep === undefined || !taskProgress, {
      path: ['listSweep'],
      message: 'left out with "taskProgress"',
    }),
  );

export const genericMigrationsRefSchema: StandardSchema<GenericMigrationsRef> = z.strictObject({
  migrationId: z.string().check(z.refine(isMigrationId, 'the id of a migration')),
});

/** Whether a text can be the id of a migration in a request. */
export function isMigrationId(value: string): boolean {
  return isPathValue(value);
}
