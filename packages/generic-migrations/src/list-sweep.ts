import { type MigrationReading, withHints } from '@migration-status/core/adapter';
import type { ListedPage } from './rest/walk-pages.ts';

/** How far a list is searched. */
export interface SweepLimits {
  /** How many migrations a page is asked to hold. */
  readonly pageSize: number;
  readonly maxPages: number;
}

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

/**
 * Looks for migrations in a list, page after page while that is worthwhile. What is found is handed over at once, so that
 * it is there also when a later page fails. Ids are compared without case.
 *
 * @param pages The pages of the list, `maxPages` at most; one is asked for when it is wanted.
 */
export async function sweepList(
  pages: AsyncIterable<ListedPage>,
  ids: readonly string[],
  { pageSize, maxPages }: SweepLimits,
  onFound: (id: string, reading: MigrationReading) => void,
): Promise<void> {
  const missing = new Map(ids.map((id) => [id.toLowerCase(), id]));
  let received = 0;
  let pagesAllowed = maxPages;
  for await (const { listed, page, reply } of pages) {
    const missingBefore = missing.size;
    for (const { ref, reading } of listed) {
      const { migrationId = '' } = ref ?? {};
      const key = migrationId.toLowerCase();
      const id = missing.get(key);
      if (id === undefined) continue;
      missing.delete(key);
      onFound(id, withHints(reading, reply));
    }
    received += page.items.length;
    pagesAllowed -= 1;
    const found = missingBefore - missing.size;
    const pagesLeft = page.total === undefined ? undefined : Math.ceil((page.total - received) / pageSize);
    if (!isPageWorthwhile({ missing: missing.size, found, pagesLeft, pagesAllowed })) return;
  }
}
