import { once } from 'node:events';
import type { Server } from 'node:http';
import { createServer } from 'node:net';
import type { AddressInfo, Socket } from 'node:net';

/** A server on a loopback port that can go away and come back there: what an outage of a vendor is made of. */
export interface Listening {
  readonly origin: () => string;
  readonly port: () => number;
  /** The first call chooses the port, later ones come back to it. Resolves to whether it was down. */
  readonly up: (port?: number) => Promise<boolean>;
  /** Connections are refused and those under way are cut. Resolves to whether it was up. */
  readonly down: () => Promise<boolean>;
}

export function createListening(server: Server): Listening {
  const sockets = new Set<Socket>();
  let port = 0;
  // Those that became WebSockets are no longer the server's to close.
  server.on('connection', (socket: Socket) => {
    sockets.add(socket);
    socket.once('close', () => sockets.delete(socket));
  });
  return {
    origin: () => `http://127.0.0.1:${port}`,
    port: () => port,
    up: async (wanted = port) => {
      if (server.listening) return false;
      server.listen(wanted, '127.0.0.1');
      await once(server, 'listening');
      port = portOf(server.address());
      return true;
    },
    down: async () => {
      if (!server.listening) return false;
      const closed = once(server, 'close');
      server.close();
      for (const socket of sockets) socket.destroy();
      await closed;
      return true;
    },
  };
}

/** For who must know the address before anything listens there, and come back to it after a crash. */
export async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const port = portOf(server.address());
  server.close();
  await once(server, 'close');
  return port;
}

function portOf(address: AddressInfo | string | null): number {
  if (address === null || typeof address === 'string') throw new Error('the server listens on no port');
  return address.port;
}
