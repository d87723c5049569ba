import { ConfigurationError } from '@migration-status/core';

/** What an option must be: a test, and the words for what it expects. */
export type Rule = readonly [isFit: (value: unknown) => boolean, expected: string];

/** Throws a `ConfigurationError` for the first option that nobody knows or that does not fit; it repeats no value. */
export function checkCall(subject: string, options: unknown, known: Readonly<Record<string, Rule>>): void {
  if (typeof options !== 'object' || options === null) {
    throw new ConfigurationError({ option: 'options', message: `${subject}: options must be an object` });
  }
  for (const [option, value] of Object.entries(options)) {
    const rule = Object.hasOwn(known, option) ? known[option] : undefined;
    if (rule !== undefined && (value === undefined || rule[0](value))) continue;
    const complaint = rule ? `"${option}" must be ${rule[1]}` : `there is no option "${option}"`;
    throw new ConfigurationError({ option, message: `${subject}: ${complaint}` });
  }
}

const text: Rule = [(value) => typeof value === 'string', 'a string'];
const signal: Rule = [(value) => value instanceof AbortSignal, 'an AbortSignal'];

export const labelRules = {
  name: text,
  group: text,
  meta: [() => true, 'anything'],
} satisfies Record<string, Rule>;

export const waitRules = {
  signal,
  timeoutMs: [(value) => typeof value === 'number' && value > 0, 'a positive number of milliseconds'],
  until: [(value) => typeof value === 'function', 'a function'],
} satisfies Record<string, Rule>;

export const refreshRules = { signal } satisfies Record<string, Rule>;
