import type {
  FailureClass,
  HttpReply,
  MigrationReading,
  MigrationStatusError,
} from '@migration-status/core/adapter';
import { type VeltError, veltErrorSchema } from './velt-schema.ts';

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
  UNAVAILABLE: 'transient',
  DEADLINE_EXCEEDED: 'transient',
};

/**
 * What an error answer says about the migration: `not_found` when Velt says so. Velt also answers `INTERNAL` for things that
 * do not exist and has the truth in the details; a word that tells more than that is believed before them.
 */
export function toReadingOfError(reply: HttpReply): MigrationReading<never> | undefined {
  const error = reply.tryParse(veltErrorSchema)?.error;
  const word = error?.status ?? '';
  const isHidden = word === 'INTERNAL' && codesOf(error).includes('not-found');
  if (word !== 'NOT_FOUND' && !isHidden) return undefined;
  return { state: 'not_found', nativeState: word, native: null };
}

/** The error that an answer outside 2xx amounts to: by its canonical word, then by its details, then by its HTTP status. */
export function toError(reply: HttpReply): MigrationStatusError {
  const error = reply.tryParse(veltErrorSchema)?.error;
  const word = error?.status ?? '';
  const known = Object.hasOwn(failures, word) ? failures[word] : undefined;
  const isRefused = word === 'INTERNAL' && codesOf(error).includes('already-exists');
  return reply.toError({
    failure: isRefused ? 'invalid_request' : known,
    providerMessage: [word, error?.message].filter(Boolean).join(': '),
  });
}

/** `details` holds one entry per id, each with a code: `not-found`, `already-exists`, `internal`. */
function codesOf(error: VeltError['error'] | undefined): readonly unknown[] {
  const { details } = error ?? {};
  const entries = typeof details === 'object' && details !== null ? Object.values(details) : [];
  return entries.map((entry) =>
    typeof entry === 'object' && entry !== null ? Reflect.get(entry, 'code') : undefined,
  );
}
