import { describeKind } from '../model/describe-value.ts';
import { ConfigurationError } from '../model/errors/configuration-error.ts';
import { formatJsonPath } from '../model/json-path.ts';
import { checkSchema, type StandardSchema } from './standard-schema.ts';

/**
 * Checks what a caller handed in (options, a ref, the input of a start) and returns it typed, or throws a
 * {@link ConfigurationError} that names the option and what is expected. The value itself is never repeated.
 *
 * @param place.subject What is checked, for the message: `createVeltAdapter`.
 *
 * @example
 * const { apiKey } = parseOptions(optionsSchema, options, { provider: 'acme', subject: 'createAcmeAdapter' });
 */
export function parseOptions<Output>(
  schema: StandardSchema<Output>,
  value: unknown,
  { provider, subject }: { readonly provider: string; readonly subject: string },
): Output {
  const checked = checkSchema(schema, value);
  if ('value' in checked) return checked.value;
  const { path, expected, actual } = checked.mismatch;
  const option = formatJsonPath(path).replace(/^\$\.?/, '');
  throw new ConfigurationError({
    provider,
    option,
    message:
      expected === 'no such field'
        ? `${subject}: there is no option "${option}"`
        : `${subject}: ${option ? `"${option}"` : 'the argument'} must be ${expected}, got ${describeKind(actual)}`,
  });
}
