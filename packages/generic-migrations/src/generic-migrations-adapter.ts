import {
  type CallContext,
  type ListedMigration,
  type MigrationAdapter,
  type MigrationReading,
  parseOptions,
  type ReadContext,
} from '@migration-status/core/adapter';
import { createSweepReader } from './create-sweep-reader.ts';
import { genericMigrationsDescription } from './generic-migrations-description.ts';
import {
  type GenericMigrationsAdapterOptions,
  type GenericMigrationsListFilter,
  type GenericMigrationsRef,
  genericMigrationsOptionsSchema,
} from './generic-migrations-options.ts';
import type { GenericMigration } from './generic-migrations-schema.ts';
import { createRestReader } from './rest/create-rest-reader.ts';
import type { RefFields } from './rest/rest-account.ts';
import { createLister } from './rest/walk-list.ts';
import { toTypedReading } from './to-typed-reading.ts';

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

const provider = 'generic-migrations';

/**
 * Makes an adapter for one organization at the Migrations API (v1). Throws a `ConfigurationError` that names the option
 * when one is missing or malformed; makes no request.
 *
 * With `taskProgress` each read makes two requests. Only the first decides: when the tasks cannot be had, the reading has
 * neither progress nor parts, and a warning with the code `tasks_unavailable`.
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
  const { apiKey, taskProgress, tasksPath, assumedZone, listSweep, parsePush, ...common } = parseOptions(
    genericMigrationsOptionsSchema,
    options,
    { provider, subject: 'createGenericMigrationsAdapter' },
  );
  const { reading, parts } = genericMigrationsDescription;
  const description = {
    ...genericMigrationsDescription,
    reading: { ...reading, assumedZone },
    parts: { ...parts, path: tasksPath },
  };
  const { account, reader } = createRestReader(
    description,
    { ...common, token: apiKey, parts: taskProgress },
    'the id of a migration',
  );
  const listAll = createLister(account, description.list);

  async function getStatus(
    ref: GenericMigrationsRef,
    context?: ReadContext,
  ): Promise<MigrationReading<GenericMigration>> {
    return toTypedReading(await reader.getStatus(ref, context));
  }

  function list(
    filter?: GenericMigrationsListFilter,
    context?: CallContext,
  ): AsyncIterable<GenericListedMigration> {
    return toTypedList(listAll(filter, context));
  }

  const sweeper = listSweep && createSweepReader(account, { ...reader, getStatus }, listSweep);
  const capabilities = Object.freeze({
    ...reader.capabilities,
    maxBatchSize: sweeper?.maxBatchSize ?? 1,
    push: parsePush !== undefined,
  });
  return Object.freeze({
    ...reader,
    capabilities,
    getStatus,
    list,
    ...(parsePush && { parsePush }),
    ...(sweeper && { getStatuses: sweeper.getStatuses }),
  });
}

async function* toTypedList(
  listed: AsyncIterable<ListedMigration<unknown, RefFields>>,
): AsyncGenerator<GenericListedMigration, void, undefined> {
  for await (const { key, ref, reading } of listed) {
    const { migrationId } = ref ?? {};
    yield {
      key,
      ...(migrationId !== undefined && { ref: { migrationId } }),
      reading: toTypedReading(reading),
    };
  }
}
