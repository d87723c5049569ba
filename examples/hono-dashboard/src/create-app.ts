import type { StatusHandler } from '@migration-status/dashboard';
import { Hono } from 'hono';

/** Where the page of migrations stands in the application. */
export const basePath = '/migrations/';

/** An application of your own, with the page of migrations in it. */
export function createApp(handler: StatusHandler): Hono {
  const app = new Hono();
  app.get('/', (context) =>
    context.html(`<!doctype html><title>My app</title><a href="${basePath}">Migrations</a>`),
  );
  app.all(`${basePath}*`, (context) => handler(context.req.raw));
  return app;
}
