import type { Config } from '../config.ts';
import { agoInWords, type Judged, open, proven, wrong } from './check.ts';
import { fingerprints, type SeenSide, Sightings } from './sightings.ts';

/**
 * What no call from here can prove: that the sides reach us, and with our secrets. The last real requests prove it, as
 * the app has stored them.
 */

export type Seen = Readonly<Record<SeenSide, unknown>>;

/** `seen` as stored; null when the store could not be read. */
export const checkSeen = (
  config: Config,
  seen: Seen | null,
  now: number,
): Readonly<Record<SeenSide, readonly Judged[]>> => {
  const sightings = (side: SeenSide): Sightings | null => Sightings.safeParse(seen?.[side]).data ?? null;
  return {
    slack: [requestsOf('slack', { config, sightings: sightings('slack'), now })],
    acquire:
      config.secrets.acquireWebhook === undefined
        ? [
            proven('webhook secret', 'none is set: casebridge reads Acquire instead'),
            writing(sightings('acquire'), now),
          ]
        : [
            requestsOf('acquire', { config, sightings: sightings('acquire'), now }),
            messageWebhooks(sightings('acquire'), now),
            writing(sightings('acquire'), now),
          ],
  };
};

type Facts = { readonly config: Config; readonly sightings: Sightings | null; readonly now: number };

const requestsOf = (side: SeenSide, { config, sightings, now }: Facts): Judged => {
  const { item, variable, unseen, mend } = wordsOf(side, config);
  const print = fingerprints(config)[side];
  const { taken = null, refused = null } = sightings ?? {};
  const isRefused = refused !== null && refused.secret === print && refused.at > (taken?.at ?? 0);
  const forged = isRefused ? `a request with a wrong signature came ${agoInWords(refused.at, now)}` : null;
  if (taken !== null && taken.secret === print) {
    const when = agoInWords(taken.at, now);
    const fits = `it reaches us, and its signature fits; last ${when}`;
    if (forged === null) return proven(item, fits);
    if (now - taken.at < FRESH_MS) return proven(item, `${fits}; ${forged}, maybe by a stranger`);
    const found = `${forged}; the last right one came ${when}`;
    return now - taken.at < LONG_MS
      ? open(item, found, `unless a stranger sent it, ${mend}`)
      : wrong(item, found, mend);
  }
  if (forged !== null) {
    const before = taken === null ? 'none has been right' : `none has been right since ${variable} was changed`;
    return wrong(item, `${forged}; ${before}`, mend);
  }
  if (taken === null) return open(item, 'never seen', unseen);
  return open(item, `last seen ${agoInWords(taken.at, now)}, with another ${variable}`, unseen);
};

/** Whoever was right so lately has the right secret, whatever a stranger sent since. */
const FRESH_MS = 15 * 60_000;
/** After that it was hardly a stranger. */
const LONG_MS = 24 * 60 * 60_000;

const wordsOf = (side: SeenSide, { secrets, http }: Config) => {
  const host = http.publicUrl ?? 'https://HOST/';
  if (side === 'acquire')
    return {
      item: 'webhooks reach us',
      variable: 'ACQUIRE_WEBHOOK_SECRET',
      unseen: `start casebridge, change the status of a case in Acquire, and run this again; the webhook’s address is ${host}webhooks/acquire, and it needs the secret`,
      mend: 'give the webhook in Acquire ("Settings > For Developers > Webhooks") the secret of ACQUIRE_WEBHOOK_SECRET, and the format JSON',
    };
  if (secrets.slackTransport.kind === 'socket')
    return {
      item: 'Socket Mode',
      variable: 'SLACK_APP_TOKEN',
      unseen: 'start casebridge and run this again',
      mend: 'make a new app-level token for SLACK_APP_TOKEN',
    };
  return {
    item: 'Slack reaches us',
    variable: 'SLACK_SIGNING_SECRET',
    unseen: `start casebridge, write in its channel, and run this again; the Request URL on the app’s page must be ${host}slack/events`,
    mend: 'copy the Signing Secret from "Basic Information" into SLACK_SIGNING_SECRET; let no proxy change bodies',
  };
};

const MESSAGE_EVENT = 'case:message:new';

const messageWebhooks = (sightings: Sightings | null, now: number): Judged => {
  const at = sightings?.kinds[MESSAGE_EVENT];
  return at === undefined
    ? open(
        'webhook for each message',
        'never seen: customers’ messages come by reading cases every few seconds',
        'nothing has to be done; where Acquire offers a webhook for new messages, subscribe to it',
      )
    : proven('webhook for each message', `last ${agoInWords(at, now)}`);
};

const writing = (sightings: Sightings | null, now: number): Judged => {
  const at = sightings?.wrote ?? null;
  return at === null
    ? open(
        'right to write',
        'nothing was written to Acquire yet, and trying would reach a customer',
        'answer a case from Slack and run this again',
      )
    : proven('right to write', `last written ${agoInWords(at, now)}`);
};
