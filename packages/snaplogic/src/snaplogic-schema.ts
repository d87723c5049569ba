import type { StandardSchema } from '@migration-status/core/adapter';
import * as z from 'zod/mini';

/** Takes what does not fit for not said. `z.catch` would too, and draws all of zod's helpers into a bundle. */
const unsaid = z.transform((): undefined => undefined);

/**
 * The answer of every endpoint. What is in the map depends on what was asked: records by status token, or one list by
 * status type; each record is checked by itself, so that one of another shape does not spoil the rest.
 */
export const snapLogicAnswerSchema: StandardSchema<SnapLogicAnswer> = z.object({
  response_map: z.custom<Readonly<Record<string, unknown>>>(isJsonObject, 'object'),
  http_status_code: z.union([z.optional(z.number()), unsaid]),
});

/** What {@link snapLogicAnswerSchema} gives. */
export interface SnapLogicAnswer {
  readonly response_map: Readonly<Record<string, unknown>>;
  readonly http_status_code?: number | undefined;
}

/** One record. Only its status is relied on; fields beyond the documented ones are let through. */
export const snapLogicMigrationSchema: StandardSchema<SnapLogicMigration> = z.looseObject({
  status: z.string(),
});

/** An error as it is guessed to look, because no page shows one: used for the message only. */
export const snapLogicErrorSchema: StandardSchema<{
  response_map: { error_list: { message: string }[] };
}> = z.object({
  response_map: z.object({
    error_list: z.array(z.object({ message: z.string() })),
  }),
});

/**
 * The record as SnapLogic describes it. Documented besides `status`: `asset_snid`, `asset_type`, `target_path`, `user_id`
 * (an e-mail address), `create_time`, `status_token`; `service_name` and `service_slug` once the migration has begun;
 * `completed_time` once it is completed.
 */
export interface SnapLogicMigration {
  readonly status: string;
  readonly [field: string]: unknown;
}

function isJsonObject(value: unknown): boolean {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
