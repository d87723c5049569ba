import { htmlReply } from './api-reply.ts';
import type { Fault } from './faults.ts';
import type { ApiReply, ProviderApi } from './provider-api.ts';

/** What happens to a request: an answer and the way it goes out, or none. */
export type Outcome =
  | { readonly type: 'reply'; readonly reply: ApiReply; readonly drip?: Drip | undefined }
  | { readonly type: 'hang' }
  | { readonly type: 'reset' };

/** How a body is written bit by bit. */
export interface Drip {
  readonly chunkBytes: number;
  readonly chunkDelayMs: number;
}

const defaultChunkBytes = 16;

/**
 * What a fault makes of a request. Only faults that spoil the right answer ask for it, so under all the
 * others a command has no effect.
 */
export function toOutcome(
  fault: Fault,
  api: ProviderApi,
  answer: () => ApiReply,
  wallClockMs: number,
): Outcome {
  switch (fault.type) {
    case 'hang':
    case 'reset':
      return { type: fault.type };
    case 'rate_limit': {
      const reply = api.rateLimited();
      const headers = { ...reply.headers, ...toRetryAfter(fault, wallClockMs) };
      return { type: 'reply', reply: { ...reply, headers } };
    }
    case 'server_error': {
      const { status = 500, body = status === 500 ? 'provider' : 'html' } = fault;
      return { type: 'reply', reply: body === 'html' ? htmlReply(status) : api.serverError(status) };
    }
    case 'redirect': {
      const { status = 302, location } = fault;
      return { type: 'reply', reply: { status, headers: { location }, body: '' } };
    }
    case 'slow_body': {
      const { chunkDelayMs, chunkBytes = defaultChunkBytes } = fault;
      return { type: 'reply', reply: answer(), drip: { chunkDelayMs, chunkBytes } };
    }
    case 'truncated_json':
      return { type: 'reply', reply: spoil(answer(), (body) => body.slice(0, Math.ceil(body.length / 2))) };
    case 'malformed_json':
      return { type: 'reply', reply: spoil(answer(), (body) => `${body.replaceAll('"', "'")},`) };
  }
}

/** A spoilt answer tells nobody anything, so it has served no word. */
function spoil({ status, headers, body }: ApiReply, change: (body: string) => string): ApiReply {
  return { status, headers, body: change(body || '{}') };
}

function toRetryAfter(
  { retryAfterMs, retryAfterForm = 'seconds' }: Extract<Fault, { type: 'rate_limit' }>,
  wallClockMs: number,
): Record<string, string> {
  if (retryAfterMs === undefined || retryAfterForm === 'absent') return {};
  if (retryAfterForm === 'seconds') return { 'retry-after': String(Math.ceil(retryAfterMs / 1_000)) };
  // An HTTP date has whole seconds only: rounded up, so that waiting for it is never too short.
  const wholeSecondMs = Math.ceil((wallClockMs + retryAfterMs) / 1_000) * 1_000;
  return { 'retry-after': new Date(wholeSecondMs).toUTCString() };
}
