import { type FileRoom, openFiles } from './app/files.ts';
import { audited, createAuditKeeper, noteLookup } from './app/audit.ts';
import { eraser, fileRemover, isErasure } from './app/erasing.ts';
import { createLife, type App } from './app/life.ts';
import { type GiosgRoom, openGiosg } from './app/giosg.ts';
import { type GroundOptions, type Ground, layGround } from './app/ground.ts';
import { type AcquireRoom, openAcquire, openSlack, routesOf } from './app/vendors.ts';
import { type CatchUp, createCatchUp } from './bridge/cases/catch-up.ts';
import { standingOf } from './bridge/agents.ts';
import type { Bridge } from './bridge/context.ts';
import { createFloodGuard } from './bridge/cases/flood.ts';
import { suggestContacts } from './bridge/doors/forms.ts';
import { createHandler } from './bridge/inbox/inbox.ts';
import { createOwnPosts } from './bridge/inbox/own-posts.ts';
import { operate } from './bridge/inbox/orders.ts';
import { createPoller, type Poller } from './bridge/cases/poller.ts';
import { createCaseReads, createReadTurns, type ReadBudget, type ReadTurns } from './bridge/reads.ts';
import { createToHelpdesk } from './bridge/outbox/to-helpdesk.ts';
import { createToSlack } from './bridge/outbox/to-slack.ts';
import { createWatchSeeker } from './bridge/threads/lost-watches.ts';
import { createVisitorWatch } from './bridge/visitors/visitor-watch.ts';
import { ChannelId } from './core/ids.ts';
import type { Failure } from './delivery/errors.ts';
import { createHousekeeping } from './delivery/housekeeping.ts';
import { createInbox } from './delivery/inbox.ts';
import { createOutbox } from './delivery/outbox.ts';
import { createSolitude } from './delivery/solitude.ts';
import type { Destination, Retention, Worker } from './delivery/ports.ts';
import type { Slack } from './slack/receiver.ts';
import { mentionsOf, plainStart, plainText, readText } from './slack/text.ts';

/** The composition root: the ground, the rooms of both vendors, the bridge between them, the workers, and their life. */

const SECOND = 1000;
const MINUTE = 60 * SECOND;
const DAY = 24 * 60 * MINUTE;

const RETENTION: Retention = { textMs: DAY, deadTextMs: 30 * DAY, keyMs: 30 * DAY };
/** Two requests a second, and a start at once for the first few (contract section 6). */
const READ_BUDGET: ReadBudget = { perSecond: 2, burst: 10 };

export { type App, StartRefused } from './app/life.ts';
export { filesProblems } from './app/files.ts';

/** Beside the configuration: what tests and benchmarks replace. */
export type AppOptions = GroundOptions & {
  readonly readBudget?: ReadBudget;
  readonly attemptMs?: number;
};

/** Rejects when the store cannot be used; nothing is started yet. */
export const createApp = async (options: AppOptions): Promise<App> => {
  const ground = await layGround(options);
  const turns = createReadTurns(options.readBudget ?? READ_BUDGET, ground.now);
  const files = openFiles(ground);
  const acquire = await openAcquire(ground, () =>
    ground.metrics.acquireRequests.inc({ purpose: turns.spent() ?? 'other' }),
  );
  const giosg = openGiosg(ground);
  const noted = noteLookup({ records: ground.records, now: ground.now });
  const slack = await openSlack(ground, {
    routes: [
      ...routesOf(ground, acquire, () => ({ pollAgeMs: poller.roundAge(), readsWaiting: turns.waiting() })),
      files.route,
    ],
    send: files.send,
    suggest: (question) => {
      ground.inBackground(noted(question.member, question.channel), 'note a look-up');
      return suggest(bridge, question);
    },
    missed: () => catchUp.missed(),
    seen: (post) => ownPosts.seen(post),
  });
  const bridge = buildBridge(ground, { acquire, giosg, slack, turns, files });
  const poller: Poller = createPoller(bridge, { everyMs: ground.config.acquire.pollMs });
  const catchUp = createCatchUp(bridge);
  const ownPosts = createOwnPosts(bridge);
  const workers = [...hireWorkers(ground, { bridge, catchUp }, options), files.sweeper(bridge)];
  const { helpdesk } = acquire;
  const stopReading = (): void => {
    bridge.reads.stop();
    giosg?.stop();
  };
  const watch = giosg === null ? [] : [createVisitorWatch(bridge, giosg), createWatchSeeker(bridge, giosg)];
  return createLife(ground, {
    slack,
    helpdesk,
    greetings: giosg === null ? [] : [() => giosg.greet()],
    poller,
    catchUp,
    workers: [...watch, ...workers, ownPosts],
    stopReading,
  });
};

/** The variable whose value its vendor refused. */
export const refusedVariable = ({
  facts,
}: Failure): 'SLACK_BOT_TOKEN' | 'SLACK_APP_TOKEN' | 'ACQUIRE_API_KEY' | 'GIOSG_API_TOKEN' => {
  if (facts.side === 'giosg') return 'GIOSG_API_TOKEN';
  if (facts.side !== 'slack') return 'ACQUIRE_API_KEY';
  return facts.attempted === 'apps.connections.open' ? 'SLACK_APP_TOKEN' : 'SLACK_BOT_TOKEN';
};

type Question = { readonly member: Parameters<typeof standingOf>[1]; readonly channel: ChannelId | null } & {
  readonly query: string;
};

/** Contacts to choose from, for agents only. Nobody waits for a look-up that does not succeed at once. */
const suggest = async (bridge: Bridge, { member, channel, query }: Question) => {
  const nearest = channel ?? bridge.channels().home;
  const standing = await standingOf(bridge, member, { at: 0, channel: nearest });
  return standing.is === 'agent' ? suggestContacts(bridge, query) : [];
};

type Rooms = {
  readonly acquire: AcquireRoom;
  readonly giosg: GiosgRoom | null;
  readonly slack: Slack;
  readonly turns: ReadTurns;
  readonly files: FileRoom;
};

const buildBridge = (ground: Ground, { acquire, giosg, slack, turns, files }: Rooms): Bridge => {
  const { config, health, log, alarm, store, records, routes } = ground;
  const { helpdesk } = acquire;
  // Moments are compared with what the store says, and it may be on another machine.
  const now = (): number => store.deliveries.now();
  return {
    helpdesk,
    chat: health.observe('slack', slack.chat),
    store: store.deliveries,
    records,
    reads: createCaseReads({ helpdesk, turns, now }),
    visitors: giosg,
    text: { read: readText, plain: plainText, start: plainStart, mentions: mentionsOf },
    files: files.files,
    // What the file says of a system that is not set up must not lead to buttons.
    channels: giosg === null ? () => ({ ...routes.current(), giosg: null }) : routes.current,
    agentGroup: config.slack.agentGroup ?? null,
    alertChannel: config.channels.alerts === undefined ? null : ChannelId.parse(config.channels.alerts),
    command: config.slack.command,
    editWindowMs: config.editWindowMs,
    health: () => ({
      slack: health.of('slack'),
      acquire: health.of('acquire'),
      giosg: giosg === null ? null : health.of('giosg'),
    }),
    mayStartThread: createFloodGuard(alarm),
    lead: store.lead,
    now,
    log,
    alarm,
  };
};

const hireWorkers = (
  ground: Ground,
  { bridge, catchUp }: { readonly bridge: Bridge; readonly catchUp: CatchUp },
  { attemptMs, hooks = {} }: AppOptions,
): readonly Worker[] => {
  const { log } = ground;
  const { leaseMs, crashPoint, destination = (way: Destination) => way } = hooks;
  const store = ground.store.deliveries;
  const erase = eraser({ store: ground.store, removeFile: fileRemover(ground.config) });
  const toSlack = destination(createToSlack(bridge));
  const toHelpdesk = destination(createToHelpdesk(bridge, catchUp));
  const lease = leaseMs === undefined ? {} : { leaseMs };
  const solitude = createSolitude();
  return [
    createInbox({
      store,
      handle: audited(createHandler(bridge), { records: bridge.records, now: () => bridge.now() }),
      log,
      solitude,
      ...lease,
      onDead: ({ id }) =>
        ground.alarm(`event:${id}`, `An event could not be worked on and was set aside (number ${id}). See the log.`),
    }),
    createOutbox({
      store,
      destinationOf: (delivery) => (delivery.gates[0] === 'acquire' ? toHelpdesk : toSlack),
      log,
      solitude,
      ...lease,
      ...(attemptMs === undefined ? {} : { attemptMs }),
      ...(crashPoint === undefined ? {} : { crashPoint }),
    }),
    createHousekeeping({
      store,
      retention: RETENTION,
      onOrder: (order) => (isErasure(order.order) ? erase(order.order) : operate(bridge, order)),
      log,
    }),
    createAuditKeeper(
      (...what) => ground.store.forget(...what),
      () => bridge.now(),
    ),
  ];
};
