import { basename } from 'node:path';
import { type AcquireInspection, inspectAcquire } from '../acquire/inspect.ts';
import type { AgentKeys } from '../agent-keys.ts';
import type { Config } from '../config.ts';
import { Failure } from '../delivery/errors.ts';
import { type Judged, judge, open, proven, reasonOf, wrong } from './check.ts';

/** What can be proven about the account by asking Acquire. Nothing is written there, so writing is judged by the store. */

const WEBHOOK_PATH = '/webhooks/acquire';

export const checkAcquire = async (config: Config, agentKeys: AgentKeys): Promise<readonly Judged[]> => {
  const { origin } = config.acquire;
  const acquire = inspectAcquire({ origin, apiKey: config.secrets.acquireApiKey });
  const refused = await acquire.key().then(
    () => null,
    (error: unknown) => error,
  );
  if (refused instanceof Failure) return withoutKey(refused, origin);
  if (refused !== null) throw refused;
  return [
    proven('host', `${origin} answers`),
    proven('key', 'is accepted, and may read cases'),
    await checkList(acquire, 'contacts', 'needed to open cases and to search'),
    await checkList(acquire, 'users', 'without it colleagues have no names, and nobody can be invited'),
    await checkReader(acquire),
    ...(await checkAgentKeys(origin, agentKeys)),
    ...(await checkSubscription(acquire, config)),
  ];
};

const withoutKey = (failure: Failure, origin: string): readonly Judged[] => {
  const { kind, status, word } = failure.facts;
  if (kind === 'auth')
    return [
      proven('host', `${origin} answers`),
      wrong(
        'key',
        `is refused by Acquire (${reasonOf(failure)})`,
        'put an active key into ACQUIRE_API_KEY ("Settings > For Developers > API Key(s)")',
      ),
    ];
  if (status === 403)
    return [
      proven('host', `${origin} answers`),
      wrong('key', 'may not read cases (403)', 'give the key Full Access, or at least the dashboard permissions'),
    ];
  if (word === 'UNREADABLE_ANSWER' || status === 404 || (status !== undefined && status < 500))
    return [
      wrong(
        'host',
        `${origin} answers, but not as Acquire does (${reasonOf(failure)})`,
        'check ACQUIRE_ACCOUNT_ID (the subdomain alone) or ACQUIRE_BASE_URL, and any proxy in between',
      ),
      open('key', 'not checked: the host is wrong', 'mend the host first'),
    ];
  return [
    wrong(
      'host',
      `${origin} cannot be reached (${reasonOf(failure)})`,
      'check ACQUIRE_ACCOUNT_ID or ACQUIRE_BASE_URL, name resolution, proxy and firewall; or Acquire is down, then wait',
    ),
    open('key', 'not checked: the host does not answer', 'run this again when it does'),
  ];
};

const checkList = (acquire: AcquireInspection, list: 'contacts' | 'users', why: string): Promise<Judged> => {
  const item = `right to read ${list}`;
  const asked = acquire
    .canRead(list)
    .then((granted) =>
      granted
        ? proven(item, 'granted')
        : wrong(item, `refused; ${why}`, 'give the key Full Access, or the permission for them, in Acquire'),
    );
  return judge(asked, (failure) =>
    open(item, `Acquire did not say (${reasonOf(failure)})`, 'run this again in a minute'),
  );
};

/** Named by their place in the file: whose they are is nobody's business here. */
const checkAgentKeys = async (origin: string, { keys, places }: AgentKeys): Promise<readonly Judged[]> => {
  const judged: Judged[] = [];
  for (const [email, apiKey] of keys) {
    const item = `agent’s key ${basename(places.get(email) ?? '')}`;
    const asked = inspectAcquire({ origin, apiKey })
      .key()
      .then(() => proven(item, 'is accepted'));
    judged.push(
      await judge(asked, (failure) =>
        failure.facts.kind === 'auth'
          ? wrong(item, `is refused by Acquire (${reasonOf(failure)})`, 'put an active key there, or take the line out')
          : open(item, `Acquire did not say (${reasonOf(failure)})`, 'run this again in a minute'),
      ),
    );
  }
  return judged;
};

const checkReader = (acquire: AcquireInspection): Promise<Judged> => {
  const item = 'message reader';
  const tried = acquire.messageReader().then((found) => {
    if (found === null) return open(item, 'there is no case to try it on', 'open a case in Acquire and run this again');
    if (found.reader === null)
      return wrong(
        item,
        `no way of reading messages works (tried on case ${found.case})`,
        'give the key Full Access; until then only what webhooks carry appears in Slack',
      );
    return found.complete
      ? proven(item, found.reader)
      : open(
          item,
          `${found.reader} works, but it does not show whether a list is whole`,
          'nothing: casebridge asks a person where a whole list would decide',
        );
  });
  return judge(tried, (failure) =>
    open(item, `Acquire did not say (${reasonOf(failure)})`, 'run this again in a minute'),
  );
};

/** Seldom served; what it shows is worth more than a guess. */
const checkSubscription = async (acquire: AcquireInspection, config: Config): Promise<readonly Judged[]> => {
  const { publicUrl } = config.http;
  const listed = await acquire.subscriptions().catch(() => null);
  if (listed === null || publicUrl === undefined || config.secrets.acquireWebhook === undefined) return [];
  const url = new URL(WEBHOOK_PATH, publicUrl).href;
  const mine = listed.find((one) => one.url === url);
  const item = 'webhook in Acquire';
  if (mine === undefined)
    return [wrong(item, `there is none for ${url}`, 'run npm run setup, or create it in Acquire by hand')];
  return mine.status === 'active'
    ? [proven(item, `${url}: ${mine.events.join(', ')}`)]
    : [wrong(item, `the one for ${url} is ${mine.status ?? 'not active'}`, 'activate it in Acquire')];
};
