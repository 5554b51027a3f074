import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import type { WebSocket } from 'ws';
import { WebSocketServer } from 'ws';
import type { Answer, Pace, Transport } from './transport.ts';
import type { Json, Outgoing } from './wire.ts';
import { isObject, parseJson } from './wire.ts';
import type { Workspace } from './workspace.ts';
import { newUuid } from './workspace.ts';

const MAX_CONNECTIONS = 10;
const TICKET_LIFE_MS = 30_000;
const FAREWELL_MS = 100;

export interface SocketMode extends Transport {
  /** A single-use address for one connection. */
  newUrl: (origin: string) => string;
  upgrade: (request: IncomingMessage, socket: Duplex, head: Buffer) => void;
  connections: () => number;
  /** Slack's planned farewell; the connection is then closed from here. */
  disconnect: (reason: 'warning' | 'refresh_requested' | 'link_disabled') => void;
  /** The line is cut without a word. */
  cut: () => void;
  close: () => Promise<void>;
}

export function createSocketMode(workspace: Workspace, pace: Pace, pingMs: number): SocketMode {
  const server = new WebSocketServer({ noServer: true });
  const sockets = new Set<WebSocket>();
  const tickets = new Map<string, number>();
  const waiting = new Map<string, (answer: { payload: Json | undefined } | undefined) => void>();
  let arrivals: (() => void)[] = [];
  let turn = 0;

  const pings = setInterval(() => {
    for (const socket of sockets) socket.ping(`Ping from casebridge sandbox: ${workspace.now()}`);
  }, pingMs).unref();

  const accept = (socket: WebSocket): void => {
    sockets.add(socket);
    const info = { app_id: workspace.app.id };
    const debug = { host: 'applink-sandbox', approximate_connection_time: 18_060 };
    const hello = { type: 'hello', num_connections: sockets.size, debug_info: debug, connection_info: info };
    socket.send(JSON.stringify(hello));
    for (const arrival of arrivals.splice(0)) arrival();
    socket.on('message', (frame: Buffer) => {
      const ack = parseJson(frame.toString('utf8'));
      const id = isObject(ack) ? ack['envelope_id'] : undefined;
      if (isObject(ack) && typeof id === 'string') waiting.get(id)?.({ payload: ack['payload'] });
    });
    socket.on('error', () => undefined);
    socket.on('close', () => sockets.delete(socket));
  };

  /** One payload goes to one connection; undefined when nobody acknowledged it in time. */
  const sendOnce = (envelope: Outgoing & { envelope_id: string }, ms: number) => {
    const open = [...sockets].filter((socket) => socket.readyState === socket.OPEN);
    turn += 1;
    const socket = open[turn % Math.max(open.length, 1)];
    if (socket === undefined) return Promise.resolve(undefined);
    return new Promise<{ payload: Json | undefined } | undefined>((resolve) => {
      const settle = (answer: { payload: Json | undefined } | undefined) => {
        clearTimeout(timer);
        socket.off('close', gone);
        waiting.delete(envelope.envelope_id);
        resolve(answer);
      };
      const gone = () => settle(undefined);
      const timer = setTimeout(gone, ms).unref();
      socket.once('close', gone);
      waiting.set(envelope.envelope_id, settle);
      socket.send(JSON.stringify(envelope));
    });
  };

  const connected = (): Promise<void> => {
    if (sockets.size > 0) return Promise.resolve();
    return new Promise((resolve, reject) => {
      arrivals.push(resolve);
      pace.signal.addEventListener('abort', () => reject(new Error('closed')), { once: true });
    });
  };

  return {
    newUrl: (origin) => {
      const ticket = newUuid(workspace);
      tickets.set(ticket, workspace.now());
      return `${origin.replace(/^http/, 'ws')}/link/?ticket=${ticket}&app_id=${workspace.app.id}`;
    },
    upgrade: (request, socket, head) => {
      const ticket = new URL(request.url ?? '', 'http://localhost').searchParams.get('ticket') ?? '';
      const issued = tickets.get(ticket);
      tickets.delete(ticket);
      if (issued === undefined || workspace.now() - issued > TICKET_LIFE_MS) {
        socket.end('HTTP/1.1 403 Forbidden\r\nconnection: close\r\n\r\n');
        return;
      }
      server.handleUpgrade(request, socket, head, (client) => {
        if (sockets.size < MAX_CONNECTIONS) return accept(client);
        client.send(JSON.stringify({ type: 'disconnect', reason: 'too_many_websockets' }));
        client.close();
      });
    },
    deliver: async (delivery) => {
      let reason = '';
      for (const [retry, pause] of [0, ...pace.retries].entries()) {
        if (pause > 0) await sleep(pause, undefined, { signal: pace.signal, ref: false });
        await connected();
        const began = workspace.now();
        const again = { retry_attempt: retry, retry_reason: reason };
        const envelope = { envelope_id: newUuid(workspace), type: 'events_api', payload: delivery.envelope };
        const answer = await sendOnce({ ...envelope, accepts_response_payload: false, ...again }, pace.answerMs);
        const attempt = { at: began, retry, ms: workspace.now() - began };
        delivery.attempts.push(answer === undefined ? { ...attempt, reason: 'timeout' } : { ...attempt, status: 200 });
        if (answer !== undefined) return void (delivery.state = 'delivered');
        reason = 'timeout';
      }
      if (delivery.state === 'pending') delivery.state = 'given up';
    },
    ask: async (kind, payload): Promise<Answer> => {
      if (sockets.size === 0) return { ok: false, error: 'dispatch_failed' };
      const envelope = { envelope_id: newUuid(workspace), type: kind, payload, accepts_response_payload: true };
      const answer = await sendOnce(envelope, pace.answerMs);
      if (answer === undefined) return { ok: false, error: 'operation_timeout' };
      // Slack's client acknowledges with an empty object when there is nothing to say.
      const empty = isObject(answer.payload) && Object.keys(answer.payload).length === 0;
      return { ok: true, body: empty ? undefined : answer.payload };
    },
    connections: () => sockets.size,
    disconnect: (reason) => {
      for (const socket of sockets) {
        socket.send(JSON.stringify({ type: 'disconnect', reason, debug_info: { host: 'applink-sandbox' } }));
        if (reason !== 'warning') socket.close();
      }
    },
    cut: () => {
      for (const socket of sockets) socket.terminate();
    },
    close: async () => {
      clearInterval(pings);
      for (const socket of sockets) socket.close(1001);
      // Time for the closing handshake, lest the other side logs an error.
      for (let waited = 0; sockets.size > 0 && waited < FAREWELL_MS; waited += 5) await sleep(5);
      for (const socket of sockets) socket.terminate();
      server.close();
    },
  };
}
