import { randomUUID } from 'node:crypto';
import { createAcquire } from '../acquire/client.ts';
import { parseWebhook, signatureHeader, verifySignature } from '../acquire/webhook.ts';
import type { OwnPost } from '../bridge/inbox/own-posts.ts';
import { formTitle } from '../core/forms.ts';
import { AccountId } from '../core/ids.ts';
import type { Helpdesk } from '../core/ports.ts';
import { mayReact } from '../core/settings.ts';
import { errorsOf } from '../core/submitted.ts';
import { Failure } from '../delivery/errors.ts';
import { isJson } from '../delivery/json.ts';
import { healthRoutes } from '../http/health.ts';
import { rationed } from '../http/limits.ts';
import { metricsRoute } from '../http/metrics-route.ts';
import type { Polling } from '../http/metrics.ts';
import { webhookRoute } from '../http/webhook.ts';
import { Identity } from '../slack/api.ts';
import type { SlackNews } from '../slack/news.ts';
import { createSlack, type Slack, type SlackOptions } from '../slack/receiver.ts';
import type { Ground } from './ground.ts';
import { answeredBy, metricsPage } from './metered.ts';
import { senderMemory } from './own-senders.ts';
import { type HearConnection, hearConnection } from './slack-connection.ts';

/** The rooms of both vendors, with what each is told of the rest, and the one HTTP server's routes. */

export type AcquireRoom = {
  readonly helpdesk: Helpdesk;
  readonly account: AccountId;
  readonly senders: ReadonlySet<string>;
};

export const openAcquire = async (ground: Ground, onRequest: () => void): Promise<AcquireRoom> => {
  const { config, log } = ground;
  const account = AccountId.parse(`acquire:${config.acquire.account}`);
  const senders = await senderMemory(ground, account);
  const acquire = createAcquire({
    account,
    origin: config.acquire.origin,
    apiKey: config.secrets.acquireApiKey,
    userTypeParam: config.acquire.userTypeParam,
    onRequest,
    onAnswer: answeredBy(ground.metrics, 'acquire'),
    agentKeys: ground.agentKeys.keys,
    onRefusedKey: (author) => ground.inBackground(tellOfRefusedKey(ground, acquire, author), 'tell of a refused key'),
    ownSenders: senders,
    onOwnSender: senders.learn,
    onBadRows: (count, where) => log.warn({ count, where }, 'rows of a list could not be read and were left out'),
  });
  return {
    helpdesk: ground.health.observe('acquire', acquire, ['probe', 'listOpenCases']),
    account,
    senders: senders.ids,
  };
};

/** Named by the agent's number and the line of the file: an address is nothing for a log. */
const tellOfRefusedKey = async (ground: Ground, helpdesk: Helpdesk, author: string): Promise<void> => {
  const place = ground.agentKeys.places.get(author) ?? 'AGENT_KEYS_FILE';
  const agent = await agentNumber(helpdesk, author);
  const whose = agent === null ? 'an agent' : `agent ${agent}`;
  ground.alarm(
    `acquire:own-key:${place}`,
    `Acquire refuses the own key of ${whose} (AGENT_KEYS_FILE ${place}). What they write goes out under the name of the common key meanwhile. Put an active key there and restart, or take the line out.`,
  );
};

/** Decoration of the alarm: it is raised whether or not anybody can say whose number it is. */
const agentNumber = async (helpdesk: Helpdesk, author: string): Promise<string | null> => {
  try {
    return (await helpdesk.agents()).find(({ email }) => email?.toLowerCase() === author)?.id ?? null;
  } catch (error) {
    if (error instanceof Failure) return null;
    throw error;
  }
};

export type SlackRoom = Pick<SlackOptions, 'suggest' | 'routes' | 'send'> & {
  /** Events may not have reached us. */
  readonly missed: () => void;
  /** Slack told of a post of ours. */
  readonly seen: (post: OwnPost) => void;
};

export const openSlack = async (ground: Ground, { suggest, routes, send, missed, seen }: SlackRoom): Promise<Slack> => {
  const { config, life } = ground;
  const remembered = Identity.safeParse(await ground.records.get('identity', 'slack'));
  const connection = hearConnection(ground);
  return createSlack({
    transport: config.secrets.slackTransport,
    botToken: config.secrets.slackBotToken,
    apiUrl: config.slack.apiUrl,
    command: config.slack.command,
    host: config.http.host,
    port: config.http.port,
    routes,
    send,
    intake: (events) => {
      ground.sighted.taken('slack');
      return ground.store.deliveries.put(events);
    },
    accepting: () => life.stage === 'open',
    reacts: (emoji, channel) => mayReact(ground.routes.current(), { emoji, channel }),
    needsForm: formTitle,
    errorsOf,
    suggest,
    tell: (news) => {
      hearSlack(ground, news, connection);
      if (mayHaveMissed(news)) missed();
      if (news.type === 'own') seen(ownPostFrom(news));
    },
    remembered: remembered.success ? remembered.data : null,
    answered: answeredBy(ground.metrics, 'slack'),
    now: ground.now,
  });
};

const ownPostFrom = ({ post: { marker, ...place } }: Extract<SlackNews, { type: 'own' }>): OwnPost => ({
  ...place,
  delivery: marker.delivery,
  link: marker.link,
  joined: [...(marker.joined ?? [])],
});

/** A connection that was away, an event we refused, or one that had to be told again. */
const mayHaveMissed = (news: SlackNews): boolean => {
  switch (news.type) {
    case 'connection':
      return news.up;
    case 'refused':
      return news.status >= 500;
    default:
      return news.type === 'retried' || news.type === 'returned' || news.type === 'events_limited';
  }
};

const hearSlack = (ground: Ground, news: SlackNews, connection: HearConnection): void => {
  const { log, metrics, alarm, sighted } = ground;
  switch (news.type) {
    case 'ignored':
      sighted.taken('slack');
      return metrics.told.inc({ source: 'slack', outcome: 'ignored' });
    case 'verified':
      return sighted.taken('slack');
    case 'own':
      return;
    case 'refused':
      metrics.told.inc({ source: 'slack', outcome: 'refused' });
      if (news.status === 401 && news.bearsSignature) sighted.refused('slack', news.status);
      return log.warn({ status: news.status, reason: news.reason }, 'a request from Slack was refused');
    case 'identified':
      return ground.inBackground(ground.records.set('identity', 'slack', news.identity), 'store who we are in Slack');
    case 'connection':
      return connection(news);
    case 'tokens_revoked':
    case 'uninstalled':
      return alarm(
        `slack:${news.type}`,
        'Slack has taken the app’s token back. Nothing is lost; install the app again and put the new token into SLACK_BOT_TOKEN.',
      );
    case 'events_limited':
      return alarm('slack:limited', 'Slack holds events back because there were more than 30,000 in an hour.');
    case 'returned':
      return log.info({}, 'a channel is open to us again');
    case 'retried':
      return log.info({ attempt: news.attempt }, 'Slack sent an event again');
    case 'failed':
      return log.error({ what: news.what, error: news.error }, 'something in the Slack room failed');
  }
};

/** Everything that is not Slack's on the HTTP server. */
export const routesOf = (ground: Ground, acquire: AcquireRoom, polling: () => Polling) => {
  const { store, life, health, config } = ground;
  const secret = config.secrets.acquireWebhook;
  return [
    ...healthRoutes({
      writable: store.writable,
      open: () => life.stage === 'open' && life.hasBaseline,
      readiness: () => ({ slack: health.of('slack'), acquire: health.of('acquire'), pollAgeMs: polling().pollAgeMs }),
    }).map((route) => rationed(route)),
    rationed(metricsRoute(metricsPage(ground, polling), config.secrets.metricsToken)),
    ...(secret === undefined ? [] : [acquireWebhook(ground, acquire, secret)]),
  ];
};

const acquireWebhook = (ground: Ground, { account, senders }: AcquireRoom, secret: string) =>
  webhookRoute({
    path: '/webhooks/acquire',
    signatureHeader,
    accepting: () => ground.life.stage === 'open',
    verify: (raw, signature) => verifySignature(raw, signature, secret),
    parse: (body) => {
      const told = parseWebhook(body, senders);
      ground.sighted.taken('acquire', 'event' in told ? told.event.event : undefined);
      if ('ignored' in told) return told;
      const payload: unknown = told.event;
      if (!isJson(payload)) return { ignored: 'not to be stored' };
      // A nudge only makes us read, so a repeated one is worth its own row: an equal body may tell of a new thing. The
      // moment goes first, so that what comes one after the other stands side by side in the store.
      const key = `${told.key}:${ground.now().toString(36)}:${randomUUID()}`;
      return { event: { key, lane: `case:${account}:${told.event.case}`, payload } };
    },
    store: (events) => ground.store.deliveries.put(events),
    noted: (outcome, { status, reason, unsigned }) => {
      if (outcome === 'accepted') return;
      if (status === 401 && unsigned !== true) ground.sighted.refused('acquire', status);
      ground.metrics.told.inc({ source: 'acquire', outcome });
      ground.log.warn({ outcome, reason }, 'a webhook was not stored');
    },
  });
