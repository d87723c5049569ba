import {
  type BatchReadContext,
  type CallContext,
  ConfigurationError,
  createHttpClient,
  defineAdapter,
  type HttpRequest,
  type ListedMigration,
  type MigrationAdapter,
  type MigrationReading,
  MigrationStatusError,
  parseOptions,
  withHints,
} from '@migration-status/core/adapter';
import {
  type SnapLogicAdapterOptions,
  type SnapLogicListedStatus,
  type SnapLogicListFilter,
  type SnapLogicRef,
  snapLogicListFilterSchema,
  snapLogicOptionsSchema,
  snapLogicRefSchema,
  toBaseUrl,
} from './snaplogic-options.ts';
import { type SnapLogicMigration, snapLogicAnswerSchema } from './snaplogic-schema.ts';
import { snapLogicStates } from './snaplogic-states.ts';
import { toCredentials } from './to-credentials.ts';
import { toListedMigration, toRecords } from './to-listed-migration.ts';
import { toReading, toReadingOfRecord } from './to-reading.ts';
import { toError, toReadingOfError } from './to-reading-of-error.ts';

/** A SnapLogic migration as its list shows it; without a ref where the list leaves the status token out. */
export type SnapLogicListedMigration = ListedMigration<SnapLogicMigration, SnapLogicRef>;

/** What one read of many tokens brings, by key: a reading, or an error for that token alone. */
export type SnapLogicReadings = ReadonlyMap<
  string,
  MigrationReading<SnapLogicMigration> | MigrationStatusError
>;

/** Follows and lists APIM 3.0 service migrations into one SnapLogic environment. */
export interface SnapLogicAdapter extends MigrationAdapter<SnapLogicMigration, SnapLogicRef> {
  /**
   * Reads up to 50 migrations in one request. A token that the answer leaves out is `not_found`; a record of another shape
   * is an error for its key alone.
   *
   * An HTTP 404 for several tokens rejects as a whole, as `invalid_request`: it says that the environment or one of the
   * tokens is unknown, not which. Ask for fewer to find out; for a single token it is `not_found`.
   */
  getStatuses(refs: readonly SnapLogicRef[], context?: BatchReadContext): Promise<SnapLogicReadings>;
  /**
   * Lists the environment's migrations of one status, in one request that is sent when the first is asked for.
   *
   * SnapLogic has no list of the `Migrating` ones: a migration leaves the list of the `Started` when its work begins, and
   * comes back into a list when it has ended. Asking for them is a `ConfigurationError`.
   *
   * Where records have another shape, all the others are given first; then it rejects with a `ProviderResponseError` about
   * the first of them, so that no migration is left out unsaid.
   */
  list(filter: SnapLogicListFilter, context?: CallContext): AsyncIterable<SnapLogicListedMigration>;
}

/** Not documented. 50 tokens make an address of about 2.6 kB, which any server and proxy takes; longer ones go in several. */
const maxBatchSize = 50;

/**
 * Makes an adapter for one SnapLogic environment. Throws a `ConfigurationError` that names the option when one is missing
 * or malformed; makes no request.
 *
 * Both of SnapLogic's ways to say that it does not know a token are the state `not_found`; refused credentials, missing
 * admin rights (a 401 too) and outages are errors that say nothing about the migration.
 *
 * @see https://docs.snaplogic.com/public-apis/get-apim-service-migration-status.html
 *
 * @example
 * const snapLogic = createSnapLogicAdapter({ orgName: 'my-environment', auth: { jwt: 'your-jwt' } });
 * const status = await pollUntilDone(snapLogic, { statusToken: '17ed9720-05b2-4e22-9955-04c4534451ae' });
 */
export function createSnapLogicAdapter(options: SnapLogicAdapterOptions): SnapLogicAdapter {
  const { orgName, auth, controlPlane, assumedZone, account, timeoutMs, fetch } = parseOptions(
    snapLogicOptionsSchema,
    options,
    { provider: 'snaplogic', subject: 'createSnapLogicAdapter' },
  );
  const baseUrl = toBaseUrl(controlPlane);
  const environment = [new URL(baseUrl).host, orgName];
  const path = `/api/1/rest/public/apim_service/migration_status/${encodeURIComponent(orgName)}`;
  const http = createHttpClient({
    provider: 'snaplogic',
    baseUrl,
    ...toCredentials(auth),
    // The vendor asks for it at every request, also where there is no body.
    headers: { 'content-type': 'application/json' },
    timeoutMs,
    fetch,
  });

  const adapter = defineAdapter({
    provider: 'snaplogic',
    states: snapLogicStates,
    http,
    account: account ?? orgName,
    capabilities: { maxBatchSize, list: true },
    refSchema: snapLogicRefSchema,
    toKeyParts: ({ statusToken }) => [...environment, statusToken],
    toRequest: (ref) => toStatusRequest([ref]),
    schema: snapLogicAnswerSchema,
    toReading: (answer, { ref }) => toReading(answer, ref.statusToken, assumedZone),
    toReadingOfError,
    toError,
  });

  function toStatusRequest(refs: readonly SnapLogicRef[]): HttpRequest {
    return { path, query: refs.map(({ statusToken }) => ['status_token', statusToken] as const) };
  }

  function urlLengthOf({ statusToken }: SnapLogicRef): number {
    return '&status_token='.length + encodeURIComponent(statusToken).length;
  }

  async function getStatuses(
    given: readonly SnapLogicRef[],
    { signal }: BatchReadContext = {},
  ): Promise<SnapLogicReadings> {
    const refs = given.map((ref) => adapter.parseRef(ref));
    if (refs.length === 0) return new Map();
    if (refs.length > maxBatchSize) {
      const message = `snaplogic getStatuses: "refs" must be at most ${maxBatchSize}, got ${refs.length}`;
      throw new ConfigurationError({ provider: 'snaplogic', option: 'refs', message });
    }
    const reply = await http.send(toStatusRequest(refs), signal);
    if (!reply.isOk) {
      const reading = refs.length === 1 ? toReadingOfError(reply) : undefined;
      if (reading === undefined) throw toError(reply);
      return new Map(refs.map((ref) => [adapter.key(ref), withHints(reading, reply)]));
    }
    const answer = reply.parse(snapLogicAnswerSchema);
    return new Map(
      refs.map((ref) => [
        adapter.key(ref),
        toReadingOrError(() => withHints(toReading(answer, ref.statusToken, assumedZone), reply)),
      ]),
    );
  }

  function list(
    filter: SnapLogicListFilter,
    { signal }: CallContext = {},
  ): AsyncIterable<SnapLogicListedMigration> {
    const { status } = parseOptions(snapLogicListFilterSchema, filter, {
      provider: 'snaplogic',
      subject: 'snaplogic list',
    });
    return listByStatus(status, signal);
  }

  async function* listByStatus(
    status: SnapLogicListedStatus,
    signal: AbortSignal | undefined,
  ): AsyncGenerator<SnapLogicListedMigration, void, undefined> {
    const reply = await http.send({ path: `${path}/all`, query: [['status_type', status]] }, signal);
    if (!reply.isOk) throw toError(reply);
    const answer = reply.parse(snapLogicAnswerSchema);
    const malformed: MigrationStatusError[] = [];
    for (const [index, record] of toRecords(answer, status).entries()) {
      const place = ['response_map', status, index];
      const reading = toReadingOrError(() => toReadingOfRecord(record, place, answer, assumedZone));
      signal?.throwIfAborted();
      if (MigrationStatusError.isInstance(reading)) malformed.push(reading);
      else yield toListedMigration(reading, environment);
    }
    if (malformed[0]) throw malformed[0];
  }

  return Object.freeze({ ...adapter, getStatuses, urlLengthOf, list });
}

function toReadingOrError(
  read: () => MigrationReading<SnapLogicMigration>,
): MigrationReading<SnapLogicMigration> | MigrationStatusError {
  try {
    return read();
  } catch (error) {
    if (MigrationStatusError.isInstance(error)) return error;
    throw error;
  }
}
