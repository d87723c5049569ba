import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll } from 'vitest';
import { launchBrowser } from './browser.ts';

const axePath = createRequire(import.meta.url).resolve('axe-core/axe.min.js');

/** A browser for all tests of a file, from the first to the last. */
export function createSharedBrowser(): Pick<Browser, 'newPage'> {
  let browser: Browser | undefined;
  beforeAll(async () => {
    browser = await launchBrowser();
  }, 60_000);
  afterAll(() => browser?.close());
  return {
    newPage(options) {
      if (browser === undefined) throw new Error('the browser has not been started yet');
      return browser.newPage(options);
    },
  };
}

/** The faults of a page that axe knows of, with the elements at fault. */
export async function audit(page: Page): Promise<readonly string[]> {
  const axe = await readFile(axePath, 'utf8');
  const violations = await page.evaluate(`${axe}; axe.run().then(({ violations }) => violations)`);
  return (violations as { id: string; nodes: { html: string }[] }[]).map(
    ({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join(' ')}`,
  );
}
