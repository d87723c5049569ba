import type { StandardSchema } from '@migration-status/core/adapter';
import * as z from 'zod/mini';

const id = z.string().check(z.minLength(1, 'a non-empty string'));

/** A migration. Fields beyond the documented ones are let through. */
export const genericMigrationSchema: StandardSchema<GenericMigration> = z.looseObject({
  id,
  status: z.string(),
});

/**
 * The migration as the API describes it. Documented besides `id` and `status`: `object`, `created`, `created_by_user_id`
 * and `company_id`, which may be null.
 */
export interface GenericMigration {
  readonly id: string;
  readonly status: string;
  readonly [field: string]: unknown;
}

/** Whether a value is a migration as far as it is relied on. */
export function isGenericMigration(value: unknown): value is GenericMigration {
  if (typeof value !== 'object' || value === null) return false;
  return (
    'id' in value && typeof value.id === 'string' && 'status' in value && typeof value.status === 'string'
  );
}
