import type { AddressInfo } from 'node:net';
import { createAdaptorServer } from '@hono/node-server';
import type { StatusHandler } from '../src/index.ts';

/** A handler behind a real server on loopback. */
export interface ServedHandler extends AsyncDisposable {
  readonly origin: string;
  readonly port: number;
  /** Breaks all connections, and takes no more until `resume`. */
  stop(): Promise<void>;
  resume(): Promise<void>;
}

/** Serves a handler as `migration-status serve` does. */
export async function serve(handler: StatusHandler): Promise<ServedHandler> {
  const create = () => createAdaptorServer({ fetch: handler });
  let server = create();
  const listen = (port: number) =>
    new Promise<void>((resolve) => {
      server.listen(port, '127.0.0.1', resolve);
    });
  await listen(0);
  const { port } = server.address() as AddressInfo;

  async function stop(): Promise<void> {
    const closed = new Promise((resolve) => server.close(resolve));
    if ('closeAllConnections' in server) server.closeAllConnections();
    await closed;
  }

  return {
    origin: `http://127.0.0.1:${port}`,
    port,
    stop,
    async resume() {
      server = create();
      await listen(port);
    },
    [Symbol.asyncDispose]: stop,
  };
}
