import type { StatusHandler } from '@migration-status/dashboard';
import { Hono } from 'hono';
import type { PageFiles } from './bundle-page.ts';

/** Where the handler stands: the page listens to `/migrations/statuses/events`. */
export const basePath = '/migrations/';

/** A server of a React app. What the browser gets are the rows of the view; the credentials stay here. */
export function createApp(handler: StatusHandler, { html, script }: PageFiles): Hono {
  const app = new Hono();
  app.get('/', (context) => context.html(html));
  app.get('/app.js', (context) => context.body(script, 200, { 'content-type': 'text/javascript' }));
  app.all(`${basePath}*`, (context) => handler(context.req.raw));
  return app;
}
