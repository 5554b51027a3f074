import { randomUUID } from 'node:crypto';
import { createAcquire } from '../acquire/client.ts';
import { parseWebhook, signatureHeader, verifySignature } from '../acquire/webhook.ts';
import { readRecord, storeRecord } from '../bridge/records.ts';
import { errorsOf, formTitle } from '../core/forms.ts';
import { AccountId } from '../core/ids.ts';
import type { Helpdesk } from '../core/ports.ts';
import type { Json } from '../delivery/ports.ts';
import { healthRoutes, type Readiness } from '../http/health.ts';
import { metricsRoute } from '../http/metrics.ts';
import { webhookRoute } from '../http/webhook.ts';
import { Identity } from '../slack/api.ts';
import type { SlackNews } from '../slack/news.ts';
import { createSlack, type Slack, type SlackOptions } from '../slack/receiver.ts';
import type { Ground } from './ground.ts';

/** The rooms of both vendors, with what each is told of the rest, and the one HTTP server's routes. */

export type AcquireRoom = { readonly helpdesk: Helpdesk; readonly account: AccountId; readonly senders: Set<string> };

export const openAcquire = async (ground: Ground, onRequest: () => void): Promise<AcquireRoom> => {
  const { config, records, log } = ground;
  const account = AccountId.parse(`acquire:${config.acquire.account}`);
  const senders = new Set((await readRecord(records, 'own_senders', account))?.value.ids ?? []);
  const acquire = createAcquire({
    account,
    origin: config.acquire.origin,
    apiKey: config.secrets.acquireApiKey,
    userTypeParam: config.acquire.userTypeParam,
    onRequest,
    ownSenders: senders,
    onOwnSender: (id) => {
      senders.add(id);
      const value = { version: 1 as const, ids: [...senders] };
      ground.inBackground(storeRecord(records, 'own_senders', { key: account, value }), 'store an own sender');
    },
    onBadRows: (count, where) => log.warn({ count, where }, 'rows of a list could not be read and were left out'),
  });
  return { helpdesk: ground.health.observe('acquire', acquire), account, senders };
};

export type SlackRoom = Pick<SlackOptions, 'suggest' | 'routes'> & {
  /** Events may not have reached us. */
  readonly missed: () => void;
};

export const openSlack = async (ground: Ground, { suggest, routes, missed }: SlackRoom): Promise<Slack> => {
  const { config, life } = ground;
  const remembered = Identity.safeParse(await ground.records.get('identity', 'slack'));
  return createSlack({
    transport: config.secrets.slackTransport,
    botToken: config.secrets.slackBotToken,
    apiUrl: config.slack.apiUrl,
    command: config.slack.command,
    host: config.http.host,
    port: config.http.port,
    routes,
    intake: (events) => ground.store.deliveries.put(events),
    accepting: () => life.stage === 'open',
    needsForm: formTitle,
    errorsOf,
    suggest,
    tell: (news) => {
      hearSlack(ground, news);
      if (mayHaveMissed(news)) missed();
    },
    remembered: remembered.success ? remembered.data : null,
    now: ground.now,
  });
};

/** A connection that was away, an event we refused, or one that had to be told again. */
const mayHaveMissed = (news: SlackNews): boolean =>
  (news.type === 'connection' && news.up) || (news.type === 'refused' && news.status >= 500) || news.type === 'retried';

const hearSlack = (ground: Ground, news: SlackNews): void => {
  const { log, metrics, alarm } = ground;
  switch (news.type) {
    case 'ignored':
      return metrics.told('slack', 'ignored');
    case 'refused':
      metrics.told('slack', 'refused');
      return log.warn({ status: news.status, reason: news.reason }, 'a request from Slack was refused');
    case 'identified':
      return ground.inBackground(ground.records.set('identity', 'slack', news.identity), 'store who we are in Slack');
    case 'connection':
      return log.info({ up: news.up, error: news.error }, 'the connection to Slack changed');
    case 'tokens_revoked':
    case 'uninstalled':
      return alarm(
        `slack:${news.type}`,
        'Slack has taken the app’s token back. Nothing is lost; install the app again and put the new token into SLACK_BOT_TOKEN.',
      );
    case 'events_limited':
      return alarm('slack:limited', 'Slack holds events back because there were more than 30,000 in an hour.');
    case 'retried':
      return log.info({ attempt: news.attempt }, 'Slack sent an event again');
    case 'failed':
      return log.error({ what: news.what, error: news.error }, 'something in the Slack room failed');
  }
};

/** Everything that is not Slack's on the HTTP server. */
export const routesOf = (ground: Ground, acquire: AcquireRoom, pollAgeMs: () => Readiness['pollAgeMs']) => {
  const { store, life, health, metrics, config } = ground;
  const secret = config.secrets.acquireWebhook;
  return [
    ...healthRoutes({
      writable: store.writable,
      open: () => life.stage === 'open' && life.hasBaseline,
      readiness: () => ({ slack: health.of('slack'), acquire: health.of('acquire'), pollAgeMs: pollAgeMs() }),
    }),
    metricsRoute(metrics, config.secrets.metricsToken),
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
      if ('ignored' in told) return told;
      // A nudge only makes us read, so a repeated one is worth its own row: an equal body may tell of a new thing.
      const key = `${told.key}:${randomUUID()}`;
      return { event: { key, lane: `case:${account}:${told.event.case}`, payload: toJson(told.event) } };
    },
    store: (events) => ground.store.deliveries.put(events),
    noted: (outcome, reason) => {
      ground.metrics.told('acquire', outcome);
      if (outcome !== 'accepted') ground.log.warn({ outcome, reason }, 'a webhook was not stored');
    },
  });

const toJson = (value: object): Json => JSON.parse(JSON.stringify(value));
