import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import path from 'node:path';
import { createStatusView } from '@migration-status/core';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { createManualSource, type ManualSource } from '../../core/test/view/row-source.ts';
import { bundlePage } from '../scripts/bundle-page.ts';
import { createStatusHandler, type StatusHandlerOptions } from '../src/index.ts';
import { launchBrowser } from './browser.ts';
import { type ServedHandler, serve } from './serve.ts';

const axePath = createRequire(import.meta.url).resolve('axe-core/axe.min.js');
const token = 'canary-of-sixteen-characters';
const desktop = { width: 1280, height: 800 };
const phone = { width: 390, height: 844 };

let browser: Browser;

beforeAll(async () => {
  browser = await launchBrowser();
}, 60_000);

afterAll(async () => {
  await browser?.close();
});

interface Scene extends AsyncDisposable {
  readonly source: ManualSource;
  readonly server: ServedHandler;
  readonly page: Page;
  /** Where the page's requests went. */
  readonly origins: Set<string>;
  /** What the page complained of. */
  readonly complaints: string[];
}

async function open(
  options: StatusHandlerOptions & {
    readonly viewport?: { readonly width: number; readonly height: number };
    readonly colorScheme?: 'light' | 'dark';
    readonly fill?: (source: ManualSource) => void;
  } = {},
): Promise<Scene> {
  const { viewport = desktop, colorScheme = 'light', fill = fillWithAll, ...handlerOptions } = options;
  const source = createManualSource();
  fill(source);
  const handler = createStatusHandler(createStatusView(source), handlerOptions);
  const server = await serve(handler);
  const page = await browser.newPage({ viewport, colorScheme, reducedMotion: 'reduce' });
  const origins = new Set<string>();
  const complaints: string[] = [];
  page.on('request', (request) => origins.add(new URL(request.url()).origin));
  page.on('pageerror', ({ message }) => complaints.push(message));
  page.on('console', (message) => {
    if (message.type() === 'error' && !/ERR_CONNECTION|Failed to load resource/.test(message.text()))
      complaints.push(message.text());
  });
  await page.goto(`${server.origin}/`);
  return {
    source,
    server,
    page,
    origins,
    complaints,
    async [Symbol.asyncDispose]() {
      await page.close();
      handler.close();
      await server.stop();
    },
  };
}

/** A row in each state, and some of which we cannot see how they are. */
function fillWithAll(source: ManualSource): void {
  source.track('acme/pending', { state: 'pending' });
  source.track('acme/running', { state: 'running', percent: 40, group: 'wave 1' });
  source.track('acme/endless', { state: 'running', group: 'wave 1' });
  source.track('acme/input', { state: 'awaiting_input' });
  source.track('acme/paused', { state: 'paused', percent: 10 });
  source.track('acme/done', { state: 'succeeded', percent: 100, group: 'wave 2' });
  source.track('acme/partly', { state: 'partially_succeeded', percent: 90 });
  source.track('acme/broken', { state: 'failed', percent: 60 });
  source.track('acme/called-off', { state: 'canceled' });
  source.track('acme/lost', { state: 'not_found' });
  source.track('acme/strange', { state: 'unknown' });
  source.track('acme/unread', {});
  source.track('acme/down', { state: 'running', percent: 70, conditions: ['unreachable'], group: 'wave 2' });
  source.track('acme/refused', { state: 'running', conditions: ['unauthorized'] });
}

const row = (page: Page, name: string) =>
  page.locator('tbody tr', { has: page.getByText(name, { exact: true }) });

test('the page that is served is the one that is written', async () => {
  expect(await readFile(path.join(import.meta.dirname, '../src/page-files.ts'), 'utf8')).toBe(
    await bundlePage(),
  );
});

describe('the page', { timeout: 60_000 }, () => {
  test('shows each state by its word, and an outage never as a failure', async () => {
    await using scene = await open();
    const { page, origins, complaints, server } = scene;
    await row(page, 'down').waitFor();
    expect(await row(page, 'down').textContent()).toMatch(/running[\s\S]*unreachable for/);
    expect(await row(page, 'down').getAttribute('data-stale')).toBe('');
    expect(await row(page, 'refused').textContent()).toMatch(/running[\s\S]*unauthorized for/);
    expect(await row(page, 'broken').textContent()).toContain('failed');
    expect(await row(page, 'strange').textContent()).toContain('“unknown”');
    expect(await page.locator('#summary').textContent()).toMatch(/^5 of 14 done, 1 failed, /);
    expect(await page.title()).toBe('(1 failed) Migrations');
    expect([...origins]).toEqual([server.origin]);
    expect(complaints).toEqual([]);
  });

  test('makes up no progress', async () => {
    await using scene = await open();
    await row(scene.page, 'endless').waitFor();
    expect(await row(scene.page, 'endless').locator('progress').getAttribute('value')).toBeNull();
    expect(await row(scene.page, 'pending').locator('progress').count()).toBe(0);
    expect(await row(scene.page, 'running').locator('progress').getAttribute('value')).toBe('40');
  });

  test('follows what changes, and says aloud which states changed', async () => {
    await using scene = await open();
    const { page, source } = scene;
    await row(page, 'running').waitFor();
    source.change('acme/running', { percent: 80 });
    await page.locator('tbody tr', { hasText: '80 %' }).waitFor();
    expect(await page.locator('#announcements').textContent()).toBe('');
    source.change('acme/running', { state: 'succeeded' });
    await row(page, 'running').getByText('succeeded').waitFor();
    await vi.waitFor(async () =>
      expect(await page.locator('#announcements').textContent()).toBe('running is succeeded'),
    );
    source.forget('acme/running');
    await row(page, 'running').waitFor({ state: 'detached' });
  });

  test('says that the connection is lost and of when it is, and goes on by itself', async () => {
    await using scene = await open();
    const { page, server, source } = scene;
    await row(page, 'running').waitFor();
    await server.stop();
    await page.getByText(/connection lost: as of /).waitFor();
    await vi.waitFor(async () => expect(await page.title()).toBe('(connection lost) Migrations'), 3_000);
    source.change('acme/running', { state: 'failed' });
    expect(await row(page, 'running').textContent()).toContain('running');
    await server.resume();
    await page.locator('[data-connection="live"]').first().waitFor({ timeout: 20_000 });
    await row(page, 'running').getByText('failed').waitFor();
  });

  test('takes a stream that has gone silent for dead, and opens another one', async () => {
    await using scene = await open();
    const { page, source } = scene;
    await row(page, 'running').waitFor();
    await page.clock.install();
    source.change('acme/running', { percent: 80 });
    await page.clock.runFor(1_000);
    await page.locator('tbody tr', { hasText: '80 %' }).waitFor();
    await page.evaluate(() => {
      const banner = document.getElementById('connection');
      const seen: string[] = [];
      Object.assign(window, { seen });
      if (banner)
        new MutationObserver(() => seen.push(banner.textContent)).observe(banner, { attributes: true });
    });
    await page.clock.runFor(66_000);
    await vi.waitFor(async () => {
      expect(await page.evaluate(() => Reflect.get(window, 'seen'))).toEqual([
        expect.stringContaining('connection lost: as of'),
        expect.stringContaining('live'),
      ]);
    });
  });

  test('finds, chooses, groups and sorts', async () => {
    await using scene = await open();
    const { page } = scene;
    const names = () => page.locator('tbody th.name .last').allTextContents();
    await row(page, 'running').waitFor();
    await page.getByRole('searchbox').fill('wave 1');
    await page.getByText('2 of 14').waitFor();
    expect(await names()).toEqual(['running', 'endless']);
    await page.getByRole('searchbox').fill('');
    await page.getByRole('button', { name: /failed/ }).click();
    await page.getByText('1 of 14').waitFor();
    expect(await names()).toEqual(['broken']);
    await page.getByRole('button', { name: /failed/ }).click();
    await page.getByLabel('only trouble').check();
    await page.getByText('6 of 14').waitFor();
    await page.getByLabel('only trouble').uncheck();
    await page.getByRole('button', { name: 'Progress' }).click();
    await page.getByRole('button', { name: 'Progress' }).click();
    expect(await page.locator('th[aria-sort="descending"]').textContent()).toBe('Progress');
    await vi.waitFor(async () => expect((await names()).slice(0, 3)).toEqual(['done', 'partly', 'down']));
    await page.getByLabel('Group by').selectOption('group');
    await page.locator('tr.group', { hasText: 'wave 2' }).click();
    await vi.waitFor(async () => expect(await names()).not.toContain('done'));
  });

  test('calls a migration by its name, which is text, and finds it by its name and by its key', async () => {
    await using scene = await open();
    const { page, source } = scene;
    source.track('acme/mig_7', { state: 'running', name: 'The <b>old</b> shop' });
    await row(page, 'The <b>old</b> shop').waitFor();
    for (const words of ['old shop', 'mig_7']) {
      await page.getByRole('searchbox').fill(words);
      await page.getByText('1 of 15').waitFor();
    }
    await row(page, 'The <b>old</b> shop').click();
    await page.getByRole('heading', { name: 'The <b>old</b> shop' }).waitFor();
  });

  test('tells all about one migration, with its history as a picture and in words', async () => {
    await using scene = await open({ actions: [{ name: 'refresh', run: () => {} }] });
    const { page, source } = scene;
    source.change('acme/running', { percent: 50, at: 60 });
    source.change('acme/running', { conditions: ['unreachable'], at: 120 });
    source.change('acme/running', { conditions: [], percent: 90, at: 240 });
    await row(page, 'running').click();
    await page.locator('svg.timeline').waitFor();
    expect(await page.locator('svg.timeline').getAttribute('aria-label')).toMatch(
      /running; 90 % at last; 1 times/,
    );
    expect(await page.locator('svg.timeline .outage').count()).toBe(1);
    expect(await page.locator('ol.events').textContent()).toMatch(/unreachable for 2 min/);
    await page.getByRole('button', { name: 'refresh' }).click();
    await page.getByText('refresh: done').waitFor();
    source.change('acme/running', { state: 'succeeded', at: 300 });
    await page.locator('#details .badge', { hasText: 'succeeded' }).waitFor();
    await page.getByRole('button', { name: 'Close the details' }).click();
    expect(await page.locator('#details').isHidden()).toBe(true);
  });

  test('can be used with the keyboard alone', async () => {
    await using scene = await open();
    const { page } = scene;
    await row(page, 'running').waitFor();
    await page.keyboard.press('Tab');
    expect(await page.evaluate(() => document.activeElement?.textContent)).toBe('Skip to the migrations');
    const focusedRow = () =>
      page.evaluate(() => document.activeElement?.querySelector('th')?.textContent ?? '');
    for (let presses = 0; (await focusedRow()) === '' && presses < 40; presses += 1)
      await page.keyboard.press('Tab');
    expect(await focusedRow()).toBe('pending');
    await page.keyboard.press('ArrowDown');
    expect(await focusedRow()).toBe('runningwave 1');
    await page.keyboard.press('End');
    expect(await focusedRow()).toBe('refused');
    await page.keyboard.press('Home');
    await page.keyboard.press('Enter');
    await page.locator('#details').waitFor();
    expect(await page.evaluate(() => document.activeElement?.id)).toBe('details-title');
    await page.keyboard.press('Escape');
    expect(await page.locator('#details').isHidden()).toBe(true);
    expect(await focusedRow()).toBe('pending');
  });

  test.each([
    { viewport: desktop, colorScheme: 'light' },
    { viewport: desktop, colorScheme: 'dark' },
    { viewport: phone, colorScheme: 'light' },
    { viewport: phone, colorScheme: 'dark' },
  ] as const)('has no faults that axe knows of: $viewport.width px, $colorScheme', async (look) => {
    await using scene = await open(look);
    const { page } = scene;
    await row(page, 'running').waitFor();
    const [axe, source] = [await readFile(axePath, 'utf8'), scene.source];
    source.change('acme/running', { percent: 50 });
    const audit = async () => {
      const violations = await page.evaluate(`${axe}; axe.run().then(({ violations }) => violations)`);
      return (violations as { id: string; nodes: { html: string }[] }[]).map(
        ({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join(' ')}`,
      );
    };
    expect(await audit()).toEqual([]);
    await row(page, 'down').click();
    await page.locator('svg.timeline').waitFor();
    expect(await audit()).toEqual([]);
  });

  test('fits a phone', async () => {
    await using scene = await open({ viewport: phone });
    const { page } = scene;
    await row(page, 'down').waitFor();
    const overflow = await page.evaluate(() => {
      const scroller = document.querySelector('#scroller');
      return [
        document.documentElement.scrollWidth - innerWidth,
        scroller ? scroller.scrollWidth - scroller.clientWidth : 0,
      ];
    });
    expect(overflow.every((pixels) => pixels <= 0)).toBe(true);
  });

  test('shows what providers say as text, whatever signs are in it', async () => {
    const name = '<img src=x onerror="document.title=1">';
    await using scene = await open({
      fill: (source) =>
        source.track(`acme/${encodeURIComponent(name)}`, {
          state: 'running',
          conditions: ['stalled'],
          group: '</td><script>1</script>',
        }),
    });
    const { page, complaints } = scene;
    await row(page, name).waitFor();
    await row(page, name).click();
    await page.getByRole('heading', { name }).waitFor();
    expect(await page.locator('main img, main script').count()).toBe(0);
    expect(complaints).toEqual([]);
  });

  test('keeps in the document only what can be seen of ten thousand rows', async () => {
    const fill = (source: ManualSource) => {
      for (let index = 0; index < 10_000; index += 1)
        source.track(`acme/job-${index}`, { state: 'running', percent: index % 100 });
    };
    await using scene = await open({ fill });
    const { page, source } = scene;
    await row(page, 'job-0').waitFor();
    const count = () => page.locator('tbody tr').count();
    expect(await count()).toBeLessThan(60);
    await page.locator('#scroller').evaluate((scroller) => scroller.scrollTo(0, scroller.scrollHeight));
    await row(page, 'job-9999').waitFor();
    expect(await row(page, 'job-9999').getAttribute('aria-rowindex')).toBe('10001');
    source.change('acme/job-9999', { state: 'failed' });
    await row(page, 'job-9999').getByText('failed').waitFor();
    expect(await count()).toBeLessThan(60);
    await page.getByRole('searchbox').fill('job-5000');
    await row(page, 'job-5000').waitFor();
    expect(await page.locator('#shown').textContent()).toBe('1 of 10,000');
  });

  test('asks for the token, and keeps it from then on', async () => {
    await using scene = await open({ token });
    const { page, server } = scene;
    await page.getByLabel('Token').fill('not-the-token-at-all');
    await page.getByRole('button', { name: 'Show the migrations' }).click();
    await page.getByText('This is not the token.').waitFor();
    expect(await page.locator('main').isHidden()).toBe(true);
    await page.getByLabel('Token').fill(token);
    await page.keyboard.press('Enter');
    await row(page, 'running').waitFor();
    await page.goto(`${server.origin}/`);
    await row(page, 'running').waitFor();
    expect(await page.evaluate(() => document.cookie + location.href)).not.toContain(token);
  });

  test('is not served under a foreign name, nor to a foreign page', async () => {
    await using scene = await open();
    const { server } = scene;
    const foreign = await fetch(`${server.origin}/statuses`, {
      headers: { origin: 'https://elsewhere.example' },
    });
    expect(foreign.status).toBe(403);
    const page = await browser.newPage();
    await page.route('http://elsewhere.example/', (route) =>
      route.fulfill({ contentType: 'text/html', body: '<p>elsewhere' }),
    );
    await page.goto('http://elsewhere.example/');
    const seen = await page.evaluate(
      (url) =>
        fetch(url, { mode: 'no-cors' }).then(
          ({ type }) => type,
          () => 'refused',
        ),
      `${server.origin}/statuses`,
    );
    expect(seen).toBe('refused');
    await page.close();
  });
});
