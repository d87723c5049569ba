import type { MigrationReading } from '@migration-status/core/adapter';

/** What came of one call. */
export type Outcome<Value = MigrationReading> = { readonly value: Value } | { readonly error: unknown };

/** Makes a call, and gives what came of it, also where it throws at once. */
export async function settle<Value>(call: () => Value | Promise<Value>): Promise<Outcome<Value>> {
  try {
    return { value: await call() };
  } catch (error) {
    return { error };
  }
}
