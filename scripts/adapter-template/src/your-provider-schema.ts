import type { StandardSchema } from '@migration-status/core/adapter';
import * as z from 'zod/mini';

/** The migration as YourProvider describes it. */
export interface YourProviderMigration {
  readonly id: string;
  readonly status: string;
  readonly [field: string]: unknown;
}

/** The answer of the status endpoint: only what is read. Fields beyond that are let through. */
export const yourProviderStatusSchema: StandardSchema<YourProviderMigration> = z.looseObject({
  id: z.string(),
  status: z.string(),
});

/** What {@link yourProviderErrorSchema} gives. */
export interface YourProviderError {
  readonly message?: string | undefined;
}

/** An error. Nothing of it is required, because a proxy may answer in YourProvider's place. */
export const yourProviderErrorSchema: StandardSchema<YourProviderError> = z.object({
  message: z.catch(z.optional(z.string()), undefined),
});
