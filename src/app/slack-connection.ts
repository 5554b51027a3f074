import { createSeldom } from '../bridge/seldom.ts';
import type { SlackNews } from '../slack/news.ts';
import type { Ground } from './ground.ts';

/** Socket Mode, when it is used: while it is away nothing that is written in Slack reaches us. */

export type HearConnection = (news: Extract<SlackNews, { type: 'connection' }>) => void;

type Told = Pick<Ground, 'config' | 'health' | 'sighted' | 'log' | 'alarm'>;

const REFUSED =
  'Slack refuses SLACK_APP_TOKEN: nothing that is written in Slack is heard, while what customers write still arrives. Create an app-level token with connections:write on the app’s page, put it into SLACK_APP_TOKEN and restart; what was written meanwhile is found by reading.';

const FAILED = 'there is no connection to Slack; it is tried again';
const UNREAD = 'something that Slack told over the connection could not be read';

export const hearConnection = ({ config, health, sighted, log, alarm }: Told): HearConnection => {
  const failing = createSeldom();
  const refused = createSeldom();
  let isFirst = true;
  if (config.secrets.slackTransport.kind === 'socket') health.hears('slack', false);

  return ({ up, error }) => {
    const isStart = isFirst;
    isFirst = false;
    health.hears('slack', up);
    if (up) sighted.taken('slack');
    if (error === null) {
      log.info({ up }, 'the connection to Slack changed');
      if (!up) return;
      failing.isOver();
      refused.isOver();
      return;
    }
    failing.say(() => log.warn({ up, error }, up ? UNREAD : FAILED));
    // At the first try of all it ends the start, which says so itself.
    if (error.facts.kind === 'auth' && !isStart) refused.say(() => alarm('slack:app_token', REFUSED));
  };
};
