import {
  type MigrationRow,
  MigrationStatusError,
  type StatusView,
  toSnapshotJson,
} from '@migration-status/core';
import { type Access, createAccessCheck } from './check-access.ts';
import { createEventFeed } from './event-feed.ts';
import { type RowAction, type StatusHandlerOptions, toHandlerSettings } from './handler-options.ts';
import { pageFiles } from './page-files.ts';
import { readTextField } from './read-text-field.ts';

/** Answers requests, in the shape that every server of web standards takes. */
export interface StatusHandler {
  (request: Request): Promise<Response>;
  /** Ends all event streams, so that a server can stop. What is asked afterwards is answered without streams. */
  close(): void;
}

const securityHeaders: Readonly<Record<string, string>> = {
  'content-security-policy':
    "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self'; " +
    "base-uri 'none'; form-action 'self'; frame-ancestors 'none'",
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-resource-policy': 'same-origin',
  'referrer-policy': 'no-referrer',
  'x-content-type-options': 'nosniff',
};

const eventHeaders: Readonly<Record<string, string>> = {
  'content-type': 'text/event-stream; charset=utf-8',
  'cache-control': 'no-cache, no-transform',
  'x-accel-buffering': 'no',
};

const refusals: Readonly<Record<Exclude<Access, 'allowed'>, readonly [status: number, message: string]>> = {
  foreign_host: [421, 'This server goes by another name. The option "hosts" says which.'],
  foreign_origin: [403, 'This is only answered to its own page.'],
  unauthorized: [401, 'A token is needed.'],
};

/**
 * Makes a handler that shows a view as a web page, as JSON and as a stream of events. It only looks: everything it sends comes
 * from the view's snapshots.
 *
 * | request | answer |
 * |---|---|
 * | `GET /` | the page, and the files that it needs |
 * | `GET /statuses` | the snapshot as JSON, with an `ETag` |
 * | `GET /statuses/events` | server-sent events: `snapshot` first, then `change`; goes on after `Last-Event-ID` |
 * | `GET /statuses/history?key=…` | what has happened to one migration, and which `actions` are offered for it |
 * | `POST /statuses/refresh`, `POST /statuses/cancel` | `{ "key": … }`; where the operator allows it |
 * | `POST /session` | `{ "token": … }`, for the cookie of the page |
 *
 * Errors are `{ "error": … }`. Throws a `ConfigurationError` that names the option at fault.
 *
 * @example
 * const handler = createStatusHandler(createStatusView(tracker), { title: 'Wave 3' });
 * const response = await handler(new Request('http://localhost/statuses'));
 */
export function createStatusHandler(view: StatusView, options: StatusHandlerOptions = {}): StatusHandler {
  const settings = toHandlerSettings(options);
  const { basePath, actions, onActionError, native } = settings;
  const access = createAccessCheck(settings);
  const feed = createEventFeed(view, settings);

  async function handle(request: Request): Promise<Response> {
    const { pathname } = new URL(request.url);
    if (!pathname.startsWith(basePath)) return toError(404, 'There is nothing here.');
    const path = pathname.slice(basePath.length);
    const allowed = await access.check(request);
    const isPage = Object.hasOwn(pageFiles, path) && allowed !== 'foreign_host';
    if (isPage) return isRead(request) ? toPageFile(path, settings.title) : toMethodError('GET');
    if (path === 'session' && allowed === 'unauthorized') return signIn(request);
    if (allowed !== 'allowed') return toError(...refusals[allowed]);
    return answer(path, request);
  }

  async function answer(path: string, request: Request): Promise<Response> {
    const action = actions.find(({ name }) => path === `statuses/${name}`);
    if (action) return request.method === 'POST' ? act(action, request) : toMethodError('POST');
    const look = looks.get(path);
    if (look === undefined) return toError(404, 'There is nothing here.');
    return isRead(request) ? look(request) : toMethodError('GET');
  }

  const looks = new Map<string, (request: Request) => Response>([
    ['statuses', toSnapshot],
    ['statuses/events', toEvents],
    ['statuses/history', toHistory],
  ]);

  function toSnapshot(request: Request): Response {
    const { id, snapshot } = feed.current();
    const etag = `"${id}"`;
    const headers = { etag, 'cache-control': 'no-cache' };
    if (request.headers.get('if-none-match') === etag) return reply(null, { status: 304, headers });
    return toJson(toSnapshotJson(snapshot, { native }), { headers });
  }

  function toEvents(request: Request): Response {
    if (request.method === 'HEAD') return reply(null, { headers: eventHeaders });
    const lastEventId =
      request.headers.get('last-event-id') ?? new URL(request.url).searchParams.get('lastEventId');
    const stream = feed.open(lastEventId, request.signal);
    if (stream === undefined) return toError(503, 'There are too many readers.', { 'retry-after': '10' });
    return reply(stream, { headers: eventHeaders });
  }

  function toHistory(request: Request): Response {
    const key = new URL(request.url).searchParams.get('key') ?? '';
    const row = view.getSnapshot().rows.get(key);
    if (row === undefined) return toError(404, 'There is no migration of that key.');
    const offered = actions.filter((action) => isOffered(action, row)).map(({ name }) => name);
    return toJson({ key, ...view.getHistory(key), actions: offered });
  }

  async function act(action: RowAction, request: Request): Promise<Response> {
    const key = await readTextField(request, 'key');
    const row = key === undefined ? undefined : view.getSnapshot().rows.get(key);
    if (row === undefined) return toError(404, 'There is no migration of that key.');
    if (!isOffered(action, row)) return toError(409, `"${action.name}" is not offered for this migration.`);
    try {
      await action.run(row);
    } catch (error) {
      if (MigrationStatusError.isInstance(error)) return toError(502, error.message);
      // Nobody knows what is in an error of somebody else: it stays on this side.
      onActionError(error);
      return toError(502, 'It did not succeed.');
    }
    return reply(null, { status: 204 });
  }

  async function signIn(request: Request): Promise<Response> {
    if (request.method !== 'POST') return toMethodError('POST');
    const token = await readTextField(request, 'token');
    const cookie = token === undefined ? undefined : await access.toCookie(token, request);
    if (cookie === undefined) return toError(401, 'This is not the token.');
    return reply(null, { status: 204, headers: { 'set-cookie': cookie } });
  }

  return Object.assign(handle, { close: feed.close });
}

function isOffered({ isOffered: rule }: RowAction, row: MigrationRow): boolean {
  return rule ? rule(row) : row.stopped !== 'settled';
}

function isRead({ method }: Request): boolean {
  return method === 'GET' || method === 'HEAD';
}

/** The files of the page are the same for everybody, and hold nothing of the view. */
function toPageFile(path: string, title: string): Response {
  const { text = '', type = 'text/plain' } = pageFiles[path] ?? {};
  return reply(
    text.replaceAll('{{title}}', () => toMarkup(title)),
    {
      headers: { 'content-type': type, 'cache-control': 'no-cache' },
    },
  );
}

function toMarkup(text: string): string {
  return text.replace(/[&<>"']/g, (sign) => `&#${sign.charCodeAt(0)};`);
}

function toJson(
  value: unknown,
  { status = 200, headers = {} }: { status?: number; headers?: Record<string, string> } = {},
): Response {
  return reply(JSON.stringify(value), {
    status,
    headers: { 'cache-control': 'no-store', ...headers, 'content-type': 'application/json; charset=utf-8' },
  });
}

function toError(status: number, error: string, headers: Record<string, string> = {}): Response {
  return toJson({ error }, { status, headers });
}

function toMethodError(allow: 'GET' | 'POST'): Response {
  return toError(405, `Only ${allow} is answered here.`, { allow });
}

function reply(
  body: BodyInit | null,
  {
    status = 200,
    headers = {},
  }: { readonly status?: number; readonly headers?: Record<string, string> } = {},
): Response {
  return new Response(body, { status, headers: { ...securityHeaders, ...headers } });
}
