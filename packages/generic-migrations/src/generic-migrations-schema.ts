import type { StandardSchema } from '@migration-status/core/adapter';
import * as z from 'zod/mini';

const id = z.string().check(z.minLength(1, 'a non-empty string'));

/** A migration. Fields beyond the documented ones are let through. */
export const genericMigrationSchema: StandardSchema<GenericMigration> = z.looseObject({
  id,
  status: z.string(),
});

/** A task of a migration; only its status is used. */
export const genericMigrationTaskSchema: StandardSchema<{ status: string }> = z.object({
  status: z.string(),
});

/** An error, as far as one can guess: a text, or a list of what is wrong with the request. Used for the message only. */
export const genericMigrationsErrorSchema: StandardSchema<{ detail: string | { msg: string }[] }> = z.object({
  detail: z.union([z.string(), z.array(z.object({ msg: z.string() }))]),
});

/**
 * A list in any of the usual envelopes, because the vendor documents none: a bare array, or an object with the array under
 * `data`, `items`, `results`, `migrations` or `tasks`.
 */
export const genericMigrationsPageSchema: StandardSchema<GenericMigrationsPage> = z.transform(
  (body: unknown, payload): GenericMigrationsPage => {
    const page = toPage(body);
    if (page) return page;
    payload.issues.push({ code: 'custom', message: pageExpectation, input: body });
    return z.NEVER;
  },
);

/**
 * The migration as the API describes it. Documented besides `id` and `status`: `object`, `created`, `created_by_user_id`
 * and `company_id`, which may be null.
 */
export interface GenericMigration {
  readonly id: string;
  readonly status: string;
  readonly [field: string]: unknown;
}

/** One page of a list. */
export interface GenericMigrationsPage {
  /** Each is checked by itself, so that one of another shape does not spoil the rest. */
  readonly items: readonly unknown[];
  /** Where the items stand in the body. */
  readonly path: readonly string[];
  /** How many there are on all pages; undefined when the body does not say. */
  readonly total: number | undefined;
  /** How many a full page holds; undefined when the body does not say. */
  readonly pageSize: number | undefined;
}

const itemFields = ['data', 'items', 'results', 'migrations', 'tasks'];
const totalFields = ['total', 'total_count', 'count'];
const pageExpectation = `an array, or an object with one under ${itemFields.join(', ')}`;

function toPage(body: unknown): GenericMigrationsPage | undefined {
  if (Array.isArray(body)) return { items: body, path: [], total: undefined, pageSize: undefined };
  if (typeof body !== 'object' || body === null) return undefined;
  const fields = new Map<string, unknown>(Object.entries(body));
  for (const field of itemFields) {
    const items = fields.get(field);
    if (!Array.isArray(items)) continue;
    const total = totalFields.map((name) => fields.get(name)).find(isCount);
    const pageSize = [fields.get('page_size')].find(isCount);
    return { items, path: [field], total, pageSize };
  }
  return undefined;
}

function isCount(value: unknown): value is number {
  return typeof value === 'number' && Number.isInteger(value) && value >= 0;
}
