import { ProviderResponseError, parseBody } from '@migration-status/core/adapter';
import {
  type GenericMigration,
  type GenericMigrationsPage,
  genericMigrationSchema,
} from './generic-migrations-schema.ts';

/** How far to walk. */
export interface PageLimits {
  /** How many migrations a page was asked to hold. */
  readonly pageSize: number;
  readonly maxPages: number;
}

/**
 * Gives the migrations of all pages, each once. A page is read when its first migration is asked for.
 *
 * The walk ends after a page that is not full, unless the page counts more on the others; after a page that brings nothing
 * that has not been there, so that a server without pages is not asked for ever; and after `maxPages`. A migration of
 * another shape does not stop it: the error about the first of them is thrown once all others have been given.
 */
export async function* walkPages(
  readPage: (pageNumber: number) => Promise<GenericMigrationsPage>,
  { pageSize, maxPages }: PageLimits,
): AsyncGenerator<GenericMigration, void, undefined> {
  const seen = new Set<string>();
  let firstError: ProviderResponseError | undefined;
  for (let pageNumber = 1; pageNumber <= maxPages; pageNumber += 1) {
    const page = await readPage(pageNumber);
    const seenBefore = seen.size;
    for (const [index, item] of page.items.entries()) {
      const migration = parseOrError(item, [...page.path, index]);
      const isMalformed = ProviderResponseError.isInstance(migration);
      const identity = isMalformed ? toText(item) : migration.id;
      if (seen.has(identity)) continue;
      seen.add(identity);
      if (isMalformed) firstError ??= migration;
      else yield migration;
    }
    const isFull = page.items.length >= (page.pageSize ?? pageSize);
    const isShortOfTotal = seen.size < (page.total ?? 0);
    if (seen.size === seenBefore || !(isFull || isShortOfTotal)) break;
  }
  if (firstError) throw firstError;
}

function parseOrError(item: unknown, path: readonly PropertyKey[]): GenericMigration | ProviderResponseError {
  try {
    return parseBody(genericMigrationSchema, item, { provider: 'generic-migrations', path });
  } catch (error) {
    if (ProviderResponseError.isInstance(error)) return error;
    throw error;
  }
}

/** What stands in for the id of an item without one; the same for all that are nested too deep to be written. */
function toText(item: unknown): string {
  try {
    return JSON.stringify(item);
  } catch {
    return '';
  }
}
