import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { ConfigurationError, createStatusView, migrationStates } from '@migration-status/core';
import type { Page } from 'playwright-core';
import { describe, expect, test, vi } from 'vitest';
import { createManualSource, type ManualSource } from '../../core/test/view/row-source.ts';
import { bundlePage } from '../scripts/bundle-page.ts';
import { createStatusHandler, type StatusHandlerOptions } from '../src/index.ts';
import { type ServedHandler, serve } from './serve.ts';
import { audit, createSharedBrowser } from './shared-browser.ts';

const token = 'canary-of-sixteen-characters';
const desktop = { width: 1280, height: 800 };
const phone = { width: 390, height: 844 };

const browser = createSharedBrowser();

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

function fillTwoProviders(source: ManualSource): void {
  for (const [index, state] of (['running', 'succeeded', 'failed', 'succeeded'] as const).entries())
    source.track(`acme/${index}`, { state });
  source.track('acme/unread');
  source.track('velt/0', { state: 'running', provider: 'velt' });
  source.track('velt/1', { state: 'running', provider: 'velt', conditions: ['unreachable'] });
}

const row = (page: Page, name: string) =>
  page.locator('tbody tr', { has: page.getByText(name, { exact: true }) });

test('the page that is served is the one that is written', async () => {
  expect(await readFile(path.join(import.meta.dirname, '../src/page-files.ts'), 'utf8')).toBe(
    await bundlePage(),
  );
});

/** Whether nothing covers an element, and it is within what can be seen of the table. */
const isInSight = (page: Page, place: string) =>
  page.locator(place).evaluate((element) => {
    const { left, top, height } = element.getBoundingClientRect();
    return element.contains(document.elementFromPoint(left + 20, top + height / 2));
  });

/** Runs in the page: counts the pieces of the stream of events as they come. */
function countPieces(): void {
  const { fetch } = window;
  Object.assign(window, {
    pieces: 0,
    fetch: async (...given: Parameters<typeof fetch>) => {
      const response = await fetch(...given);
      const counting = new TransformStream({
        transform(piece, controller) {
          Object.assign(window, { pieces: Reflect.get(window, 'pieces') + 1 });
          controller.enqueue(piece);
        },
      });
      return new Response(response.body?.pipeThrough(counting), response);
    },
  });
}

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

  test('counts no ages while it knows nothing, and says of when things are', async () => {
    await using scene = await open();
    const { page, server } = scene;
    await row(page, 'down').click();
    await page.locator('svg.timeline').waitFor();
    const text = async (place: string) => (await page.locator(place).textContent()) ?? '';
    expect(await row(page, 'down').textContent()).toMatch(/d ago[\s\S]*unreachable for \d+ d/);
    expect(await text('#summary')).toMatch(/1 unreachable for \d+ d/);
    expect(await text('svg.timeline')).toMatch(/now$/);
    await server.stop();
    await page.getByText(/connection lost: as of /).waitFor();
    await vi.waitFor(async () => expect(await text('svg.timeline')).not.toMatch(/now$/));
    expect(await row(page, 'down').textContent()).toMatch(/unreachable since \w+ \d/);
    expect(await text('#rows')).not.toMatch(/ ago| for \d|just now| left/);
    expect(await text('#summary')).toMatch(/1 unreachable$/);
    await server.resume();
    await page.locator('[data-connection="live"]').first().waitFor({ timeout: 20_000 });
    expect(await row(page, 'down').textContent()).toMatch(/d ago[\s\S]*unreachable for \d+ d/);
  });

  test('waits for a snapshot that trickles in, however long that takes', async () => {
    const source = createManualSource();
    fillWithAll(source);
    const handler = createStatusHandler(createStatusView(source));
    const snapshot = `event: snapshot\nid: one-1\ndata: ${await (await handler(new Request('http://localhost/statuses'))).text()}\n\n`;
    const { readable, writable } = new TransformStream<Uint8Array, Uint8Array>();
    const writer = writable.getWriter();
    let streams = 0;
    const answer = async (request: Request) => {
      if (!request.url.endsWith('/statuses/events')) return handler(request);
      streams += 1;
      return new Response(readable, { headers: { 'content-type': 'text/event-stream' } });
    };
    await using server = await serve(Object.assign(answer, { close: handler.close }));
    const page = await browser.newPage();
    await page.clock.install();
    await page.addInitScript(countPieces);
    await page.goto(`${server.origin}/`);
    const size = Math.ceil(snapshot.length / 5);
    for (let piece = 0; piece < 5; piece += 1) {
      expect(await page.locator('#connection').textContent()).toBe(' connecting');
      await page.clock.runFor(60_000);
      await writer.write(new TextEncoder().encode(snapshot.slice(piece * size, (piece + 1) * size)));
      await vi.waitFor(async () =>
        expect(await page.evaluate(() => Reflect.get(window, 'pieces'))).toBeGreaterThan(piece),
      );
    }
    await page.clock.runFor(1_000);
    await row(page, 'running').waitFor();
    expect(await page.locator('#connection').textContent()).toBe(' live');
    expect(streams).toBe(1);
    await page.close();
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
    await page.getByRole('button', { name: 'not read yet' }).click();
    await vi.waitFor(async () => expect(await names()).toEqual(['unread']));
    await page.getByRole('button', { name: 'not read yet' }).click();
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

  test('groups by provider where there are several, with the numbers of each, and keeps another choice', async () => {
    await using scene = await open({ fill: fillTwoProviders });
    const { page, source } = scene;
    const headings = () => page.locator('tr.group th').allTextContents();
    await page.locator('tr.group').first().waitFor();
    expect(await headings()).toEqual([
      '▾acme3 of 5 done✖1 failed▶1 running✔2 succeeded…1 not read yet',
      '▾velt0 of 2 done▶2 running1 unreachable',
    ]);
    source.change('acme/0', { state: 'succeeded' });
    await page.getByText('4 of 5 done').waitFor();
    await page.getByLabel('Group by').selectOption('none');
    await vi.waitFor(async () => expect(await headings()).toEqual([]));
    expect(new URL(page.url()).hash).toBe('#group-by=none');
    await page.reload();
    await row(page, '0').first().waitFor();
    expect(await headings()).toEqual([]);
    expect(await page.getByLabel('Group by').inputValue()).toBe('none');
  });

  test.each([desktop, phone])(
    'keeps the name of a group, and what cannot be seen of it, in sight beside however many states: $width px',
    async (viewport) => {
      const provider = 'a-provider-of-some-length';
      const fill = (source: ManualSource) => {
        fillWithAll(source);
        for (const state of migrationStates) {
          for (let index = 0; index < 12; index += 1)
            source.track(`${provider}/${state}/${index}`, { state, provider, conditions: ['unreachable'] });
        }
      };
      await using scene = await open({ viewport, fill });
      const heading = scene.page.locator('tr.group', { hasText: provider });
      const mark = heading.locator('.condition');
      await mark.waitFor();
      const [around, within] = await Promise.all([heading.boundingBox(), mark.boundingBox()]);
      expect((within?.x ?? 0) + (within?.width ?? 0)).toBeLessThanOrEqual(
        (around?.x ?? 0) + (around?.width ?? 0),
      );
      expect((within?.y ?? 0) + (within?.height ?? 0)).toBeLessThanOrEqual(
        (around?.y ?? 0) + (around?.height ?? 0),
      );
      const caption = heading.locator('.caption');
      expect(await caption.evaluate(({ scrollWidth, clientWidth }) => scrollWidth - clientWidth)).toBe(0);
    },
  );

  test('opens and closes groups with the keyboard, and keeps the focus while numbers change', async () => {
    await using scene = await open({ fill: fillTwoProviders });
    const { page, source } = scene;
    await page.locator('tr.group').first().waitFor();
    const focused = () => page.evaluate(() => document.activeElement?.textContent ?? '');
    const rowsShown = () => page.locator('tbody tr[data-state]').count();
    await page.locator('tr.group').first().focus();
    await page.keyboard.press('ArrowLeft');
    await vi.waitFor(async () => expect(await rowsShown()).toBe(2));
    expect(await page.locator('tr.group th').first().getAttribute('aria-expanded')).toBe('false');
    await page.evaluate(() => Object.assign(window, { held: document.activeElement }));
    source.change('acme/0', { state: 'failed' });
    await vi.waitFor(async () => expect(await focused()).toContain('2 failed'));
    expect(await page.evaluate(() => Reflect.get(window, 'held') === document.activeElement)).toBe(true);
    await page.keyboard.press('ArrowRight');
    await vi.waitFor(async () => expect(await rowsShown()).toBe(7));
    await page.keyboard.press('ArrowDown');
    await page.keyboard.press('ArrowDown');
    expect(await focused()).not.toContain('▾');
    await page.keyboard.press('ArrowLeft');
    expect(await focused()).toContain('▾acme');
    await page.keyboard.press(' ');
    await vi.waitFor(async () => expect(await rowsShown()).toBe(2));
  });

  test('does not group what is all of one provider', async () => {
    await using scene = await open();
    await row(scene.page, 'running').waitFor();
    expect(await scene.page.locator('tr.group').count()).toBe(0);
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

  test.each([
    { width: 1100, height: 700 },
    { width: 820, height: 1100 },
  ])('cuts of a long name the beginning, by which nothing differs: $width px', async (viewport) => {
    const fill = (source: ManualSource) => {
      const [group, provider] = ['wave 1', 'acme'];
      for (const end of ['document-1', 'document-2'])
        source.track(`acme/an-organization-of-many-people/${end}`, { state: 'running', group, provider });
    };
    await using scene = await open({ viewport, fill });
    const ends = scene.page.locator('.name .last');
    await ends.nth(1).waitFor();
    const cut = await ends.evaluateAll((elements) =>
      elements.map((element) => {
        const text = document.createRange();
        text.selectNodeContents(element);
        return text.getBoundingClientRect().width - element.getBoundingClientRect().width;
      }),
    );
    expect(cut).toEqual([0, 0]);
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
    scene.source.change('acme/running', { percent: 50 });
    expect(await audit(page)).toEqual([]);
    await page.getByLabel('Group by').selectOption('group');
    await page.locator('tr.group').first().waitFor();
    expect(await audit(page)).toEqual([]);
    await row(page, 'down').click();
    await page.locator('svg.timeline').waitFor();
    expect(await audit(page)).toEqual([]);
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

  test('sorts on a phone too, and says there how old things are', async () => {
    await using scene = await open({ viewport: phone });
    const { page } = scene;
    const names = () => page.locator('tbody th.name .last').allTextContents();
    await page.getByRole('button', { name: 'Progress' }).click();
    await page.getByRole('button', { name: 'Progress' }).click();
    await vi.waitFor(async () => expect((await names()).slice(0, 3)).toEqual(['done', 'partly', 'down']));
    await row(page, 'down').getByRole('time').filter({ hasText: 'ago' }).waitFor();
  });

  test('has room on a phone for the name, and for what is wrong', async () => {
    await using scene = await open({ viewport: phone, fill: fillTwoProviders });
    const { page } = scene;
    await page.getByLabel('Group by').selectOption('none');
    const card = page.locator('tr[data-stale]');
    const lines = ['.name', '.news', '.detail'].map((place) => card.locator(place));
    const boxes = await Promise.all(lines.map((line) => line.boundingBox()));
    const whole = await card.boundingBox();
    const ends = boxes.map((box) => (box?.y ?? 0) + (box?.height ?? 0));
    expect(ends).toEqual([...ends].sort((a, b) => a - b));
    expect(new Set(ends).size).toBe(3);
    expect(ends.at(-1)).toBeLessThanOrEqual((whole?.y ?? 0) + (whole?.height ?? 0));
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

  test('says why an action failed as text, and nothing that somebody else threw', async () => {
    const message = '<img src=x onerror="document.title=1">';
    const errors = [new ConfigurationError({ option: 'ref', message }), new Error('a secret')];
    const run = () => Promise.reject(errors.shift());
    vi.mocked(console.error).mockImplementationOnce(() => {});
    await using scene = await open({ actions: [{ name: 'cancel', run }] });
    const { page, complaints } = scene;
    await row(page, 'running').click();
    await page.getByRole('button', { name: 'cancel', exact: true }).click();
    await page.locator('.outcome', { hasText: `cancel: ${message}` }).waitFor();
    expect(await page.locator('main img').count()).toBe(0);
    await page.getByRole('button', { name: 'cancel', exact: true }).click();
    await page.locator('.outcome', { hasText: 'cancel: It did not succeed.' }).waitFor();
    expect(await page.content()).not.toContain('a secret');
    expect(vi.mocked(console.error).mock.calls.splice(0)).toHaveLength(1);
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

  test('keeps it so in groups, whose numbers are of all their rows', async () => {
    const fill = (source: ManualSource) => {
      for (let index = 0; index < 10_000; index += 1) {
        const provider = index % 2 === 0 ? 'acme' : 'velt';
        source.track(`${provider}/job-${index}`, { state: 'running', provider });
      }
    };
    await using scene = await open({ fill });
    const { page } = scene;
    await row(page, 'job-0').waitFor();
    expect(await page.locator('tbody tr').count()).toBeLessThan(60);
    expect(await page.locator('tr.group').textContent()).toBe('▾acme0 of 5,000 done▶5,000 running');
    await page.locator('tr.group').click();
    await page.getByText('5,000 running').nth(1).waitFor();
    expect(await page.locator('tr.group').count()).toBe(2);
    await page.locator('#scroller').evaluate((scroller) => scroller.scrollTo(0, scroller.scrollHeight));
    await row(page, 'job-9999').waitFor();
    expect(await row(page, 'job-9999').getAttribute('aria-rowindex')).toBe('5003');
    expect(await page.locator('tr.group').allTextContents()).toEqual([expect.stringContaining('▾velt')]);
    expect(await isInSight(page, 'tr.group th')).toBe(true);
    expect(await page.locator('tbody tr').count()).toBeLessThan(60);
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
