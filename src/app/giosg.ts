import type { Visitors } from '../bridge/context.ts';
import { createReadTurns, type ReadBudget } from '../bridge/reads.ts';
import type { Config } from '../config.ts';
import { AccountId } from '../core/ids.ts';
import type { Channels } from '../core/settings.ts';
import { ExternalId, type VisitorCases } from '../core/visitor-case.ts';
import { lookupTrouble } from '../core/visitor-trouble.ts';
import { Failure } from '../delivery/errors.ts';
import { createGiosg } from '../giosg/client.ts';
import type { Ground } from './ground.ts';

/** The room of giosg, at its pace, under the rules for identity tokens that the routes file has now. */

export type GiosgRoom = Visitors & {
  /** Rejects only when the API token is refused: what else may be wrong concerns the look-ups alone. */
  greet(): Promise<void>;
  /** Lets go of reads that wait for their turn. */
  stop(): void;
};

/** No limits are published (docs/giosg.md): slow, and few at once. */
const BUDGET: ReadBudget = { perSecond: 2, burst: 4 };

/** Nobody's id, for finding out whether we are listened to. */
export const MADE_UP = ExternalId.parse('casebridge-self-test');

type Wiring = Pick<Parameters<typeof createGiosg>[0], 'onOdd' | 'onRequest' | 'now'>;
type Identity = NonNullable<Channels['giosg']>['identity'];

/** Null where giosg is not set up. Throws when the signing key does not fit the rules for identity tokens. */
export const giosgOf = (config: Config, identity: Identity, wiring: Wiring = {}): VisitorCases | null => {
  const { giosg } = config;
  const secrets = config.secrets.giosg;
  if (giosg === undefined || secrets === undefined) return null;
  return createGiosg({
    account: AccountId.parse(`giosg:${giosg.organizationId}`),
    organization: giosg.organizationId,
    origin: giosg.origin,
    ...secrets,
    identity,
    ...wiring,
  });
};

/** What is wrong with key and rules together, as lines for who configures; without a word of the key. */
export const giosgProblems = (config: Config, channels: Channels): readonly string[] => {
  try {
    giosgOf(config, channels.giosg?.identity ?? {});
    return [];
  } catch (error) {
    const why = error instanceof Error ? error.message : 'unknown';
    return [`GIOSG_SIGNING_KEY cannot be used (${why}); expected a key that fits giosg.identity in ROUTES_FILE`];
  }
};

export const openGiosg = (ground: Ground): GiosgRoom | null => {
  const { config, log, metrics, now, alarm } = ground;
  const turns = createReadTurns(BUDGET, now);
  const wiring: Wiring = {
    onOdd: (what, count) => log.warn({ what, count }, 'a page of giosg cases had something that could not be used'),
    onRequest: () => metrics.giosgRequests.inc({ purpose: turns.spent() ?? 'other' }),
    now,
  };
  const identityNow = (): Identity => ground.routes.current().giosg?.identity ?? {};
  let print = JSON.stringify(identityNow());
  const first = giosgOf(config, identityNow(), wiring);
  if (first === null) return null;
  let cases = ground.health.observe('giosg', first);

  /** Rules that the key does not fit are not used: those before stay. */
  const current = (): VisitorCases => {
    const identity = identityNow();
    const changed = JSON.stringify(identity);
    if (changed === print) return cases;
    print = changed;
    const [problem] = giosgProblems(config, ground.routes.current());
    const made = problem === undefined ? giosgOf(config, identity, wiring) : null;
    if (made !== null) cases = ground.health.observe('giosg', made);
    else alarm('giosg:identity', `${problem}. The rules for identity tokens before stay in use.`);
    return cases;
  };

  return {
    account: first.account,
    system: first.system,
    abilities: first.abilities,
    ask: (urgency, work) => turns.within(urgency, () => work(current())),
    async greet() {
      try {
        await cases.probe(MADE_UP);
      } catch (error) {
        if (!(error instanceof Failure) || error.facts.word === 'API_TOKEN_REFUSED') throw error;
        log.warn({ error }, 'giosg does not answer look-ups');
        if (error.facts.kind === 'auth') alarm(`giosg:${error.facts.word}`, lookupTrouble('giosg', error.facts));
      }
    },
    stop: () => turns.stop(),
  };
};
