import { STATUS_CODES } from 'node:http';
import type { ApiReply, Served } from './provider-api.ts';

/** An answer in JSON. */
export function jsonReply(status: number, value: unknown, served: readonly Served[] = []): ApiReply {
  return {
    status,
    headers: { 'content-type': 'application/json; charset=utf-8' },
    body: JSON.stringify(value),
    served,
  };
}

/** An answer without a body. */
export function emptyReply(status: number): ApiReply {
  return { status, headers: {}, body: '' };
}

/** The error page that a proxy or web server puts before an API. */
export function htmlReply(status: number): ApiReply {
  const title = `${status} ${STATUS_CODES[status] ?? ''}`.trim();
  return {
    status,
    headers: { 'content-type': 'text/html' },
    body: `<html>\n<head><title>${title}</title></head>\n<body><center><h1>${title}</h1></center></body>\n</html>\n`,
  };
}
