import {
  type CallContext,
  createHttpClient,
  defineAdapter,
  type HttpRequest,
  type MigrationAdapter,
  type MigrationReading,
  ProviderRequestError,
  ProviderResponseError,
  parseOptions,
} from '@migration-status/core/adapter';
import {
  type OnlyOfficeAdapterOptions,
  type OnlyOfficeFinishInput,
  type OnlyOfficeRef,
  type OnlyOfficeStartInput,
  onlyOfficeFinishInputSchema,
  onlyOfficeImportInputSchema,
  onlyOfficeOptionsSchema,
  onlyOfficeParseInputSchema,
  onlyOfficeRefSchema,
} from './onlyoffice-options.ts';
import {
  type OnlyOfficeJob,
  onlyOfficeCommandSchema,
  onlyOfficeMigratorsSchema,
  onlyOfficeStatusFields,
  onlyOfficeStatusSchema,
} from './onlyoffice-schema.ts';
import { onlyOfficeStates } from './onlyoffice-states.ts';
import { toCredentials } from './to-credentials.ts';
import { toReading } from './to-reading.ts';
import { isOwnNotFound, toError, toReadingOfError } from './to-reading-of-error.ts';

/**
 * Follows and steers the one data import of an ONLYOFFICE DocSpace portal. Commands are queued by the portal: one that
 * resolves has been accepted, not carried out. Each is sent once.
 */
export interface OnlyOfficeAdapter extends MigrationAdapter<OnlyOfficeJob, OnlyOfficeRef> {
  /**
   * Asks for the parse of the archives that have been uploaded (`{ migratorName }`), or for the import of what a parse has
   * found (`{ selection }`), and gives the ref to follow. The portal ignores either, and says nothing, while a job of
   * its own is unfinished.
   *
   * The ref says when that was: within `staleGraceMs` of it, how a job before it ended is `pending`, until a read shows
   * that what was asked for goes on. `pollUntilDone` and a tracker remember this from read to read; to a single
   * `getStatus` every end is `pending` until the grace is over.
   *
   * `selection` is sent without its `operation`: with it, an import that waits for its turn looks like a running parse.
   *
   * @see https://api.onlyoffice.com/docspace/api-backend/usage-api/migration/upload-and-initialize-migration
   * @see https://api.onlyoffice.com/docspace/api-backend/usage-api/migration/start-migration
   */
  start(input: OnlyOfficeStartInput, context?: CallContext): Promise<OnlyOfficeRef>;
  /**
   * Stops a parse, running or finished, and deletes the uploaded archives. An import cannot be stopped, and would lose
   * its archives: the status is read first, and an import, or a job that cannot be told from one, is refused with a
   * `ProviderRequestError` whose code is `invalid_state`. What begins between the read and the command is not noticed.
   *
   * @see https://api.onlyoffice.com/docspace/api-backend/usage-api/migration/cancel-migration
   */
  cancel(ref: OnlyOfficeRef, context?: CallContext): Promise<void>;
  /**
   * Drops an import that has ended, after which the portal has no job.
   *
   * @see https://api.onlyoffice.com/docspace/api-backend/usage-api/migration/clear-migration
   */
  clear(context?: CallContext): Promise<void>;
  /**
   * Drops an import that has ended, and sends the imported users an e-mail if that is wanted.
   *
   * @see https://api.onlyoffice.com/docspace/api-backend/usage-api/migration/finish-migration
   */
  finish(input: OnlyOfficeFinishInput, context?: CallContext): Promise<void>;
  /** The job's log, as text; undefined when there is no job. Servers before May 2026 answer that with a 500, which is thrown. */
  logs(context?: CallContext): Promise<string | undefined>;
  /** The names that `start` takes, in no particular order. */
  listMigrators(context?: CallContext): Promise<readonly string[]>;
}

/**
 * Makes an adapter for one portal. Throws a `ConfigurationError` that names the option when one is missing or malformed;
 * makes no request.
 *
 * A portal has one job and no id for it. The job has two phases, each with an end of its own: the parse rests at
 * `awaiting_input` until somebody selects what to import.
 *
 * @see https://api.onlyoffice.com/docspace/api-backend/usage-api/migration/get-migration-status
 *
 * @example
 * const portal = createOnlyOfficeAdapter({
 *   portalUrl: 'https://portal.example.com',
 *   auth: { apiKey: 'sk-your-api-key' },
 * });
 * const parsed = await pollUntilDone(portal, await portal.start({ migratorName: 'Nextcloud' }));
 * const found = parsed.native?.parseResult;
 * const users = found?.users?.map((user) => ({ ...user, shouldImport: true }));
 * const selection = { ...found, users, importPersonalFiles: true };
 * const imported = await pollUntilDone(portal, await portal.start({ selection }));
 */
export function createOnlyOfficeAdapter(options: OnlyOfficeAdapterOptions): OnlyOfficeAdapter {
  const { portalUrl, auth, account, fields, staleGraceMs, timeoutMs, fetch } = parseOptions(
    onlyOfficeOptionsSchema,
    options,
    { provider: 'onlyoffice', subject: 'createOnlyOfficeAdapter' },
  );
  const http = createHttpClient({
    provider: 'onlyoffice',
    baseUrl: portalUrl,
    ...toCredentials(auth),
    timeoutMs,
    fetch,
  });
  const portal = toPortalName(portalUrl);

  const adapter = defineAdapter({
    provider: 'onlyoffice',
    states: onlyOfficeStates,
    http,
    account,
    capabilities: { progress: 'percent', start: true, cancel: true },
    refSchema: onlyOfficeRefSchema,
    toKeyParts: ({ awaiting = 'import' }: OnlyOfficeRef) => [portal, awaiting],
    toRequest: () => ({
      path: '/api/2.0/migration/status',
      ...(fields && { query: [['fields', onlyOfficeStatusFields]] as const }),
    }),
    schema: onlyOfficeStatusSchema,
    toReading: (job, { ref, memo, wallTime }) => toReading(job, { ref, memo, wallTime, staleGraceMs }),
    toReadingOfError,
    toError,
  });

  async function start(
    input: OnlyOfficeStartInput,
    { signal, wallTime = Date.now() }: CallContext = {},
  ): Promise<OnlyOfficeRef> {
    if (isImportInput(input)) {
      const { selection } = parseOptions(onlyOfficeImportInputSchema, input, {
        provider: 'onlyoffice',
        subject: 'onlyoffice start',
      });
      const { operation: _operation, ...json } = selection;
      await command({ path: '/api/2.0/migration/migrate', json }, signal);
      return { awaiting: 'import', importRequestedAt: new Date(wallTime).toISOString() };
    }
    const { migratorName, awaiting = 'import' } = parseOptions(onlyOfficeParseInputSchema, input, {
      provider: 'onlyoffice',
      subject: 'onlyoffice start',
    });
    const name = encodeURIComponent(migratorName.toWellFormed());
    await command({ path: `/api/2.0/migration/init/${name}` }, signal);
    return { awaiting, parseRequestedAt: new Date(wallTime).toISOString() };
  }

  async function cancel(ref: OnlyOfficeRef, context: CallContext = {}): Promise<void> {
    const { awaiting: _awaiting, ...request } = adapter.parseRef(ref);
    const reading = await adapter.getStatus({ ...request, awaiting: 'import' }, context);
    const reason = reasonNotToCancel(reading);
    if (reason !== undefined) throw toInvalidState(reason);
    await command({ path: '/api/2.0/migration/cancel' }, context.signal);
  }

  async function clear({ signal }: CallContext = {}): Promise<void> {
    await command({ path: '/api/2.0/migration/clear' }, signal);
  }

  async function finish(input: OnlyOfficeFinishInput, { signal }: CallContext = {}): Promise<void> {
    const { sendWelcomeEmail } = parseOptions(onlyOfficeFinishInputSchema, input, {
      provider: 'onlyoffice',
      subject: 'onlyoffice finish',
    });
    await command(
      { path: '/api/2.0/migration/finish', json: { isSendWelcomeEmail: sendWelcomeEmail } },
      signal,
    );
  }

  async function logs({ signal }: CallContext = {}): Promise<string | undefined> {
    const reply = await http.send({ path: '/api/2.0/migration/logs' }, signal);
    if (isOwnNotFound(reply)) return undefined;
    if (!reply.isOk) throw toError(reply);
    if (reply.isMarkup) throw toResponseError('a log, got a page');
    return reply.text;
  }

  async function listMigrators({ signal }: CallContext = {}): Promise<readonly string[]> {
    const reply = await http.send({ path: '/api/2.0/migration/list' }, signal);
    if (!reply.isOk) throw toError(reply);
    return reply.parse(onlyOfficeMigratorsSchema);
  }

  /** An accepted command answers with the envelope or, by the documentation, with nothing. */
  async function command(request: HttpRequest, signal: AbortSignal | undefined): Promise<void> {
    const reply = await http.send({ ...request, method: 'POST' }, signal);
    if (!reply.isOk) throw toError(reply);
    if (reply.text.trim() !== '') reply.parse(onlyOfficeCommandSchema);
  }

  return Object.freeze({ ...adapter, start, cancel, clear, finish, logs, listMigrators });
}

/** Host and port; behind a gateway also the path, which is then what tells two portals apart. */
function toPortalName(portalUrl: string): string {
  const { host, pathname } = new URL(portalUrl);
  return `${host}${pathname}`.replace(/\/+$/, '');
}

function isImportInput(input: unknown): boolean {
  return typeof input === 'object' && input !== null && 'selection' in input;
}

/** Canceling anything but a parse would stop nothing, and still delete the uploaded archives. */
function reasonNotToCancel({ phase, state }: MigrationReading): string | undefined {
  if (phase === 'import') return 'an import cannot be canceled; it would only lose its archives';
  if (state === 'unknown') return 'only a parse can be canceled, and the job is in no known phase';
  return undefined;
}

function toInvalidState(reason: string): ProviderRequestError {
  return new ProviderRequestError({
    provider: 'onlyoffice',
    code: 'invalid_state',
    failure: 'invalid_request',
    message: `onlyoffice: ${reason}`,
  });
}

function toResponseError(expectation: string): ProviderResponseError {
  return new ProviderResponseError({
    provider: 'onlyoffice',
    path: '$',
    message: `onlyoffice: expected ${expectation}`,
  });
}
