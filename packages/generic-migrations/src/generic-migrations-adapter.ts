import {
  type CallContext,
  ConfigurationError,
  createHttpClient,
  defineAdapter,
  type ListedMigration,
  type MigrationAdapter,
  type MigrationProgress,
  type MigrationReading,
  MigrationStatusError,
  ProviderResponseError,
  parseOptions,
  type RateLimit,
  type ReadContext,
  toMigrationKey,
} from '@migration-status/core/adapter';
import {
  type GenericMigrationsAdapterOptions,
  type GenericMigrationsListFilter,
  type GenericMigrationsRef,
  genericMigrationsListFilterSchema,
  genericMigrationsOptionsSchema,
  genericMigrationsRefSchema,
  isMigrationId,
} from './generic-migrations-options.ts';
import {
  type GenericMigration,
  genericMigrationSchema,
  genericMigrationsPageSchema,
} from './generic-migrations-schema.ts';
import { genericMigrationsStates } from './generic-migrations-states.ts';
import { toReading } from './to-reading.ts';
import { toError, toReadingOfError } from './to-reading-of-error.ts';
import { toTaskProgress } from './to-task-progress.ts';
import { type PageLimits, walkPages } from './walk-pages.ts';

/** A migration as the list shows it. */
export type GenericListedMigration = ListedMigration<GenericMigration, GenericMigrationsRef>;

/** Follows and lists the migrations of one organization. */
export interface GenericMigrationsAdapter extends MigrationAdapter<GenericMigration, GenericMigrationsRef> {
  /**
   * Lists the organization's migrations, page after page from page 1, each migration once; a page is asked for when its
   * first migration is.
   *
   * It ends after a page that is not full or that brings nothing new. Where migrations have another shape, all the others
   * are given first; then it rejects with a `ProviderResponseError` about the first of them, so that no migration is left
   * out unsaid.
   *
   * @see https://anon.mintlify.app/v1/data/migrations
   */
  list(filter?: GenericMigrationsListFilter, context?: CallContext): AsyncIterable<GenericListedMigration>;
}

/**
 * Makes an adapter for one organization at the Migrations API (v1). Throws a `ConfigurationError` that names the option
 * when one is missing or malformed; makes no request.
 *
 * With `taskProgress` each read makes two requests. Only the first decides: when the tasks cannot be had, the reading has
 * no progress and a warning with the code `tasks_unavailable`.
 *
 * @see https://anon.mintlify.app/v1/data/migrations
 *
 * @example
 * const migrations = createGenericMigrationsAdapter({ apiKey: 'your-api-key' });
 * const status = await pollUntilDone(migrations, { migrationId: '9f5b41bd-7c5e-42d9-b332-b31686e94424' });
 */
export function createGenericMigrationsAdapter(
  options: GenericMigrationsAdapterOptions,
): GenericMigrationsAdapter {
  const { apiKey, baseUrl, taskProgress, tasksPath, assumedZone, account, timeoutMs, fetch, ...parsed } =
    parseOptions(genericMigrationsOptionsSchema, options, {
      provider: 'generic-migrations',
      subject: 'createGenericMigrationsAdapter',
    });
  const { parsePush } = parsed;
  const states = { ...genericMigrationsStates, ...parsed.states };
  const http = createHttpClient({
    provider: 'generic-migrations',
    baseUrl,
    credentials: { authorization: `Bearer ${apiKey}` },
    timeoutMs,
    fetch,
  });

  const adapter = defineAdapter({
    provider: 'generic-migrations',
    states,
    http,
    account,
    capabilities: { progress: taskProgress ? 'counts' : 'none', list: true, push: parsePush !== undefined },
    refSchema: genericMigrationsRefSchema,
    toKeyParts: ({ migrationId }) => [migrationId],
    toRequest: (ref) => ({ path: toPath('/migrations/{migrationId}', ref) }),
    schema: genericMigrationSchema,
    toReading: (migration, { ref }) => toReading(expectAsked(migration, ref), states, assumedZone),
    toReadingOfError,
    toError,
  });

  async function getStatus(
    ref: GenericMigrationsRef,
    context: ReadContext = {},
  ): Promise<MigrationReading<GenericMigration>> {
    const reading = await adapter.getStatus(ref, context);
    if (!taskProgress || reading.state === 'not_found') return reading;
    try {
      const { progress, rateLimit } = await readTasks(ref, context.signal);
      return { ...reading, ...(progress && { progress }), ...(rateLimit && { rateLimit }) };
    } catch (error) {
      context.signal?.throwIfAborted();
      if (!MigrationStatusError.isInstance(error) || ConfigurationError.isInstance(error)) throw error;
      return withoutTasks(reading, error);
    }
  }

  async function readTasks(
    ref: GenericMigrationsRef,
    signal: AbortSignal | undefined,
  ): Promise<{
    readonly progress: MigrationProgress | undefined;
    readonly rateLimit: RateLimit | undefined;
  }> {
    const reply = await http.send({ path: toPath(tasksPath, ref) }, signal);
    if (!reply.isOk) throw toError(reply);
    return { progress: toTaskProgress(reply.parse(genericMigrationsPageSchema)), rateLimit: reply.rateLimit };
  }

  function list(
    filter: GenericMigrationsListFilter = {},
    { signal }: CallContext = {},
  ): AsyncIterable<GenericListedMigration> {
    return listPages(
      parseOptions(genericMigrationsListFilterSchema, filter, {
        provider: 'generic-migrations',
        subject: 'generic-migrations list',
      }),
      signal,
    );
  }

  async function* listPages(
    limits: PageLimits,
    signal: AbortSignal | undefined,
  ): AsyncGenerator<GenericListedMigration, void, undefined> {
    async function readPage(pageNumber: number) {
      const query = [
        ['page', String(pageNumber)],
        ['page_size', String(limits.pageSize)],
      ] as const;
      const reply = await http.send({ path: '/migrations', query }, signal);
      if (!reply.isOk) throw toError(reply);
      return reply.parse(genericMigrationsPageSchema);
    }
    for await (const migration of walkPages(readPage, limits)) {
      signal?.throwIfAborted();
      yield toListed(migration);
    }
  }

  function toListed(migration: GenericMigration): GenericListedMigration {
    const ref = { migrationId: migration.id };
    const reading = toReading(migration, states, assumedZone);
    return {
      key: toMigrationKey('generic-migrations', [migration.id]),
      ...(isMigrationId(migration.id) && { ref }),
      reading,
    };
  }

  return Object.freeze({ ...adapter, getStatus, list, ...(parsePush && { parsePush }) });
}

/** A query wants an apostrophe encoded, which `encodeURIComponent` leaves as it is. */
function toPath(template: string, { migrationId }: GenericMigrationsRef): string {
  const encoded = encodeURIComponent(migrationId).replaceAll("'", '%27');
  return template.replaceAll('{migrationId}', encoded);
}

/** Ids are compared without case, because a UUID may be written either way. */
function expectAsked(migration: GenericMigration, { migrationId }: GenericMigrationsRef): GenericMigration {
  if (migration.id.toLowerCase() === migrationId.toLowerCase()) return migration;
  const message = 'generic-migrations: expected the migration that was asked for at $.id, got another';
  throw new ProviderResponseError({ provider: 'generic-migrations', path: '$.id', message });
}

/** A throttled look at the tasks is a reason to wait, also where the status itself came. */
function withoutTasks(
  reading: MigrationReading<GenericMigration>,
  { message, retryAfterMs }: MigrationStatusError,
): MigrationReading<GenericMigration> {
  const warning = { severity: 'warning', code: 'tasks_unavailable', message } as const;
  return {
    ...reading,
    issues: [...(reading.issues ?? []), warning],
    ...(retryAfterMs !== undefined && { retryAfterMs }),
  };
}
