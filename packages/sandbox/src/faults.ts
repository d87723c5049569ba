import {
  requireCount,
  requireDuration,
  requireKnownKeys,
  requireOneOf,
  requireOptionalDuration,
  requireText,
} from './argument-checks.ts';

/** Something that goes wrong on the wire. A fault replaces the answer, before anything else is looked at. */
export type Fault =
  /**
   * HTTP 429 with the provider's body. `Retry-After` is sent when `retryAfterMs` is given, in real time
   * and not scaled: whole seconds rounded up, or a date on the wall clock.
   */
  | {
      readonly type: 'rate_limit';
      readonly retryAfterMs?: number | undefined;
      /** Default `seconds`; `absent` leaves the header out. */
      readonly retryAfterForm?: 'seconds' | 'http_date' | 'absent' | undefined;
    }
  /** A 5xx, 500 by default. `provider` is the API's own error body (default for 500), `html` a proxy's page. */
  | {
      readonly type: 'server_error';
      readonly status?: 500 | 502 | 503 | 504 | undefined;
      readonly body?: 'html' | 'provider' | undefined;
    }
  /** The request is taken and never answered. */
  | { readonly type: 'hang' }
  /** The connection is destroyed instead of an answer. */
  | { readonly type: 'reset' }
  /** The right answer, `chunkBytes` (default 16) at a time with a real pause of `chunkDelayMs` in between. */
  | { readonly type: 'slow_body'; readonly chunkDelayMs: number; readonly chunkBytes?: number | undefined }
  /** The first half of the right answer, as a complete HTTP body. */
  | { readonly type: 'truncated_json' }
  /** The right answer in single quotes and with a stray comma. */
  | { readonly type: 'malformed_json' }
  /** A redirect, 302 by default. */
  | {
      readonly type: 'redirect';
      readonly location: string;
      readonly status?: 301 | 302 | 303 | 307 | 308 | undefined;
    };

/** How long a fault stays and what it hits. */
export interface InjectFaultOptions {
  /** How many requests it hits. Default 1, and without limit when `forMs` is given. */
  readonly times?: number | undefined;
  /** How long it stays from the moment of injection, in provider time. Default: until used up. */
  readonly forMs?: number | undefined;
  /** Only requests to this path, without the query: the exact text, or a pattern. Default: every request. */
  readonly path?: string | RegExp | undefined;
}

const retryAfterForms = [undefined, 'seconds', 'http_date', 'absent'];

/** The fields that each type of fault has besides its type. */
const faultFields: Readonly<Record<Fault['type'], readonly string[]>> = {
  rate_limit: ['retryAfterMs', 'retryAfterForm'],
  server_error: ['status', 'body'],
  hang: [],
  reset: [],
  slow_body: ['chunkDelayMs', 'chunkBytes'],
  truncated_json: [],
  malformed_json: [],
  redirect: ['location', 'status'],
};

/** Throws an `Error` that names the field of the fault and says what is expected of it. */
export function requireFault(fault: Fault): void {
  requireOneOf('fault.type', fault.type, Object.keys(faultFields));
  requireKnownKeys('fault', fault, ['type', ...faultFields[fault.type]]);
  switch (fault.type) {
    case 'rate_limit':
      requireOptionalDuration('fault.retryAfterMs', fault.retryAfterMs);
      requireOneOf('fault.retryAfterForm', fault.retryAfterForm, retryAfterForms);
      return;
    case 'server_error':
      requireOneOf('fault.status', fault.status, [undefined, 500, 502, 503, 504]);
      requireOneOf('fault.body', fault.body, [undefined, 'html', 'provider']);
      return;
    case 'slow_body':
      requireDuration('fault.chunkDelayMs', fault.chunkDelayMs);
      if (fault.chunkBytes !== undefined) requireCount('fault.chunkBytes', fault.chunkBytes);
      return;
    case 'redirect':
      requireText('fault.location', fault.location);
      requireOneOf('fault.status', fault.status, [undefined, 301, 302, 303, 307, 308]);
      return;
  }
}

/** Throws an `Error` that names the option and says what is expected of it. */
export function requireInjectFaultOptions(options: InjectFaultOptions): void {
  requireKnownKeys('options', options, ['times', 'forMs', 'path']);
  if (options.times !== undefined) requireCount('options.times', options.times);
  requireOptionalDuration('options.forMs', options.forMs);
  const { path } = options;
  if (path !== undefined && typeof path !== 'string' && !(path instanceof RegExp)) {
    throw new Error(`options.path must be a string or a regular expression; got ${String(path)}`);
  }
}
