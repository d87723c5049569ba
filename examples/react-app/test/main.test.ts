import path from 'node:path';
import { createSandbox } from '@migration-status/sandbox';
import { expect, it } from 'vitest';
import { launchBrowser } from '../../../packages/dashboard/test/browser.ts';
import { startServer } from '../../../test/support/start-server.ts';

const main = path.join(import.meta.dirname, '../src/main.ts');

it('shows rows in a browser, to which no credential comes', { timeout: 60_000 }, async () => {
  await using server = await startServer(main);
  await using browser = await launchBrowser();
  const page = await browser.newPage();
  const texts: Promise<string>[] = [];
  const complaints: string[] = [];
  const origins = new Set<string>();
  page.on('pageerror', ({ message }) => complaints.push(message));
  page.on('response', (response) => {
    origins.add(new URL(response.url()).origin);
    const isStream = response.url().includes('/events');
    if (!isStream) texts.push(response.text().catch(() => ''));
  });
  await page.goto(server.url);
  await page.locator('tr[data-state="running"]').nth(3).waitFor();
  expect(await page.locator('tbody tr th').allTextContents()).toEqual(
    [1, 2, 3, 4].map((number) => `org_sandbox / document-${number}`),
  );
  expect(await page.locator('p').first().textContent()).toBe('0 of 4 done, 4 running');
  expect(await page.locator('td[data-column="history"]').first().textContent()).toBe('in_progress');

  await using sameSeed = await createSandbox({ seed: 7 });
  const snapshot = await (await fetch(new URL('migrations/statuses', server.url))).text();
  const received = [...(await Promise.all(texts)), snapshot].join('\n');
  expect(received).toContain('document-1');
  for (const credential of Object.values(sameSeed.velt.credentials))
    expect(received).not.toContain(credential);
  expect([...origins]).toEqual([new URL(server.url).origin]);
  expect(complaints).toEqual([]);
  expect(await server.stop()).toEqual({ exitCode: 0, stderr: '' });
});
