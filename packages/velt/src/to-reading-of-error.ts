import type { FailureClass, HttpReply, MigrationReading } from '@migration-status/core/adapter';
import { veltErrorSchema } from './velt-schema.ts';

/**
 * Velt's canonical error words → what they say about our access. A missing token is `INVALID_ARGUMENT` at Velt.
 *
 * @see https://docs.velt.dev/ai/approval-engine/customize-behavior
 */
const failures: Readonly<Record<string, FailureClass>> = {
  INVALID_ARGUMENT: 'invalid_request',
  FAILED_PRECONDITION: 'invalid_request',
  ALREADY_EXISTS: 'invalid_request',
  UNAUTHENTICATED: 'unauthorized',
  PERMISSION_DENIED: 'forbidden',
  RESOURCE_EXHAUSTED: 'throttled',
  INTERNAL: 'transient',
  UNAVAILABLE: 'transient',
  DEADLINE_EXCEEDED: 'transient',
};

/**
 * What an error answer says about the migration: `not_found` when Velt says so, also where a 500 hides it; anything else is
 * about the request, and is thrown.
 */
export function toReadingOfError(reply: HttpReply): MigrationReading<never> {
  const error = parseError(reply);
  if (error?.status === 'NOT_FOUND' || codesOf(error?.details).includes('not-found')) {
    return { state: 'not_found', nativeState: error?.status ?? '', native: null };
  }
  throw toVeltError(reply);
}

/** The error that an answer outside 2xx amounts to, by its canonical word before its HTTP status. */
export function toVeltError(reply: HttpReply): Error {
  const error = parseError(reply);
  const word = error?.status ?? '';
  const failure = Object.hasOwn(failures, word) ? failures[word] : undefined;
  return reply.toError({ failure, providerMessage: [word, error?.message].filter(Boolean).join(': ') });
}

function parseError(reply: HttpReply) {
  try {
    return reply.parse(veltErrorSchema).error;
  } catch {
    return undefined;
  }
}

/** `details` holds one entry per id, each with a code: `not-found`, `already-exists`, `internal`. */
function codesOf(details: unknown): readonly unknown[] {
  const entries = typeof details === 'object' && details !== null ? Object.values(details) : [];
  return entries.map((entry) =>
    typeof entry === 'object' && entry !== null ? Reflect.get(entry, 'code') : undefined,
  );
}
