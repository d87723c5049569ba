import type { StandardSchema } from '@migration-status/core/adapter';

/** What a check found: the value as it is needed, or the first place that is not as it should be. */
export type Checked<Value> =
  | { readonly value: Value }
  | { readonly path: readonly PropertyKey[]; readonly expected: string };

/** What a value is not. */
export function refuse(path: readonly PropertyKey[], expected: string): Checked<never> {
  return { path, expected };
}

/** A check as a schema, so that a body is checked, and refused, as any other. */
export function toSchema<Value>(check: (value: unknown) => Checked<Value>): StandardSchema<Value> {
  return {
    '~standard': {
      version: 1,
      vendor: 'migration-status',
      validate(value) {
        const checked = check(value);
        if ('value' in checked) return checked;
        return { issues: [{ path: checked.path, message: checked.expected }] };
      },
    },
  };
}
