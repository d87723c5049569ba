import {
  type HttpReply,
  type MigrationReading,
  type MigrationStatusError,
  mapState,
} from '@migration-status/core/adapter';
import { type Checked, toSchema } from './checked.ts';
import { valueAt } from './json-pointer.ts';
import { firstText, toWord } from './read-values.ts';
import type { RestDescription, RestNotFound } from './rest-description.ts';

/** The body of an answer, where it is JSON. */
export function bodyOf(reply: HttpReply): unknown {
  return reply.tryParse(anyJson);
}

const anyJson = toSchema((value): Checked<unknown> => ({ value }));

/**
 * What an answer outside 2xx says about the migration: that it is not known, or, where the HTTP status is the word for the
 * state, whatever the table has for it. Undefined when it says nothing.
 */
export function toReadingOfError(
  reply: HttpReply,
  { notFound = {}, reading, states }: RestDescription,
): MigrationReading<never> | undefined {
  if (reply.isMarkup) return undefined;
  const word = String(reply.status);
  const isState = reading.state === 'http_status' && Object.hasOwn(states, word);
  if (isState) return { state: mapState(states, word), nativeState: word, native: null };
  const { httpStatus = [404] } = notFound;
  const said = saysNotFound(bodyOf(reply), notFound);
  if (said !== undefined) return { state: 'not_found', nativeState: said, native: null };
  if (!httpStatus.includes(reply.status)) return undefined;
  return { state: 'not_found', nativeState: `HTTP ${reply.status}`, native: null };
}

/** With which word a body says that it does not know a migration; undefined when it does not say so. */
export function saysNotFound(body: unknown, { pointer, values = [] }: RestNotFound): string | undefined {
  if (pointer === undefined) return undefined;
  const said = valueAt(body, pointer);
  return values.some((value) => value === said) ? (toWord(said) ?? '') : undefined;
}

/** The error that an answer amounts to: by what its code stands for, else by its HTTP status. */
export function toError(
  reply: HttpReply,
  { errors = {} }: RestDescription,
  secrets: readonly string[] = [],
): MigrationStatusError {
  const body = bodyOf(reply);
  const code = firstText(body, errors.code);
  const message = firstText(body, errors.message);
  const failures = errors.failures ?? {};
  const failure = code !== undefined && Object.hasOwn(failures, code) ? failures[code] : undefined;
  const said = [code, message].filter((text) => text !== undefined).join(': ');
  const providerMessage = secrets.reduce((text, secret) => text.replaceAll(secret, '[redacted]'), said);
  return reply.toError({ failure, providerMessage });
}
