import { describeKind, describeValue } from '../model/describe-value.ts';
import { ProviderResponseError } from '../model/errors/provider-response-error.ts';
import { formatJsonPath } from '../model/json-path.ts';
import { checkSchema, type StandardSchema } from './standard-schema.ts';

/** Where a value comes from, for the error about it. */
export interface BodyPlace {
  readonly provider: string;
  /** Where in the body it stands: `['data', 3]`. Default: it is the whole body. */
  readonly path?: readonly PropertyKey[];
  /** Takes credentials out of a text. With it the error also tells which word stood there, without it only of what kind. */
  readonly redact?: (text: string) => string;
}

/**
 * Checks what a provider sent, or a part of it, and returns it typed, or throws a {@link ProviderResponseError} that names
 * the JSON path, what was expected and what stood there.
 *
 * @example
 * const task = parseBody(taskSchema, items[3], { provider: 'acme', path: ['data', 3] });
 */
export function parseBody<Output>(
  schema: StandardSchema<Output>,
  value: unknown,
  { provider, path = [], redact }: BodyPlace,
): Output {
  const checked = checkSchema(schema, value);
  if ('value' in checked) return checked.value;
  const { mismatch } = checked;
  const place = formatJsonPath([...path, ...mismatch.path]);
  const actual = redact ? describeValue(mismatch.actual) : describeKind(mismatch.actual);
  const message = `${provider}: expected ${mismatch.expected} at ${place}, got ${actual}`;
  throw new ProviderResponseError({
    provider,
    path: redact?.(place) ?? place,
    message: redact?.(message) ?? message,
  });
}
