import { connect, createServer, type Socket } from 'node:net';

/** A way to a server on which the connections that listen for notifications can be cut, without a word to anybody. */
export interface ListenerCable {
  readonly port: number;
  /** How many connections have asked to listen. */
  readonly listeners: number;
  /** From here on nothing goes through for those that listen at present. */
  cutListeners(): void;
  stop(): void;
}

export async function layListenerCable(targetPort: number): Promise<ListenerCable> {
  const sockets = new Set<Socket>();
  const listening = new Set<Socket>();
  const cut = new Set<Socket>();
  let listeners = 0;
  const server = createServer((near) => {
    const far = connect(targetPort, '127.0.0.1');
    for (const [socket, other] of [
      [near, far],
      [far, near],
    ] as const) {
      sockets.add(socket);
      socket.on('data', (chunk) => {
        if (socket === near && !listening.has(near) && chunk.includes('listen ')) {
          listening.add(near);
          listeners += 1;
        }
        if (!cut.has(near)) other.write(chunk);
      });
      socket.on('error', () => {});
      socket.on('close', () => {
        sockets.delete(socket);
        if (!cut.has(near)) other.destroy();
      });
    }
  });
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  const address = server.address();
  return {
    port: typeof address === 'object' && address !== null ? address.port : 0,
    get listeners() {
      return listeners;
    },
    cutListeners() {
      for (const socket of listening) cut.add(socket);
    },
    stop() {
      server.close();
      for (const socket of sockets) socket.destroy();
    },
  };
}
