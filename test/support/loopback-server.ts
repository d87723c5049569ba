import { once } from 'node:events';
import { createServer, type IncomingHttpHeaders, type ServerResponse } from 'node:http';
import { text } from 'node:stream/consumers';

/** A request as it came over the wire. */
export interface ReceivedRequest {
  readonly method: string;
  /** Path and query, still encoded. */
  readonly url: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

/** A real HTTP server on this machine, for what a mocked `fetch` cannot show: time, resets, redirects, broken bodies. */
export interface LoopbackServer extends AsyncDisposable {
  /** `http://127.0.0.1:40001` */
  readonly origin: string;
  /** Every request so far, in the order of arrival. */
  readonly requests: readonly ReceivedRequest[];
  /** Stops listening and cuts open connections. */
  close(): Promise<void>;
}

/**
 * Starts a server on a free port. The handler is called once the whole request has come in, and may leave it unanswered.
 *
 * @example
 * await using server = await createLoopbackServer((_request, response) => response.end('{}'));
 */
export async function createLoopbackServer(
  handler: (request: ReceivedRequest, response: ServerResponse) => unknown,
): Promise<LoopbackServer> {
  const requests: ReceivedRequest[] = [];
  const server = createServer(async (incoming, response) => {
    const { method = '', url = '', headers } = incoming;
    const request = { method, url, headers, body: await text(incoming) };
    requests.push(request);
    await handler(request, response);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');

  async function close(): Promise<void> {
    if (!server.listening) return;
    const closed = once(server, 'close');
    server.close();
    server.closeAllConnections();
    await closed;
  }

  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('expected a server on a port');
  return { origin: `http://127.0.0.1:${address.port}`, requests, close, [Symbol.asyncDispose]: close };
}

/** A handler that begins to answer, or not, and tells when the connection has been cut. */
export function createUnfinishedAnswer(start?: (response: ServerResponse) => void) {
  const arrived = Promise.withResolvers<void>();
  const cut = Promise.withResolvers<void>();
  return {
    arrived: arrived.promise,
    cut: cut.promise,
    handler: async (_request: ReceivedRequest, response: ServerResponse) => {
      const closed = once(response, 'close');
      start?.(response);
      arrived.resolve();
      await closed;
      cut.resolve();
    },
  };
}
