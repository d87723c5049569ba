import {
  ConfigurationError,
  type MigrationReading,
  MigrationStatusError,
  type RateLimit,
} from '@migration-status/core/adapter';
import { toSchema } from './checked.ts';
import { parseNextLink } from './next-page.ts';
import { checkPage } from './read-page.ts';
import { type RefFields, type RestAccount, toRequest } from './rest-account.ts';
import type { RestParts } from './rest-description.ts';
import { toError } from './to-failure.ts';
import { type PartsSaid, toPartsOfPage } from './to-parts.ts';

/**
 * Adds to a reading what a second request says about the parts. Only the first request decides: when the parts cannot be had,
 * the reading has a warning in their place.
 */
export async function withParts(
  reading: MigrationReading,
  ref: RefFields,
  account: RestAccount,
  parts: RestParts & { readonly path: string },
  signal: AbortSignal | undefined,
): Promise<MigrationReading> {
  try {
    const { said, rateLimit } = await readParts(ref, account, parts, signal);
    return { ...reading, ...said, ...(rateLimit && { rateLimit }) };
  } catch (error) {
    signal?.throwIfAborted();
    if (!MigrationStatusError.isInstance(error) || ConfigurationError.isInstance(error)) throw error;
    return withoutParts(reading, error, parts.unavailableCode ?? 'parts_unavailable');
  }
}

async function readParts(
  ref: RefFields,
  { http, description }: RestAccount,
  parts: RestParts & { readonly path: string },
  signal: AbortSignal | undefined,
): Promise<{ readonly said: PartsSaid; readonly rateLimit: RateLimit | undefined }> {
  const reply = await http.send(toRequest(parts, new Map(Object.entries(ref))), signal);
  if (!reply.isOk) throw toError(reply, description);
  const page = reply.parse(toSchema((body) => checkPage(body, parts, reply.headers)));
  const hasNext = parseNextLink(reply.headers.get('link')) !== undefined;
  const said = toPartsOfPage(page, hasNext, parts, description.states, description.provider);
  return { said, rateLimit: reply.rateLimit };
}

/** A throttled look at the parts is a reason to wait, also where the status itself came. */
function withoutParts(
  reading: MigrationReading,
  { message, retryAfterMs }: MigrationStatusError,
  code: string,
): MigrationReading {
  const warning = { severity: 'warning', code, message } as const;
  return {
    ...reading,
    issues: [...(reading.issues ?? []), warning],
    ...(retryAfterMs !== undefined && { retryAfterMs }),
  };
}
