import { ProviderResponseError } from '@migration-status/core/adapter';
import type { ZodMiniType } from 'zod/mini';

/**
 * One item of a list as the schema gives it; throws a `ProviderResponseError` that names its place in the body.
 *
 * @param path Where the item stands: `$.data[3]`.
 */
export function parseItem<Item>(schema: ZodMiniType<Item>, item: unknown, path: string): Item {
  const parsed = schema.safeParse(item);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  const place = [path, ...(issue?.path ?? []).map(String)].join('.');
  const expected = issue?.code === 'invalid_type' ? issue.expected : issue?.message;
  throw new ProviderResponseError({
    provider: 'generic-migrations',
    path: place,
    message: `generic-migrations: expected ${expected} at ${place}`,
  });
}
