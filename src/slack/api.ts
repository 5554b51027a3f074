import type { Logger } from '@slack/bolt';
import type { WebClientOptions } from '@slack/web-api';
import { WebClient } from '@slack/web-api';
import { z } from 'zod';
import { MemberId, TeamId } from '../core/ids.ts';
import { Failure } from '../delivery/errors.ts';
import { LogLevel } from './bolt.ts';
import { failureOf, SIDE } from './errors.ts';
import { fetchWithin } from './fetch.ts';

export const REQUEST_TIMEOUT_MS = 8000;

/** Who we are in Slack, as the token says. The app keeps it, so that it can work while Slack is down. */
export const Identity = z.object({
  team: TeamId,
  teamName: z.string(),
  /** Where people open the workspace. */
  url: z.string(),
  botUser: MemberId,
  bot: z.string(),
  scopes: z.array(z.string()),
});
export type Identity = z.infer<typeof Identity>;

/** One try of one method of the Web API; what comes back passes `answer`. Rejects with `Failure`. */
export type Call = <T>(
  method: string,
  parameters: Readonly<Record<string, unknown>>,
  answer: z.ZodType<T>,
) => Promise<T>;

/** Told of every call of the Web API, however it ended. */
export type Answered = (ms: number, failure: Failure | null) => void;

export type Api = {
  readonly call: Call;
  /** Null while Slack has not told us. */
  known(): Identity | null;
  /** Throws `Failure` while Slack has not told us. */
  identity(): Identity;
  /** Asks Slack who we are. */
  identify(): Promise<Identity>;
};

/** Retries have one owner, the outbox; and the SDK's own would post twice. */
export const clientOptions = (apiUrl: string): WebClientOptions => ({
  slackApiUrl: apiUrl,
  allowAbsoluteUrls: false,
  retryConfig: { retries: 0 },
  rejectRateLimitedCalls: true,
  // The clock is kept where the call is made.
  timeout: 0,
  fetch: fetchWithin(REQUEST_TIMEOUT_MS),
  logger: silence,
});

/** What the SDK and Bolt log holds bodies and texts; what matters comes to us as errors. */
export const silence: Logger = {
  debug: () => undefined,
  info: () => undefined,
  warn: () => undefined,
  error: () => undefined,
  setLevel: () => undefined,
  getLevel: () => LogLevel.ERROR,
  setName: () => undefined,
};

const AuthTest = z.object({
  team_id: TeamId,
  team: z.string(),
  url: z.string(),
  user_id: MemberId,
  bot_id: z.string().optional(),
  response_metadata: z.object({ scopes: z.array(z.string()).catch([]) }).catch({ scopes: [] }),
});

/** Only a bot's token can do our work. */
const notABot = (): Failure =>
  new Failure({ kind: 'auth', side: SIDE, attempted: 'auth.test', effect: 'none', word: 'not_allowed_token_type' });

export const createApi = (options: {
  readonly token: string;
  readonly apiUrl: string;
  readonly remembered: Identity | null;
  readonly identified: (identity: Identity) => void;
  readonly answered?: Answered | undefined;
}): Api => {
  const client = new WebClient(options.token, clientOptions(options.apiUrl));
  let known = options.remembered;
  const { answered = () => undefined } = options;
  const call: Call = async (method, parameters, answer) => {
    const began = performance.now();
    const said = await client.apiCall(method, { ...parameters }).catch((error: unknown) => {
      const failure = failureOf(error, method);
      answered(performance.now() - began, failure);
      throw failure;
    });
    answered(performance.now() - began, null);
    const parsed = answer.safeParse(said);
    if (parsed.success) return parsed.data;
    // Slack said ok, so it was done; that we cannot read how is no reason to do it again.
    throw new Failure({
      kind: 'transient',
      side: SIDE,
      attempted: method,
      effect: 'possible',
      word: 'odd_answer',
      cause: parsed.error,
    });
  };
  return {
    call,
    known: () => known,
    identity() {
      if (known !== null) return known;
      throw new Failure({
        kind: 'transient',
        side: SIDE,
        attempted: 'auth.test',
        effect: 'none',
        word: 'not_identified',
      });
    },
    async identify() {
      const me = await call('auth.test', {}, AuthTest);
      if (me.bot_id === undefined) throw notABot();
      known = {
        team: me.team_id,
        teamName: me.team,
        url: me.url,
        botUser: me.user_id,
        bot: me.bot_id,
        scopes: me.response_metadata.scopes,
      };
      options.identified(known);
      return known;
    },
  };
};
