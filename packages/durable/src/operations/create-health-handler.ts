import { ConfigurationError } from '@migration-status/core';
import type { HealthCheck, HealthSource } from './health.ts';

/** How {@link createHealthHandler} answers. */
export interface HealthHandlerOptions {
  /**
   * The names that a request may be for, without port, as `localhost`. Default: any, because probes often ask by an address,
   * and the answers hold nothing that could not be seen from the status alone.
   */
  readonly hosts?: readonly string[] | undefined;
}

const headers = {
  'content-type': 'application/json; charset=utf-8',
  'cache-control': 'no-store',
  'x-content-type-options': 'nosniff',
};

/**
 * Answers the probes of an orchestrator, for a tracker or a worker, wherever the handler is mounted:
 *
 * | path | 200 while | 503 otherwise, then |
 * |---|---|---|
 * | `…/livez` | the process goes about its work, also while the database is away | start it anew |
 * | `…/readyz` | the database answers, takes writes and has the right schema, and nobody has called `close()` | wait |
 *
 * The body says each check: `{ status: 'ok' | 'failing', checks: [{ name, isOk, code? }] }`. Nothing in it is a secret or tells
 * where anything is. `HEAD` is answered too, other methods with 405 and other paths with 404.
 *
 * @example
 * const worker = await createDurableWorker({ connectionString: 'postgres://app@localhost/app', adapters: [velt] });
 * const handleHealth = createHealthHandler(worker);
 * const response = await handleHealth(new Request('http://localhost/readyz'));
 */
export function createHealthHandler(
  source: HealthSource,
  options: HealthHandlerOptions = {},
): (request: Request) => Promise<Response> {
  const { hosts } = options;
  if (hosts !== undefined && !(Array.isArray(hosts) && hosts.every((host) => typeof host === 'string'))) {
    const message = 'createHealthHandler: "hosts" must be an array of host names without port';
    throw new ConfigurationError({ option: 'hosts', message });
  }
  const allowed = hosts?.map((host) => host.toLowerCase());

  async function check(pathname: string): Promise<readonly HealthCheck[] | undefined> {
    if (pathname.endsWith('/livez')) return source.checkLife();
    return pathname.endsWith('/readyz') ? source.checkReadiness() : undefined;
  }

  return async (request) => {
    const url = new URL(request.url);
    const host = (request.headers.get('host') ?? url.host).toLowerCase().replace(/:\d+$/, '');
    if (allowed && !allowed.includes(host)) return reply(request, 403, { error: 'This is another host.' });
    const isRead = request.method === 'GET' || request.method === 'HEAD';
    if (!isRead) return reply(request, 405, { error: 'Only GET is answered here.' }, { allow: 'GET, HEAD' });
    const checks = await check(url.pathname);
    if (checks === undefined) return reply(request, 404, { error: 'There are /livez and /readyz.' });
    const isOk = checks.every((each) => each.isOk);
    return reply(request, isOk ? 200 : 503, { status: isOk ? 'ok' : 'failing', checks });
  };
}

function reply(
  { method }: Request,
  status: number,
  body: unknown,
  more: Record<string, string> = {},
): Response {
  const text = method === 'HEAD' ? null : JSON.stringify(body);
  return new Response(text, { status, headers: { ...headers, ...more } });
}
