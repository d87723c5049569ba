import { describeKind } from '../model/describe-value.ts';
import { ConfigurationError } from '../model/errors/configuration-error.ts';
import { hasMethods, type OptionRule } from './option-rules.ts';

/**
 * Checks the options of a call by hand, without a schema library, because waiting for one migration should weigh little.
 * Throws a {@link ConfigurationError} for the first option that nobody knows (a typo would otherwise be ignored) or that
 * does not fit its rule.
 */
export function checkOptions(
  subject: string,
  options: unknown,
  rules: Readonly<Record<string, OptionRule>>,
): void {
  if (typeof options !== 'object' || options === null) {
    throw new ConfigurationError({ option: 'options', message: `${subject}: options must be an object` });
  }
  for (const [option, value] of Object.entries(options)) {
    const rule = Object.hasOwn(rules, option) ? rules[option] : undefined;
    const complaint =
      rule === undefined
        ? `there is no option "${option}"`
        : value !== undefined &&
          !rule[0](value) &&
          `"${option}" must be ${rule[1]}, got ${describeKind(value)}`;
    if (complaint) throw new ConfigurationError({ option, message: `${subject}: ${complaint}` });
  }
}

/** Checks that something is an adapter, and not, say, the function that makes one. */
export function checkAdapter(subject: string, option: string, value: unknown): void {
  const isAdapter =
    typeof value === 'object' &&
    value !== null &&
    Reflect.get(value, 'specVersion') === 1 &&
    hasMethods(value, ['parseRef', 'key', 'lane', 'getStatus', 'classify']);
  if (isAdapter) return;
  const message = `${subject}: "${option}" must be an adapter with "specVersion" 1, got ${describeKind(value)}`;
  throw new ConfigurationError({ option, message });
}
