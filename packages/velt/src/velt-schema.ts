import type { StandardSchema } from '@migration-status/core/adapter';
import * as z from 'zod/mini';

/**
 * The answer of the status endpoint. `result.status` tells how the query went; the job's state is `result.data.status`.
 * Fields beyond the documented ones are let through.
 */
export const veltStatusSchema: StandardSchema<{ result: { data: VeltMigration } }> = z.object({
  result: z.object({
    data: z.looseObject({ migrationId: z.string(), status: z.string() }),
  }),
});

/** The answer of the start endpoint. */
export const veltStartSchema: StandardSchema<{ result: { data: { migrationId: string } } }> = z.object({
  result: z.object({
    data: z.object({ migrationId: z.string().check(z.minLength(1, 'a non-empty string')) }),
  }),
});

/** Takes what does not fit for not said. `z.catch` would too, and draws all of zod's helpers into a bundle. */
const unsaid = z.transform((): undefined => undefined);

/** What {@link veltErrorSchema} gives. */
export interface VeltError {
  readonly error: {
    readonly message?: string | undefined;
    readonly status?: string | undefined;
    readonly details?: unknown;
  };
}

/**
 * An error: a canonical upper-case word, and, from some endpoints, details per id with a code of their own. Nothing of it
 * is required, because a proxy may answer in Velt's place.
 */
export const veltErrorSchema: StandardSchema<VeltError> = z.object({
  error: z.object({
    message: z.union([z.optional(z.string()), unsaid]),
    status: z.union([z.optional(z.string()), unsaid]),
    details: z.optional(z.unknown()),
  }),
});

/** The job as Velt describes it. */
export interface VeltMigration {
  readonly migrationId: string;
  readonly status: string;
  readonly [field: string]: unknown;
}
