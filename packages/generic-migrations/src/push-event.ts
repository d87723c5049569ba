import { ProviderResponseError, parseBody, type StandardSchema } from '@migration-status/core/adapter';
import * as z from 'zod/mini';
import { isMigrationId } from './generic-migrations-options.ts';
import { type GenericMigration, genericMigrationSchema } from './generic-migrations-schema.ts';

/** An event about a migration as a whole. */
export interface PushedEvent {
  readonly type: string;
  /** When it happened, where it says so in a text. */
  readonly created: string | undefined;
  /** What the event calls the migration, which may differ from the id of the migration itself. */
  readonly migrationId: string | undefined;
  readonly migration: GenericMigration;
  /** Why the migration failed; the API itself does not say. */
  readonly errorMessage: string | undefined;
}

/** The events that tell about a migration as a whole; those about its tasks and about logins do not. */
const migrationEvents: readonly string[] = [
  'migration.created',
  'migration.started',
  'migration.completed',
  'migration.failed',
];

const provider = 'generic-migrations';
const typeSchema: StandardSchema<{ readonly type: string }> = z.object({ type: z.string() });

/**
 * The documented envelope, as far as it is read; fields beyond it are let through. In the vendor's sample `created` stands
 * without quotes, which is no JSON, so that any value is let through there too.
 */
const eventSchema: StandardSchema<{
  readonly type: string;
  readonly created?: unknown;
  readonly data: {
    readonly migration_id?: string | undefined;
    readonly object: unknown;
    readonly error_message?: string | null | undefined;
  };
}> = z.object({
  type: z.string(),
  created: z.optional(z.unknown()),
  data: z.object({
    migration_id: z.optional(z.string()),
    object: z.looseObject({ object: z.optional(z.literal('migration')) }),
    error_message: z.optional(z.nullable(z.string())),
  }),
});

/**
 * Reads the body of a webhook; undefined when it is an event of another kind, or the ping of the vendor's dashboard. Throws
 * a `ProviderResponseError` that names the path when it is not what is documented.
 *
 * @see https://anon.mintlify.app/v1/modal/webhooks
 */
export function parsePushedEvent(text: string): PushedEvent | undefined {
  const body = parseJson(text);
  if (isPing(body)) return undefined;
  const { type } = parseBody(typeSchema, body, { provider });
  if (!migrationEvents.includes(type)) return undefined;
  const { created, data } = parseBody(eventSchema, body, { provider });
  return {
    type,
    created: typeof created === 'string' ? created : undefined,
    migrationId: data.migration_id,
    migration: parseMigration(data.object),
    errorMessage: data.error_message ?? undefined,
  };
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw misfit('$', `JSON at $, got ${text.length} characters of something else`);
  }
}

/** The one event without a type, `{ "success": true }`: it comes from Svix, which delivers the webhooks. */
function isPing(body: unknown): boolean {
  const { type, success }: { type?: unknown; success?: unknown } = Object(body);
  return type === undefined && success === true;
}

function parseMigration(object: unknown): GenericMigration {
  const migration = parseBody(genericMigrationSchema, object, { provider, path: ['data', 'object'] });
  if (isMigrationId(migration.id)) return migration;
  throw misfit('$.data.object.id', 'the id of a migration at $.data.object.id, got a string');
}

function misfit(path: string, expectation: string): ProviderResponseError {
  return new ProviderResponseError({ provider, path, message: `${provider}: expected ${expectation}` });
}
