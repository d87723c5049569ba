/** One request as undici's dispatchers take it. */
export interface DispatchRequest {
  readonly origin: string;
  /** Path and query. */
  readonly path: string;
  readonly method: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | null;
}

/**
 * What a dispatcher tells about a request, in the shape of undici's first interface, which is the one that every dispatcher
 * under the symbol below speaks, also those of later versions.
 */
export interface DispatchHandler {
  /** The request has its connection; `abort` cuts it. */
  onConnect(abort: (reason?: unknown) => void): void;
  /** False, here and below, means: no more until `resume` is called. */
  onHeaders(
    status: number,
    rawHeaders: readonly RawHeader[],
    resume: () => void,
    statusText: string,
  ): boolean;
  onData(chunk: Uint8Array<ArrayBuffer>): boolean;
  onComplete(): void;
  onError(error: unknown): void;
}

/** A name or a value, by turns; several values of one name may come as a list. */
export type RawHeader = HeaderBytes | readonly HeaderBytes[];

/** What Node's `Buffer` offers of itself here. */
export interface HeaderBytes {
  toString(encoding: 'latin1'): string;
}

/** Sends one request over the connections of the platform. */
export type Dispatch = (request: DispatchRequest, handler: DispatchHandler) => unknown;

/** Where Node, and undici when it is installed besides, keep the dispatcher that `fetch` uses. Set by the first `fetch`. */
const globalDispatcher = Symbol.for('undici.globalDispatcher.1');

/** Node's own `fetch` loads undici when it is called. Nothing but its source tells it from what stands in for it. */
const nodeFetchSource =
  /^function fetch\(input, init = undefined\) \{[\s\S]*\brequire\('internal\/deps\/undici\/undici'\)/;

let lastSeen: { readonly fetch: unknown; readonly isNodes: boolean } | undefined;

/**
 * The dispatcher under the platform's `fetch`, or undefined where there is none (yet), or where the global `fetch` is not
 * Node's own, so that requests would pass by what has been put in its place.
 */
export function findDispatch(): Dispatch | undefined {
  const { fetch } = globalThis;
  if (lastSeen?.fetch !== fetch) {
    lastSeen = { fetch, isNodes: nodeFetchSource.test(Function.prototype.toString.call(fetch)) };
  }
  if (!lastSeen.isNodes) return undefined;
  const dispatcher: unknown = Reflect.get(globalThis, globalDispatcher);
  return isDispatcher(dispatcher) ? (request, handler) => dispatcher.dispatch(request, handler) : undefined;
}

function isDispatcher(value: unknown): value is { readonly dispatch: Dispatch } {
  return (
    typeof value === 'object' && value !== null && 'dispatch' in value && typeof value.dispatch === 'function'
  );
}
