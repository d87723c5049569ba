import {
  createHttpClient,
  defineAdapter,
  type MigrationAdapter,
  parseOptions,
} from '@migration-status/core/adapter';
import { toReading } from './to-reading.ts';
import { toError, toReadingOfError } from './to-reading-of-error.ts';
import {
  type YourProviderAdapterOptions,
  type YourProviderRef,
  yourProviderOptionsSchema,
  yourProviderRefSchema,
} from './your-provider-options.ts';
import { type YourProviderMigration, yourProviderStatusSchema } from './your-provider-schema.ts';
import { yourProviderStates } from './your-provider-states.ts';

/** Follows migrations of one account at YourProvider. */
export interface YourProviderAdapter extends MigrationAdapter<YourProviderMigration, YourProviderRef> {}

/**
 * Makes an adapter for one account at YourProvider. Throws a `ConfigurationError` that names the option when one is missing
 * or malformed; makes no request.
 *
 * @see https://docs.your-provider.example/migrations
 *
 * @example
 * const yourProvider = createYourProviderAdapter({ apiKey: 'your-api-key' });
 * const status = await pollUntilDone(yourProvider, { migrationId: 'mig_7' });
 */
export function createYourProviderAdapter(options: YourProviderAdapterOptions): YourProviderAdapter {
  const { apiKey, baseUrl, account, timeoutMs, fetch } = parseOptions(yourProviderOptionsSchema, options, {
    provider: 'your-provider',
    subject: 'createYourProviderAdapter',
  });
  return defineAdapter({
    provider: 'your-provider',
    states: yourProviderStates,
    http: createHttpClient({
      provider: 'your-provider',
      baseUrl,
      credentials: { authorization: `Bearer ${apiKey}` },
      timeoutMs,
      fetch,
    }),
    account,
    refSchema: yourProviderRefSchema,
    toKeyParts: ({ migrationId }) => [migrationId],
    toRequest: ({ migrationId }) => ({ path: `/migrations/${encodeURIComponent(migrationId)}` }),
    schema: yourProviderStatusSchema,
    toReading: (body, { ref }) => toReading(body, ref),
    toReadingOfError,
    toError,
  });
}
