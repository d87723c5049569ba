import { connect, createServer, type Socket } from 'node:net';

/** A connection to a server that can be cut. */
export interface Cable {
  readonly port: number;
  /** Nothing goes through any more, and nobody is told. */
  freeze(): void;
  /** What was frozen is torn, and new connections go through. */
  mend(): void;
  stop(): void;
}

export async function layCable(targetPort: number): Promise<Cable> {
  const sockets = new Set<Socket>();
  let isFrozen = false;

  const server = createServer((near) => {
    const far = connect(targetPort, '127.0.0.1');
    for (const [socket, other] of [
      [near, far],
      [far, near],
    ] as const) {
      sockets.add(socket);
      socket.on('data', (chunk) => {
        if (!isFrozen) other.write(chunk);
      });
      socket.on('error', () => {});
      socket.on('close', () => {
        sockets.delete(socket);
        if (!isFrozen) other.destroy();
      });
    }
  });
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  const address = server.address();

  function tear(): void {
    for (const socket of sockets) socket.destroy();
  }

  return {
    port: typeof address === 'object' && address !== null ? address.port : 0,
    freeze() {
      isFrozen = true;
    },
    mend() {
      tear();
      isFrozen = false;
    },
    stop() {
      server.close();
      tear();
    },
  };
}
