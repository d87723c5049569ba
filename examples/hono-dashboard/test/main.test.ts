import path from 'node:path';
import { expect, it, vi } from 'vitest';
import { startServer } from '../../../test/support/start-server.ts';

const main = path.join(import.meta.dirname, '../src/main.ts');

it('serves the page, and what is followed, in a server of its own', { timeout: 60_000 }, async () => {
  await using server = await startServer(main);
  const page = await fetch(server.url);
  expect(page.headers.get('content-type')).toBe('text/html; charset=utf-8');
  expect(await page.text()).toContain('Wave 1');
  expect(await (await fetch(new URL('/', server.url))).text()).toContain('href="/migrations/"');
  await vi.waitFor(async () => {
    const snapshot = await (await fetch(`${server.url}statuses`)).json();
    expect(snapshot).toMatchObject({ total: 4, counts: { running: 4 } });
  });
  const foreign = await fetch(`${server.url}statuses`, { headers: { origin: 'http://elsewhere.example' } });
  expect(foreign.status).toBe(403);
  const events = await fetch(`${server.url}statuses/events`);
  expect(events.status).toBe(200);
  expect(await server.stop()).toEqual({ exitCode: 0, stderr: '' });
});
