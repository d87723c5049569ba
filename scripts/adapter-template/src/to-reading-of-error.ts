import {
  type HttpReply,
  type MigrationReading,
  type MigrationStatusError,
  toNotFoundReading,
} from '@migration-status/core/adapter';
import { yourProviderErrorSchema } from './your-provider-schema.ts';

/** What an error answer says about the migration: `not_found` when YourProvider says so with a 404. */
export function toReadingOfError(reply: HttpReply): MigrationReading<never> | undefined {
  return toNotFoundReading(reply);
}

/** The error that an answer outside 2xx amounts to: by its HTTP status. */
export function toError(reply: HttpReply): MigrationStatusError {
  return reply.toError({ providerMessage: reply.tryParse(yourProviderErrorSchema)?.message });
}
