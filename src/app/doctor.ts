import type { AgentKeys } from '../agent-keys.ts';
import type { Config } from '../config.ts';
import type { Channels } from '../core/settings.ts';
import type { Counts } from '../delivery/ports.ts';
import { Identity } from '../slack/api.ts';
import { readStore } from '../store/read.ts';
import { checkAcquire } from './check-acquire.ts';
import { checkClock, checkProcess, checkPublicUrl } from './check-around.ts';
import { checkGiosg } from './check-giosg.ts';
import { checkSeen, type Seen } from './check-seen.ts';
import { checkSlack } from './check-slack.ts';
import { checkDeliveries, checkFiles, checkStore } from './check-store.ts';
import { type Finding, inGroup, type Judged, open } from './check.ts';
import { SIGHTINGS } from './sightings.ts';

/** Everything that can be found out without starting the app, each thing apart. Changes nothing anywhere. */

export type Examined = {
  readonly config: Config;
  /** Null when the routes file cannot be used. */
  readonly channels: Channels | null;
  /** Variables whose values cannot be used: what stands in `config` for them is made up. */
  readonly unusable: readonly string[];
  readonly agentKeys: AgentKeys;
};

export const examine = async ({ config, channels, unusable, agentKeys }: Examined): Promise<readonly Finding[]> => {
  const isUsable = (...names: readonly string[]): boolean => !names.some((name) => unusable.includes(name));
  const unless = (names: readonly string[], check: () => Promise<readonly Judged[]>): Promise<readonly Judged[]> =>
    isUsable(...names) ? check() : Promise.resolve([notChecked(names.filter((name) => unusable.includes(name)))]);

  const store = isUsable('DATABASE_URL') ? await checkStore(config.database) : null;
  const facts = store?.facts ?? null;
  const stored = facts !== null && facts.version === facts.knownVersion ? await readStored(config) : null;
  const seen = checkSeen(config, stored?.seen ?? null, Date.now());
  const serverNow = facts?.serverNow ?? null;
  const storedTeam = stored?.team ?? null;
  const [slack, acquire, giosg, around] = await Promise.all([
    unless(SLACK, () => checkSlack({ config, channels, storedTeam })),
    unless(ACQUIRE, () => checkAcquire(config, agentKeys)),
    unless(GIOSG, () => checkGiosg(config, channels)),
    Promise.all([checkProcess(config), checkPublicUrl(config), checkClock(config, serverNow)]),
  ]);
  return [
    ...inGroup('Store', store?.findings ?? [notChecked(['DATABASE_URL'])]),
    ...inGroup('Store', [checkFiles(config.files.folder)]),
    ...inGroup('Store', stored === null ? [] : checkDeliveries(stored.counts)),
    ...inGroup('Slack', [...slack, ...(isUsable(...SLACK_SECRETS) ? seen.slack : [])]),
    ...inGroup('Acquire', [...acquire, ...(isUsable('ACQUIRE_WEBHOOK_SECRET') ? seen.acquire : [])]),
    ...inGroup('Process', around.flat()),
    ...inGroup('giosg', giosg),
  ];
};

const SLACK = ['SLACK_BOT_TOKEN', 'SLACK_APP_TOKEN', 'SLACK_API_URL'];
const SLACK_SECRETS = ['SLACK_BOT_TOKEN', 'SLACK_SIGNING_SECRET', 'SLACK_APP_TOKEN'];
const ACQUIRE = ['ACQUIRE_ACCOUNT_ID', 'ACQUIRE_BASE_URL', 'ACQUIRE_API_KEY'];

const GIOSG = ['GIOSG_ORGANIZATION_ID', 'GIOSG_API_TOKEN', 'GIOSG_SIGNING_KEY', 'GIOSG_BASE_URL'];

const notChecked = (names: readonly string[]): Judged =>
  open('everything else', `not checked: ${names.join(' and ')} cannot be used`, 'mend that first');

type Stored = { readonly seen: Seen; readonly team: string | null; readonly counts: Counts };

/** Null: there is no store yet, or it cannot be read; that is said elsewhere. */
const readStored = async ({ database }: Config): Promise<Stored | null> => {
  const reader = await readStore(database).catch(() => null);
  if (reader === null) return null;
  try {
    const team = Identity.safeParse(await reader.record('identity', 'slack')).data?.team ?? null;
    const seen = { slack: await reader.record(SIGHTINGS, 'slack'), acquire: await reader.record(SIGHTINGS, 'acquire') };
    return { seen, team, counts: await reader.counts() };
  } finally {
    await reader.close();
  }
};
