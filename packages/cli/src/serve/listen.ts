import { once } from 'node:events';
import { createAdaptorServer } from '@hono/node-server';

/** A server that listens. */
export interface RunningServer extends AsyncDisposable {
  readonly port: number;
}

/** Where a server listens. Port 0 is any that is free. */
export interface ListenAddress {
  readonly host: string;
  readonly port: number;
}

/** Serves a handler over HTTP. Rejects when the port cannot be had. Disposing ends every connection. */
export async function listen(
  handler: (request: Request) => Promise<Response>,
  { host, port }: ListenAddress,
): Promise<RunningServer> {
  const server = createAdaptorServer({ fetch: handler });
  server.listen(port, host);
  await once(server, 'listening');
  const address = server.address();
  return {
    port: typeof address === 'object' && address !== null ? address.port : port,
    async [Symbol.asyncDispose]() {
      const closed = once(server, 'close');
      server.close();
      if ('closeAllConnections' in server) server.closeAllConnections();
      await closed;
    },
  };
}
