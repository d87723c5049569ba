import { mkdir } from 'node:fs/promises';
import path from 'node:path';
import { createStatusView, createTracker } from '@migration-status/core';
import { createGenericMigrationsAdapter } from '@migration-status/generic-migrations';
import { createSandbox } from '@migration-status/sandbox';
import { createVeltAdapter } from '@migration-status/velt';
import { createStatusHandler } from '../src/index.ts';
import { launchBrowser } from '../test/browser.ts';
import { serve } from '../test/serve.ts';

/**
 * Takes the pictures in `docs/dashboard.md` anew: the page over the sandbox, at two widths in light and dark. Run it with
 * `pnpm take-pictures` after the page looks different.
 */
const folder = path.join(import.meta.dirname, '../../../docs/images');

const looks = [
  { name: 'desktop', viewport: { width: 1440, height: 760 } },
  { name: 'phone', viewport: { width: 390, height: 760 } },
] as const;

await using sandbox = await createSandbox({ seed: 7, timeScale: 4 });
const { velt, genericMigrations } = sandbox;
const veltAdapter = createVeltAdapter({ baseUrl: velt.baseUrl, ...velt.credentials });
const genericAdapter = createGenericMigrationsAdapter({
  baseUrl: genericMigrations.baseUrl,
  ...genericMigrations.credentials,
  taskProgress: true,
});
await using tracker = createTracker({
  adapters: [veltAdapter, genericAdapter],
  policy: { ceilingMs: 500, floorMs: 200 },
});
const view = createStatusView(tracker);
const handler = createStatusHandler(view, { title: 'Wave 3' });
await using server = await serve(handler);

const minute = 60_000;
for (const [index, [name, status]] of (
  [
    ['Payroll Berlin', 'WORKING'],
    ['Payroll Lyon', 'WORKING'],
    ['Payroll Porto', 'PENDING_USER_INPUT'],
    ['Payroll Gdańsk', 'NOT_STARTED'],
  ] as const
).entries()) {
  const tasks = [2_000, 6_000, 10 * minute, 10 * minute].slice(index % 2).map((forMs, task) => ({
    dataCategory: 'EMPLOYEE',
    dataType: `Part ${task}`,
    timeline: [{ status: 'IN_PROGRESS', forMs }, { status: 'COMPLETE' }],
  }));
  const migrationId = `7c1f0e${index}b-5a2d-4d1e-9a51-3f0c6d2e8b4${index}`;
  const ref = genericMigrations.addMigration({ migrationId, timeline: [{ status }], tasks });
  tracker.track(genericAdapter, ref, { group: 'payroll', name });
}
for (const [documentName, ...words] of [
  ['handbook', 'in_progress', 'completed'],
  ['roadmap', 'in_progress', 'failed'],
  ['style-guide', 'rolling_back'],
  ['minutes', 'pending'],
  ['archive', 'in_progress'],
] as const) {
  const timeline = words.map((status, index) =>
    index === words.length - 1 ? { status } : { status, forMs: 4_000 },
  );
  tracker.track(veltAdapter, velt.addMigration({ migrationId: documentName, timeline }), {
    group: 'documents',
  });
}
await sleepMs(4_000);
genericMigrations.injectFault({ type: 'server_error', status: 502, body: 'html' }, { forMs: 10 * minute });
await sleepMs(2_000);

await mkdir(folder, { recursive: true });
await using browser = await launchBrowser();
for (const { name, viewport } of looks) {
  for (const colorScheme of ['light', 'dark'] as const) {
    const page = await browser.newPage({ viewport, colorScheme, reducedMotion: 'reduce' });
    await page.goto(server.origin);
    await page.locator('tbody tr[data-state]').first().waitFor();
    if (name === 'desktop') {
      await page.locator('tbody tr[data-stale]').first().click();
      await page.locator('svg.timeline').waitFor();
    }
    await sleepMs(300);
    await page.screenshot({ path: path.join(folder, `dashboard-${name}-${colorScheme}.png`) });
    await page.close();
  }
}
handler.close();

function sleepMs(durationMs: number): Promise<void> {
  return new Promise((resolve) => {
    setTimeout(resolve, durationMs);
  });
}
