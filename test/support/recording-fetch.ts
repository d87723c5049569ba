/** A request as it was handed to `fetch`. */
export interface SentRequest {
  readonly method: string;
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/** A stand-in for `fetch` that answers at once and remembers what was sent. */
export interface RecordingFetch {
  readonly fetch: typeof fetch;
  /** Every request so far, in order. */
  readonly requests: readonly SentRequest[];
}

/**
 * Makes a `fetch` that never touches the network.
 *
 * @param respond The answer to each request.
 *
 * @example
 * const { fetch, requests } = createRecordingFetch(() => Response.json({ status: 'completed' }));
 */
export function createRecordingFetch(
  respond: (request: SentRequest) => Response | Promise<Response>,
): RecordingFetch {
  const requests: SentRequest[] = [];
  return {
    requests,
    fetch: async (input, init) => {
      const request = new Request(input, init);
      request.signal.throwIfAborted();
      const { method, url, headers } = request;
      const sent = { method, url, headers: Object.fromEntries(headers), body: await request.text() };
      requests.push(sent);
      return respond(sent);
    },
  };
}
