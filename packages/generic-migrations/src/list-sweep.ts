import type { GenericMigration, GenericMigrationsPage } from './generic-migrations-schema.ts';
import { type PageLimits, walkPages } from './walk-pages.ts';

/** How far a sweep has come. */
export interface SweepProgress {
  /** How many of those that were asked for have not been seen. */
  readonly missing: number;
  /** How many of them the last page brought. */
  readonly found: number;
  /** How many more pages there are; undefined where the list does not say. */
  readonly pagesLeft: number | undefined;
  /** How many more may be read. */
  readonly pagesAllowed: number;
}

/**
 * Whether the next page of a list may save requests. It costs as much as one migration that is read by itself, so it has
 * to bring more than one: where the rest of the list is known, on average; elsewhere, judging by the page before.
 */
export function isPageWorthwhile({ missing, found, pagesLeft, pagesAllowed }: SweepProgress): boolean {
  if (pagesLeft !== undefined && pagesLeft <= pagesAllowed) return missing > pagesLeft;
  return missing > 1 && found > 1;
}

/** Ends a walk: it brings nothing new. */
const noPage: GenericMigrationsPage = { items: [], path: [], total: undefined, pageSize: undefined };

/**
 * Looks for migrations in a list, page after page while that is worthwhile. What is found is handed over at once, so that
 * it is there also when a later page fails. Ids are compared without case.
 */
export async function sweepList(
  readPage: (pageNumber: number) => Promise<GenericMigrationsPage>,
  ids: readonly string[],
  limits: PageLimits,
  onFound: (id: string, migration: GenericMigration) => void,
): Promise<void> {
  const missing = new Map(ids.map((id) => [id.toLowerCase(), id]));
  let seen = 0;
  let found = 0;
  let total: number | undefined;

  async function readWorthwhile(pageNumber: number): Promise<GenericMigrationsPage> {
    const pagesLeft = total === undefined ? undefined : Math.ceil((total - seen) / limits.pageSize);
    const pagesAllowed = limits.maxPages - pageNumber + 1;
    const progress = { missing: missing.size, found, pagesLeft, pagesAllowed };
    if (pageNumber > 1 && !isPageWorthwhile(progress)) return noPage;
    const page = await readPage(pageNumber);
    seen += page.items.length;
    found = 0;
    ({ total } = page);
    return page;
  }

  for await (const migration of walkPages(readWorthwhile, limits)) {
    const key = migration.id.toLowerCase();
    const id = missing.get(key);
    if (id === undefined) continue;
    missing.delete(key);
    found += 1;
    onFound(id, migration);
  }
}
