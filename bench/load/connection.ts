import { connect, type Socket } from 'node:net';

/**
 * One connection of HTTP/1.1 that is kept open, with one request at a time, each handed over as finished bytes: what
 * measures must cost less than what is measured.
 */
export type Connection = {
  /** Resolves with the status of the answer. */
  readonly send: (request: Buffer) => Promise<number>;
  readonly close: () => void;
};

const HEAD_END = Buffer.from('\r\n\r\n');

export const openConnection = async (port: number): Promise<Connection> => {
  const socket = connect({ port, host: '127.0.0.1', noDelay: true });
  let waiting: PromiseWithResolvers<number> | null = null;
  let read: Buffer = Buffer.alloc(0);
  await opened(socket);

  socket.on('data', (chunk) => {
    read = read.length === 0 ? chunk : Buffer.concat([read, chunk]);
    const answer = answerIn(read);
    if (answer === null) return;
    read = Buffer.alloc(0);
    const { resolve } = waiting ?? {};
    waiting = null;
    resolve?.(answer.status);
  });
  const fail = (): void => waiting?.reject(new Error('the connection was closed before the answer'));
  socket.on('error', fail);
  socket.on('close', fail);

  return {
    send: (request) => {
      waiting = Promise.withResolvers();
      socket.write(request);
      return waiting.promise;
    },
    close: () => socket.destroy(),
  };
};

const opened = (socket: Socket): Promise<void> =>
  new Promise((resolve, reject) => {
    socket.once('connect', resolve);
    socket.once('error', reject);
  });

/** Null while it has not come whole. */
const answerIn = (read: Buffer): { readonly status: number } | null => {
  const end = read.indexOf(HEAD_END);
  if (end < 0) return null;
  const head = read.toString('latin1', 0, end);
  const status = Number(head.slice(9, 12));
  const length = /\r\ncontent-length: *(\d+)/i.exec(head)?.[1];
  if (length !== undefined) return read.length >= end + 4 + Number(length) ? { status } : null;
  const isWhole = status === 204 || status === 304 || read.subarray(-5).toString('latin1') === '0\r\n\r\n';
  return isWhole ? { status } : null;
};

/** Lends its connections, and opens as many as are wanted at once. */
export const openPool = (port: number): Connection => {
  const free: Connection[] = [];
  return {
    send: async (request) => {
      const connection = free.pop() ?? (await openConnection(port));
      const status = await connection.send(request);
      free.push(connection);
      return status;
    },
    close: () => {
      for (const connection of free.splice(0)) connection.close();
    },
  };
};
