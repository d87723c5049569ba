import { connect, createServer, type Socket } from 'node:net';

/** A way to a server that can be cut, without a word to anybody. */
export interface Cable {
  readonly port: number;
  /** How many connections have asked to listen for notifications. */
  readonly listeners: number;
  /** Nothing goes through any more. */
  freeze(): void;
  /** Nothing goes through any more for those that listen at present. */
  freezeListeners(): void;
  /** What was frozen is torn, and new connections go through. */
  mend(): void;
  stop(): void;
}

export async function layCable(targetPort: number): Promise<Cable> {
  const sockets = new Set<Socket>();
  const listening = new Set<Socket>();
  const frozen = new Set<Socket>();
  let isFrozen = false;
  let listeners = 0;

  const server = createServer((near) => {
    const far = connect(targetPort, '127.0.0.1');
    const isCut = () => isFrozen || frozen.has(near);
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
        if (!isCut()) other.write(chunk);
      });
      socket.on('error', () => {});
      socket.on('close', () => {
        sockets.delete(socket);
        if (!isCut()) other.destroy();
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
    get listeners() {
      return listeners;
    },
    freeze() {
      isFrozen = true;
    },
    freezeListeners() {
      for (const socket of listening) frozen.add(socket);
    },
    mend() {
      tear();
      isFrozen = false;
      frozen.clear();
    },
    stop() {
      server.close();
      tear();
    },
  };
}
