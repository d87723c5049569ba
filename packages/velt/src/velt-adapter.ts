import {
  type CallContext,
  createHttpClient,
  defineAdapter,
  type MigrationAdapter,
  parseOptions,
} from '@migration-status/core/adapter';
import { toReading } from './to-reading.ts';
import { toError, toReadingOfError } from './to-reading-of-error.ts';
import {
  type VeltAdapterOptions,
  type VeltRef,
  type VeltStartInput,
  veltOptionsSchema,
  veltRefSchema,
  veltStartInputSchema,
} from './velt-options.ts';
import { type VeltMigration, veltStartSchema, veltStatusSchema } from './velt-schema.ts';
import { veltStates } from './velt-states.ts';

/** Follows and starts document migrations of one Velt workspace. */
export interface VeltAdapter extends MigrationAdapter<VeltMigration, VeltRef> {
  /**
   * Re-keys a document to another id within its organization, and gives the ref to follow. It is sent once: whether a
   * start that got no answer has begun is not knowable from outside.
   *
   * @see https://docs.velt.dev/api-reference/rest-apis/v2/documents/migrate-documents
   */
  start(input: VeltStartInput, context?: CallContext): Promise<VeltRef>;
}

/**
 * Makes an adapter for one Velt workspace. Throws a `ConfigurationError` that names the option when one is missing or
 * malformed; makes no request.
 *
 * Not-found is a state, also where Velt hides it in a 500; refused credentials, rate limits and outages are errors that say
 * nothing about the migration.
 *
 * @see https://docs.velt.dev/api-reference/rest-apis/v2/documents/migrate-documents-status
 *
 * @example
 * const velt = createVeltAdapter({ apiKey: 'your-api-key', authToken: 'your-auth-token' });
 * const ref = await velt.start({ organizationId: 'org_1', documentId: 'draft', newDocumentId: 'final' });
 * const status = await pollUntilDone(velt, ref);
 */
export function createVeltAdapter(options: VeltAdapterOptions): VeltAdapter {
  const { apiKey, authToken, baseUrl, account, timeoutMs, fetch } = parseOptions(veltOptionsSchema, options, {
    provider: 'velt',
    subject: 'createVeltAdapter',
  });
  const http = createHttpClient({
    provider: 'velt',
    baseUrl,
    credentials: { 'x-velt-api-key': apiKey, 'x-velt-auth-token': authToken },
    timeoutMs,
    fetch,
  });

  const adapter = defineAdapter({
    provider: 'velt',
    states: veltStates,
    http,
    account,
    capabilities: { start: true },
    refSchema: veltRefSchema,
    toKeyParts: ({ organizationId, migrationId }) => [organizationId, migrationId],
    toRequest: ({ organizationId, migrationId }) => ({
      method: 'POST',
      path: '/v2/organizations/documents/migrate/status',
      json: { data: { organizationId, migrationId } },
    }),
    schema: veltStatusSchema,
    toReading: (body, { ref }) => toReading(body.result.data, ref),
    toReadingOfError,
    toError,
  });

  async function start(input: VeltStartInput, { signal }: CallContext = {}): Promise<VeltRef> {
    const data = parseOptions(veltStartInputSchema, input, { provider: 'velt', subject: 'velt start' });
    const reply = await http.send(
      { method: 'POST', path: '/v2/organizations/documents/migrate', json: { data } },
      signal,
    );
    if (!reply.isOk) throw toError(reply);
    const { migrationId } = reply.parse(veltStartSchema).result.data;
    return { organizationId: data.organizationId, migrationId };
  }

  return Object.freeze({ ...adapter, start });
}
