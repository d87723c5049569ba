import {
  type BatchReadContext,
  type CallContext,
  ConfigurationError,
  createHttpClient,
  defineAdapter,
  type FailureClass,
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
  type GenericMigrationsPage,
  genericMigrationSchema,
  genericMigrationsPageSchema,
} from './generic-migrations-schema.ts';
import { genericMigrationsStates } from './generic-migrations-states.ts';
import { sweepList } from './list-sweep.ts';
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
  const { listSweep, parsePush } = parsed;
  if (listSweep && taskProgress) {
    const message = 'createGenericMigrationsAdapter: "listSweep" cannot be had with "taskProgress"';
    throw new ConfigurationError({ provider: 'generic-migrations', option: 'listSweep', message });
  }
  const maxBatchSize = listSweep ? Math.min(listSweep.pageSize * listSweep.maxPages, mostPerSweep) : 1;
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
    capabilities: {
      progress: taskProgress ? 'counts' : 'none',
      maxBatchSize,
      list: true,
      push: parsePush !== undefined,
    },
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

  async function readPage(
    pageNumber: number,
    { pageSize }: PageLimits,
    signal: AbortSignal | undefined,
  ): Promise<{ readonly page: GenericMigrationsPage; readonly rateLimit: RateLimit | undefined }> {
    const query = [
      ['page', String(pageNumber)],
      ['page_size', String(pageSize)],
    ] as const;
    const reply = await http.send({ path: '/migrations', query }, signal);
    if (!reply.isOk) throw toError(reply);
    return { page: reply.parse(genericMigrationsPageSchema), rateLimit: reply.rateLimit };
  }

  async function* listPages(
    limits: PageLimits,
    signal: AbortSignal | undefined,
  ): AsyncGenerator<GenericListedMigration, void, undefined> {
    const readListPage = async (pageNumber: number) => (await readPage(pageNumber, limits, signal)).page;
    for await (const migration of walkPages(readListPage, limits)) {
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

  /** Requests for the list and then, for what it does not show, a request for each. */
  async function getStatuses(
    given: readonly GenericMigrationsRef[],
    limits: PageLimits,
    signal: AbortSignal | undefined,
  ): Promise<Readings> {
    const refs = new Map(given.map(adapter.parseRef).map((ref) => [ref.migrationId, ref]));
    const results: Readings = new Map();
    let stops: readonly FailureClass[] = refusals;
    if (refs.size > 1) {
      const failure = await sweep(refs, limits, signal, results);
      // Where the list could not be reached, the first that cannot be reached either tells of an outage.
      if (failure) stops = [...refusals, 'transient'];
      if (failure && refusals.includes(adapter.classify(failure))) {
        for (const ref of refs.values()) results.set(adapter.key(ref), failure);
        return results;
      }
    }
    await readEach(refs.values(), stops, signal, results);
    return results;
  }

  /** Takes what the list shows out of the refs. Gives the error of a list that could not be had. */
  async function sweep(
    refs: Map<string, GenericMigrationsRef>,
    limits: PageLimits,
    signal: AbortSignal | undefined,
    results: Readings,
  ): Promise<MigrationStatusError | undefined> {
    let rateLimit: RateLimit | undefined;
    async function readSweptPage(pageNumber: number): Promise<GenericMigrationsPage> {
      const answer = await readPage(pageNumber, limits, signal);
      ({ rateLimit } = answer);
      return answer.page;
    }
    try {
      await sweepList(readSweptPage, [...refs.keys()], limits, (migrationId, migration) => {
        const reading = toReading(migration, states, assumedZone);
        results.set(adapter.key({ migrationId }), { ...reading, ...(rateLimit && { rateLimit }) });
        refs.delete(migrationId);
      });
      return undefined;
    } catch (error) {
      return toFailure(error, signal);
    }
  }

  /** A few at a time. Once a read fails in a way that stops, the rest is not asked for. */
  async function readEach(
    refs: Iterator<GenericMigrationsRef> & Iterable<GenericMigrationsRef>,
    stops: readonly FailureClass[],
    signal: AbortSignal | undefined,
    results: Readings,
  ): Promise<void> {
    let stop: MigrationStatusError | undefined;
    async function read(ref: GenericMigrationsRef) {
      try {
        return await adapter.getStatus(ref, { signal });
      } catch (error) {
        const failure = toFailure(error, signal);
        if (stops.includes(adapter.classify(failure))) stop = failure;
        return failure;
      }
    }
    async function readSome(): Promise<void> {
      for (const ref of refs) results.set(adapter.key(ref), stop ?? (await read(ref)));
    }
    await Promise.all(Array.from({ length: readsAtOnce }, readSome));
  }

  return Object.freeze({
    ...adapter,
    getStatus,
    list,
    ...(parsePush && { parsePush }),
    ...(listSweep && {
      getStatuses: (refs: readonly GenericMigrationsRef[], { signal }: BatchReadContext = {}) =>
        getStatuses(refs, listSweep, signal),
    }),
  });
}

type Readings = Map<string, MigrationReading<GenericMigration> | MigrationStatusError>;

/** So many at most, because where the list is of no use each is read by itself. */
const mostPerSweep = 100;
const readsAtOnce = 4;

/** Failures that are told of the account, whatever was asked for. */
const refusals: readonly FailureClass[] = ['throttled', 'unauthorized'];

/** The error of a request; what is none of a request is thrown on. */
function toFailure(error: unknown, signal: AbortSignal | undefined): MigrationStatusError {
  signal?.throwIfAborted();
  if (MigrationStatusError.isInstance(error) && !ConfigurationError.isInstance(error)) return error;
  throw error;
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
