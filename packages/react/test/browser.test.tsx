import { createRequire } from 'node:module';
import path from 'node:path';
import { createStatusView } from '@migration-status/core';
import { createStatusHandler, type StatusHandlerOptions } from '@migration-status/dashboard';
import { build } from 'esbuild';
import type { Page } from 'playwright-core';
import { renderToString } from 'react-dom/server';
import { beforeAll, describe, expect, test, vi } from 'vitest';
import { createManualSource, type ManualSource } from '../../core/test/view/row-source.ts';
import { type ServedHandler, serve } from '../../dashboard/test/serve.ts';
import { audit, createSharedBrowser } from '../../dashboard/test/shared-browser.ts';
import { MigrationTable } from '../src/index.ts';

const require = createRequire(import.meta.url);
const browser = createSharedBrowser();

/** The app for browsers, with the React of a version: in development, so that StrictMode does all twice. */
async function bundleApp(version: 18 | 19): Promise<string> {
  const { outputFiles } = await build({
    entryPoints: [path.join(import.meta.dirname, 'browser-app.tsx')],
    bundle: true,
    format: 'esm',
    target: 'es2024',
    jsx: 'automatic',
    conditions: ['source'],
    define: { 'process.env.NODE_ENV': '"development"' },
    ...(version === 18 && { alias: { react: folderOf('react-18'), 'react-dom': folderOf('react-dom-18') } }),
    write: false,
  });
  return outputFiles[0]?.text ?? '';
}

const folderOf = (name: string) => path.dirname(require.resolve(`${name}/package.json`));

interface Scene extends AsyncDisposable {
  readonly source: ManualSource;
  readonly server: ServedHandler;
  readonly page: Page;
  readonly complaints: string[];
}

async function open(
  script: string,
  {
    fill,
    isHydrated = false,
    ...options
  }: StatusHandlerOptions & { fill(source: ManualSource): void; isHydrated?: boolean },
): Promise<Scene> {
  const disposal = new AsyncDisposableStack();
  const source = createManualSource();
  fill(source);
  const view = createStatusView(source);
  const handler = createStatusHandler(view, { flushMs: 1, ...options });
  const html = isHydrated ? renderToString(<MigrationTable view={view} />) : '';
  const said = JSON.stringify({ isHydrated, ...(isHydrated && { initial: view.getSnapshot() }) });
  const files = new Map([
    [
      '/app',
      [
        'text/html',
        `<!doctype html><html lang="en"><meta charset="utf-8"><title>app</title><link rel="icon" href="data:,">` +
          `<div id="root">${html}</div><script>page=${said}</script><script type="module" src="/app.js"></script>`,
      ],
    ],
    ['/app.js', ['text/javascript', script]],
  ]);
  const answer = async (request: Request) => {
    const [type = '', text] = files.get(new URL(request.url).pathname) ?? [];
    return text === undefined ? handler(request) : new Response(text, { headers: { 'content-type': type } });
  };
  const server = disposal.use(await serve(Object.assign(answer, { close: handler.close })));
  disposal.defer(handler.close);
  const page = await browser.newPage();
  disposal.defer(() => page.close());
  const complaints: string[] = [];
  page.on('pageerror', ({ message }) => complaints.push(message));
  page.on('console', (message) => {
    const isOurs = !/ERR_|Failed to load resource|React DevTools/.test(message.text());
    if (isOurs && ['error', 'warning'].includes(message.type())) complaints.push(message.text());
  });
  await page.goto(`${server.origin}/app`);
  return { source, server, page, complaints, [Symbol.asyncDispose]: () => disposal.disposeAsync() };
}

const fillWith = (count: number) => (source: ManualSource) => {
  for (let index = 0; index < count; index += 1)
    source.track(`acme/${index}`, { state: 'running', percent: index % 100 });
};

const row = (page: Page, key: string) => page.locator(`tr[data-key="${key}"]`);

/** What was rendered since the last time that somebody asked. */
const takeCounts = (page: Page) =>
  page.evaluate(() => {
    const { rows, components } = window.probe;
    const counts = { rows: { ...rows }, components: { ...components } };
    for (const key of Object.keys(rows)) delete rows[key];
    for (const name of Object.keys(components)) delete components[name];
    return counts;
  });

describe.each([18, 19] as const)('in the browser, with React %d', { timeout: 60_000 }, (version) => {
  let script: string;

  beforeAll(async () => {
    script = await bundleApp(version);
  }, 60_000);

  test('one change among a thousand rows renders one row, under StrictMode with one stream', async () => {
    await using scene = await open(script, { fill: fillWith(1_000) });
    const { page, source, complaints } = scene;
    await row(page, 'acme/999').waitFor();
    await takeCounts(page);
    source.change('acme/500', { percent: 77 });
    await row(page, 'acme/500').getByText('77 %').waitFor();
    const { rows, components } = await takeCounts(page);
    // StrictMode calls each component twice.
    expect({ rows, components }).toEqual({ rows: { 'acme/500': 2 }, components: {} });
    expect(await page.evaluate(() => window.probe.streams)).toBe(1);
    await page.locator('#again').click();
    expect((await takeCounts(page)).components).toEqual({ selected: 2 });
    expect(await page.evaluate(() => window.probe.countSelections())).toBe(1);
    source.change('acme/0', { percent: 55 });
    await page.locator('#one', { hasText: '55' }).waitFor();
    expect(await takeCounts(page)).toEqual({ rows: { 'acme/0': 2 }, components: { one: 2, selected: 2 } });
    expect(complaints).toEqual([]);
  });

  test('a lost connection is said and what was shown stays; once it is back only what changed renders', async () => {
    await using scene = await open(script, { fill: fillWith(20) });
    const { page, source, server, complaints } = scene;
    source.track('acme/down', { state: 'running', conditions: ['unreachable'] });
    await row(page, 'acme/down')
      .getByText(/^unreachable for \d+ d/)
      .waitFor();
    await takeCounts(page);
    await server.stop();
    await page
      .locator('table[data-connection="lost"] [role="status"]')
      .getByText(/connection lost: as of/)
      .waitFor();
    expect(await row(page, 'acme/down').textContent()).toMatch(
      /2026-01-01 00:00:00 UTCunreachable, 2026-01-01 00:00:00 UTC/,
    );
    expect(await page.locator('tbody').textContent()).not.toMatch(/ ago| for \d/);
    source.change('acme/3', { state: 'succeeded', percent: 100 });
    expect(await row(page, 'acme/3').getAttribute('data-state')).toBe('running');
    await server.resume();
    await page.locator('table[data-connection="live"]').waitFor({ timeout: 20_000 });
    await page.locator('tr[data-key="acme/3"][data-state="succeeded"]').waitFor();
    expect((await takeCounts(page)).rows).toEqual({ 'acme/3': 2 });
    expect(await page.locator('caption [role="status"]').textContent()).toBe('');
    expect(await row(page, 'acme/down').textContent()).toMatch(/ ago.*unreachable for \d+ d/);
    expect(complaints).toEqual([]);
  });

  test('what the server rendered is taken over as it is, and then comes to life', async () => {
    const fill = (source: ManualSource) => {
      source.track('acme/0', { state: 'running', percent: 40 });
      source.track('acme/1', { state: 'running', conditions: ['unreachable'] });
    };
    await using scene = await open(script, { fill, isHydrated: true });
    const { page, source, complaints } = scene;
    await page.locator('table[data-connection="live"]').waitFor();
    await row(page, 'acme/1')
      .getByText(/^unreachable for \d+ d/)
      .waitFor();
    source.change('acme/0', { percent: 41 });
    await row(page, 'acme/0').getByText('41 %').waitFor();
    expect(await page.evaluate(() => window.probe.complaints)).toEqual([]);
    expect(complaints).toEqual([]);
  });

  test('there is nothing once that is known', async () => {
    await using scene = await open(script, { fill: () => {} });
    await scene.page.getByRole('cell', { name: 'No migrations are followed yet.' }).waitFor();
  });

  test('nobody listens any more a while after the table has gone', async () => {
    await using scene = await open(script, { fill: fillWith(2) });
    const { page } = scene;
    await row(page, 'acme/1').waitFor();
    await page.evaluate(() => window.probe.hide());
    await vi.waitFor(
      async () => expect(await page.evaluate(() => window.probe.view.connection)).toBe('connecting'),
      { timeout: 10_000 },
    );
  });
});

describe('the table', { timeout: 60_000 }, () => {
  test('has no faults that axe knows of, also while there is an outage or no connection', async () => {
    const fill = (source: ManualSource) => {
      source.track('acme/0', { state: 'running', percent: 40 });
      source.track('acme/1', { state: 'running' });
      source.track('acme/2', { state: 'running', conditions: ['unreachable', 'stalled'] });
      source.track('acme/3', {});
    };
    await using scene = await open(await bundleApp(19), { fill });
    const { page, server } = scene;
    await row(page, 'acme/3').waitFor();
    expect(await audit(page)).toEqual([]);
    await server.stop();
    await page.locator('table[data-connection="lost"]').waitFor();
    expect(await audit(page)).toEqual([]);
  });
});
