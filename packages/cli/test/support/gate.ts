import { connect, createServer, type Server, type Socket } from 'node:net';

/** A way to a server that can be shut. */
export interface Gate {
  readonly port: number;
  /** Lets connections through. */
  open(): Promise<void>;
  /** Ends all connections, and nobody answers any more. */
  shut(): void;
  /** Connections stay, and nothing goes through. */
  freeze(): void;
}

/** @param port Where it stands; nobody answers there until it is opened. */
export function createGate(port: number, targetPort: number): Gate {
  const sockets = new Set<Socket>();
  let server: Server | undefined;

  function pass(near: Socket): void {
    const far = connect(targetPort, '127.0.0.1');
    near.pipe(far);
    far.pipe(near);
    for (const socket of [near, far]) {
      sockets.add(socket);
      socket.on('error', () => {});
      socket.on('close', () => {
        sockets.delete(socket);
        near.destroy();
        far.destroy();
      });
    }
  }

  return {
    port,
    open: () =>
      new Promise((resolve) => {
        server = createServer(pass).listen(port, '127.0.0.1', () => resolve());
      }),
    shut() {
      server?.close();
      for (const socket of sockets) socket.destroy();
    },
    freeze() {
      for (const socket of sockets) {
        socket.unpipe();
        socket.pause();
      }
    },
  };
}
