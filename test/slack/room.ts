import { DeliveryId } from '../../src/core/ids.ts';
import type { NewEvent } from '../../src/delivery/ports.ts';
import { createOutward } from '../../src/files/outward.ts';
import { C, U } from '../../src/sandbox/slack/seed.ts';
import type { SlackSimulator } from '../../src/sandbox/slack/server.ts';
import { startSlack } from '../../src/sandbox/slack/server.ts';
import type { SlackNews } from '../../src/slack/news.ts';
import type { Slack, SlackOptions } from '../../src/slack/receiver.ts';
import { createSlack } from '../../src/slack/receiver.ts';

export type Room = {
  readonly simulator: SlackSimulator;
  readonly slack: Slack;
  /** `http://127.0.0.1:PORT` of the app. */
  readonly url: string;
  /** What was stored, in order; known keys are stored once. */
  readonly inbox: readonly NewEvent[];
  readonly told: readonly NewEvent[];
  readonly news: readonly SlackNews[];
  readonly close: () => Promise<void>;
  [Symbol.asyncDispose](): Promise<void>;
};

export type Wishes = Partial<SlackOptions> & {
  readonly simulator?: Parameters<typeof startSlack>[0];
  readonly socket?: boolean;
};

const RETRIES_MS = [20, 40, 80];

/** The Slack room on real sockets, with a list for an inbox. */
export const openRoom = async ({ simulator: seed, socket = false, ...wishes }: Wishes = {}): Promise<Room> => {
  const simulator = await startSlack({ retries: RETRIES_MS, rateLimits: false, socketMode: socket, ...seed });
  const { app } = simulator.workspace;
  const inbox: NewEvent[] = [];
  const told: NewEvent[] = [];
  const news: SlackNews[] = [];
  const outward = createOutward(new Set([simulator.url]));
  const slack = createSlack({
    transport: socket ? { kind: 'socket', appToken: app.appToken } : { kind: 'http', signingSecret: app.signingSecret },
    botToken: app.botToken,
    apiUrl: simulator.apiUrl,
    command: '/case',
    host: '127.0.0.1',
    port: 0,
    routes: [],
    accepting: () => true,
    needsForm: () => null,
    errorsOf: () => ({}),
    suggest: async () => [],
    send: outward.send,
    tell: (item) => void news.push(item),
    ...wishes,
    intake: async (events) => {
      told.push(...events);
      await wishes.intake?.(events);
      return events.map((event) => {
        if (inbox.some(({ key }) => key === event.key)) return false;
        inbox.push(event);
        return true;
      });
    },
  });
  await slack.identify();
  const { port } = await slack.start();
  const url = `http://127.0.0.1:${port}`;
  if (!socket && !(await simulator.connect(`${url}/slack/events`))) throw new Error('the request URL was not verified');
  const close = async (): Promise<void> => {
    await slack.stop(1000);
    await outward.close();
    await simulator.close();
  };
  return {
    simulator,
    slack,
    url,
    inbox,
    told,
    news,
    close,
    [Symbol.asyncDispose]: close,
  };
};

/** A message of Anna in a thread, as the app is told of it. */
export const reply = ({ simulator }: Room) => {
  const root = simulator.say(U.anna, C.support, 'root');
  return simulator.say(U.anna, C.support, 'hello', { threadTs: root.ts });
};

export const marker = (delivery: string, link: string | null = 'T1:acquire:acme:7') => ({
  delivery: DeliveryId.parse(delivery),
  link,
});
