import { describeKind } from '../model/describe-value.ts';
import { ConfigurationError } from '../model/errors/configuration-error.ts';
import { checkSchema, formatJsonPath, type StandardSchema } from './standard-schema.ts';

/**
 * Checks what a caller handed in (options, a ref, the input of a start) and returns it typed, or throws a
 * {@link ConfigurationError} that names the option and what is expected. The value itself is never repeated.
 *
 * @param subject What is checked, for the message: `createVeltAdapter`.
 *
 * @example
 * const { apiKey } = parseOptions(z.object({ apiKey: z.string() }), options, 'createAcmeAdapter');
 */
export function parseOptions<Output>(
  schema: StandardSchema<Output>,
  value: unknown,
  subject: string,
): Output {
  const checked = checkSchema(schema, value);
  if ('value' in checked) return checked.value;
  const { path, expected, actual } = checked.mismatch;
  const option = formatJsonPath(path).replace(/^\$\.?/, '');
  throw new ConfigurationError({
    option,
    message:
      expected === 'no such field'
        ? `${subject}: there is no option "${option}"`
        : `${subject}: ${option ? `"${option}"` : 'the argument'} must be ${expected}, got ${describeKind(actual)}`,
  });
}

/** Whether a text can be sent as the value of an HTTP header; credentials must be. */
export function isHeaderValue(value: string): boolean {
  return /^[\x21-\x7e](?:[\x20-\x7e]*[\x21-\x7e])?$/.test(value);
}

/** What {@link isHeaderValue} expects, for messages. */
export const headerValueExpectation = 'a non-empty string without line breaks or surrounding spaces';

/** Whether a text is an `https:` URL without user, query and fragment; `http:` is fine on this machine only. */
export function isBaseUrl(value: string): boolean {
  const url = URL.parse(value);
  if (url === null || url.username !== '' || url.password !== '' || /[?#\s]/.test(value)) return false;
  const isLoopback = /^(?:localhost|127(?:\.\d+){3}|\[::1\])$/.test(url.hostname);
  return url.protocol === 'https:' || (url.protocol === 'http:' && isLoopback);
}

/** What {@link isBaseUrl} expects, for messages. */
export const baseUrlExpectation =
  'an https: URL without credentials, query or fragment (http: is accepted for loopback only)';

/** Whether a value can stand in for the platform's `fetch`. */
export function isFetch(value: unknown): value is typeof fetch {
  return typeof value === 'function';
}
