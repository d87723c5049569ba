import {
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

/** An injected fault; `untilMs` is on the sandbox's clock. */
export interface PlannedFault {
  readonly fault: Fault;
  readonly times: number;
  readonly untilMs: number;
  readonly path: string | RegExp | undefined;
}

/** The faults of one server, oldest first. */
export interface FaultPlan {
  /** Returns a function that takes the fault out again; calling it twice does no harm. */
  add(planned: PlannedFault): () => void;
  /** Takes one use of the oldest fault that applies. */
  take(path: string, nowMs: number): Fault | undefined;
  clear(): void;
}

/** Creates an empty plan. */
export function createFaultPlan(): FaultPlan {
  const entries = new Set<{ readonly planned: PlannedFault; timesLeft: number }>();

  return {
    add(planned) {
      const entry = { planned, timesLeft: planned.times };
      entries.add(entry);
      return () => {
        entries.delete(entry);
      };
    },
    take(path, nowMs) {
      for (const entry of entries) {
        if (nowMs >= entry.planned.untilMs) {
          entries.delete(entry);
          continue;
        }
        if (!matches(entry.planned.path, path)) continue;
        entry.timesLeft -= 1;
        if (entry.timesLeft <= 0) entries.delete(entry);
        return entry.planned.fault;
      }
      return undefined;
    },
    clear: () => entries.clear(),
  };
}

function matches(filter: string | RegExp | undefined, path: string): boolean {
  if (filter === undefined) return true;
  return typeof filter === 'string' ? filter === path : path.search(filter) !== -1;
}

/** Throws an `Error` that names the field of the fault and says what is expected of it. */
export function requireFault(fault: Fault): void {
  switch (fault.type) {
    case 'rate_limit':
      requireKnownKeys('fault', fault, ['type', 'retryAfterMs', 'retryAfterForm']);
      requireOptionalDuration('fault.retryAfterMs', fault.retryAfterMs);
      requireOneOf('fault.retryAfterForm', fault.retryAfterForm, [
        undefined,
        'seconds',
        'http_date',
        'absent',
      ]);
      return;
    case 'server_error':
      requireKnownKeys('fault', fault, ['type', 'status', 'body']);
      requireOneOf('fault.status', fault.status, [undefined, 500, 502, 503, 504]);
      requireOneOf('fault.body', fault.body, [undefined, 'html', 'provider']);
      return;
    case 'slow_body':
      requireKnownKeys('fault', fault, ['type', 'chunkDelayMs', 'chunkBytes']);
      requireDuration('fault.chunkDelayMs', fault.chunkDelayMs);
      if (fault.chunkBytes !== undefined) requireCount('fault.chunkBytes', fault.chunkBytes);
      return;
    case 'redirect':
      requireKnownKeys('fault', fault, ['type', 'location', 'status']);
      requireText('fault.location', fault.location);
      requireOneOf('fault.status', fault.status, [undefined, 301, 302, 303, 307, 308]);
      return;
    case 'hang':
    case 'reset':
    case 'truncated_json':
    case 'malformed_json':
      requireKnownKeys('fault', fault, ['type']);
      return;
    default:
      throw new Error(
        `fault.type must be one of rate_limit, server_error, hang, reset, slow_body, truncated_json, malformed_json, redirect; got ${String(Reflect.get(fault, 'type'))}`,
      );
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

function requireCount(name: string, value: number): void {
  if (Number.isInteger(value) && value >= 1) return;
  throw new Error(`${name} must be a whole number, 1 or more; got ${String(value)}`);
}
