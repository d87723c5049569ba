import { type HttpReply, type MigrationReading, toNotFoundReading } from '@migration-status/core/adapter';
import { genericMigrationsErrorSchema } from './generic-migrations-schema.ts';

/**
 * What an answer outside 2xx says about the migration: a 404 is `not_found`, unless it is a page of something in front of
 * the API; anything else is about the request, and is thrown.
 */
export function toReadingOfError(reply: HttpReply): MigrationReading<never> {
  const isMarkup = reply.text.trimStart().startsWith('<');
  const notFound = isMarkup ? undefined : toNotFoundReading(reply);
  if (notFound) return notFound;
  throw toGenericMigrationsError(reply);
}

/** The error that an answer outside 2xx amounts to. No body is documented: a `detail` is taken where there is one. */
export function toGenericMigrationsError(reply: HttpReply): Error {
  return reply.toError({ providerMessage: detailOf(reply) });
}

function detailOf(reply: HttpReply): string | undefined {
  try {
    const { detail } = reply.parse(genericMigrationsErrorSchema);
    return typeof detail === 'string' ? detail : detail[0]?.msg;
  } catch {
    return undefined;
  }
}
