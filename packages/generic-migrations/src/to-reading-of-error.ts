import {
  type HttpReply,
  type MigrationReading,
  type MigrationStatusError,
  toNotFoundReading,
} from '@migration-status/core/adapter';
import { genericMigrationsErrorSchema } from './generic-migrations-schema.ts';

/** What an answer outside 2xx says about the migration: a 404 is `not_found`, unless it is a page of something else. */
export function toReadingOfError(reply: HttpReply): MigrationReading<never> | undefined {
  return toNotFoundReading(reply);
}

/** The error that an answer outside 2xx amounts to. No body is documented: a `detail` is taken where there is one. */
export function toError(reply: HttpReply): MigrationStatusError {
  const detail = reply.tryParse(genericMigrationsErrorSchema)?.detail;
  return reply.toError({ providerMessage: typeof detail === 'string' ? detail : detail?.[0]?.msg });
}
