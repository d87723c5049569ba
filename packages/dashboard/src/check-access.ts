import type { HandlerSettings } from './handler-options.ts';

/** The name of the cookie that stands for the token. */
const cookieName = 'migration-status';

/** Whether a request may be answered. */
export type Access =
  | 'allowed'
  /** For a server of another name. */
  | 'foreign_host'
  /** From a page of another origin. */
  | 'foreign_origin'
  /** Without the token. */
  | 'unauthorized';

/** Decides about requests, by what the operator allows. */
export interface AccessCheck {
  check(request: Request): Promise<Access>;
  /** The cookie to keep for a token that somebody typed in; undefined for a wrong one. */
  toCookie(given: string, request: Request): Promise<string | undefined>;
}

/**
 * Refuses what does not come from our own page: a foreign `Host` is somebody else's name that points here, a foreign `Origin`
 * somebody else's page in the browser of one of our readers.
 */
export function createAccessCheck({ hosts, token, authorize }: HandlerSettings): AccessCheck {
  /** The cookie holds a digest: what a browser keeps is not the token itself. */
  const expected = token === undefined ? undefined : toDigest(token);

  async function isAuthorized(request: Request): Promise<boolean> {
    if (authorize) return authorize(request);
    if (expected === undefined) return true;
    const [, bearer] = /^Bearer (\S+)$/i.exec(request.headers.get('authorization') ?? '') ?? [];
    const digest = bearer === undefined ? readCookie(request) : await toDigest(bearer);
    return digest === (await expected);
  }

  return {
    async check(request) {
      const url = new URL(request.url);
      const host = request.headers.get('host') ?? url.host;
      if (!hosts.includes(withoutPort(host))) return 'foreign_host';
      if (isForeign(request, host)) return 'foreign_origin';
      return (await isAuthorized(request)) ? 'allowed' : 'unauthorized';
    },
    async toCookie(given, request) {
      if (expected === undefined) return undefined;
      const digest = await toDigest(given);
      if (digest !== (await expected)) return undefined;
      const isSecure = new URL(request.url).protocol === 'https:';
      return `${cookieName}=${digest}; HttpOnly; SameSite=Strict; Path=/${isSecure ? '; Secure' : ''}`;
    },
  };
}

/** A request of another page says so in one of two headers; what reads must not, what changes something has to deny it. */
function isForeign(request: Request, host: string): boolean {
  const origin = request.headers.get('origin');
  const site = request.headers.get('sec-fetch-site');
  const isOurs = origin === null ? undefined : URL.parse(origin)?.host === host.toLowerCase();
  if (isOurs === false || (site !== null && site !== 'same-origin' && site !== 'none')) return true;
  const isChange = request.method !== 'GET' && request.method !== 'HEAD';
  const isByHand = request.headers.has('authorization');
  return isChange && isOurs === undefined && site === null && !isByHand;
}

function withoutPort(host: string): string {
  return host.toLowerCase().replace(/:\d+$/, '');
}

function readCookie(request: Request): string | undefined {
  const cookies = (request.headers.get('cookie') ?? '').split(/;\s*/);
  return cookies.find((cookie) => cookie.startsWith(`${cookieName}=`))?.slice(cookieName.length + 1);
}

/** Digests are compared instead of tokens: how long that takes tells nothing about a token. */
async function toDigest(token: string): Promise<string> {
  const bytes = await crypto.subtle.digest('SHA-256', new TextEncoder().encode(`migration-status ${token}`));
  return Array.from(new Uint8Array(bytes), (byte) => byte.toString(16).padStart(2, '0')).join('');
}
