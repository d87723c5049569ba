import type { MiddlewareHandler } from 'hono';

/**
 * Refuses what is addressed to another name than ours: a page in a browser can send requests to this machine under a name of
 * its own.
 */
export function allowHosts(hosts: readonly string[]): MiddlewareHandler {
  return async (context, next) => {
    const host = context.req.header('host')?.toLowerCase().replace(/:\d+$/, '') ?? '';
    if (hosts.includes(host)) return next();
    return context.body(null, 421);
  };
}
