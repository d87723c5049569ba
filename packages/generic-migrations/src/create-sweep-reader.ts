import type {
  BatchReadContext,
  FailureClass,
  MigrationAdapter,
  MigrationReading,
  MigrationStatusError,
} from '@migration-status/core/adapter';
import { genericMigrationsDescription } from './generic-migrations-description.ts';
import type { GenericMigrationsRef } from './generic-migrations-options.ts';
import type { GenericMigration } from './generic-migrations-schema.ts';
import { type SweepLimits, sweepList } from './list-sweep.ts';
import { readEach, toRequestFailure } from './read-each.ts';
import type { RestAccount } from './rest/rest-account.ts';
import { createPageWalk } from './rest/walk-pages.ts';
import { toTypedReading } from './to-typed-reading.ts';

/** What reads one migration. */
type SingleReader = Pick<
  MigrationAdapter<GenericMigration, GenericMigrationsRef>,
  'key' | 'parseRef' | 'classify' | 'getStatus'
>;

type Readings = Map<string, MigrationReading<GenericMigration> | MigrationStatusError>;

/** So many at most, because where the list is of no use each is read by itself. */
const mostPerSweep = 100;

/** Failures that are told of the account, whatever was asked for. */
const refusals: readonly FailureClass[] = ['throttled', 'unauthorized'];

/** Reads many migrations with requests for the list and then, for what it does not show, a request for each. */
export function createSweepReader(account: RestAccount, reader: SingleReader, limits: SweepLimits) {
  const walkPages = createPageWalk(account, genericMigrationsDescription.list);
  const given = new Map(Object.entries(limits));

  async function getStatuses(
    asked: readonly GenericMigrationsRef[],
    { signal }: BatchReadContext = {},
  ): Promise<Readings> {
    const refs = new Map(asked.map(reader.parseRef).map((ref) => [ref.migrationId, ref]));
    const results: Readings = new Map();
    const failure = refs.size > 1 ? await sweep(refs, results, signal) : undefined;
    if (failure && refusals.includes(reader.classify(failure))) {
      for (const ref of refs.values()) results.set(reader.key(ref), failure);
      return results;
    }
    const each = {
      read: (ref: GenericMigrationsRef) => reader.getStatus(ref, { signal }),
      classify: reader.classify,
      // Where the list could not be had, the first that cannot be reached either tells of an outage.
      stops: failure ? [...refusals, 'transient' as const] : refusals,
      signal,
    };
    await readEach(refs.values(), each, (ref, outcome) => results.set(reader.key(ref), outcome));
    return results;
  }

  /** Takes what the list shows out of the refs. Gives the error of a list that could not be had. */
  async function sweep(
    refs: Map<string, GenericMigrationsRef>,
    results: Readings,
    signal: AbortSignal | undefined,
  ): Promise<MigrationStatusError | undefined> {
    try {
      await sweepList(walkPages(given, signal), [...refs.keys()], limits, (migrationId, reading) => {
        results.set(reader.key({ migrationId }), toTypedReading(reading));
        refs.delete(migrationId);
      });
      return undefined;
    } catch (error) {
      return toRequestFailure(error, signal);
    }
  }

  return { maxBatchSize: Math.min(limits.pageSize * limits.maxPages, mostPerSweep), getStatuses };
}
