import type { Config } from '../config.ts';
import type { Channels } from '../core/settings.ts';
import type { VisitorCases } from '../core/visitor-case.ts';
import { Failure } from '../delivery/errors.ts';
import { type Judged, open, proven, reasonOf, wrong } from './check.ts';
import { giosgOf, giosgProblems, MADE_UP } from './giosg.ts';

/** What giosg says to a made-up visitor: it tells token, organization, subscription and signing key apart. */

/** Nothing where giosg is not set up. */
export const checkGiosg = async (config: Config, channels: Channels | null): Promise<readonly Judged[]> => {
  const { giosg } = config;
  if (giosg === undefined) return [];
  const [problem] = channels === null ? [] : giosgProblems(config, channels);
  if (problem !== undefined)
    return [wrong('signing key', problem, 'mend key or rules: docs/giosg.md shows which go together')];
  const cases = giosgOf(config, channels?.giosg?.identity ?? {});
  return cases === null ? [] : asked(cases, giosg.origin);
};

const asked = async (cases: VisitorCases, origin: string): Promise<readonly Judged[]> => {
  try {
    const { organization, visitor } = await cases.probe(MADE_UP);
    return [
      proven('host', `${origin} answers`),
      proven('token', 'is accepted'),
      organizationOf(organization),
      proven('subscription', 'active for what casebridge reads'),
      proven('signing key', `is accepted: a made-up customer is ${visitor === 'known' ? 'known' : 'not known'}`),
    ];
  } catch (error) {
    if (error instanceof Failure) return refused(error, origin);
    throw error;
  }
};

const organizationOf = (told: 'same' | 'other' | 'untold'): Judged => {
  const item = 'organization';
  if (told === 'same') return proven(item, 'is the one that the token’s user belongs to');
  const found = told === 'other' ? 'is another than that of the token’s user' : 'giosg does not say whose the token is';
  return open(item, found, 'nothing if a partner’s user was meant; else check GIOSG_ORGANIZATION_ID');
};

const refused = (failure: Failure, origin: string): readonly Judged[] => {
  const { kind, status } = failure.facts;
  const answers = proven('host', `${origin} answers`);
  const reason = reasonOf(failure);
  if (kind === 'rate_limited')
    return [answers, open('look-up', `giosg asks us to wait (${reason})`, 'run this again in a minute')];
  if (kind !== 'auth')
    return [
      wrong(
        'host',
        `${origin} does not answer as giosg does (${reason})`,
        'check GIOSG_BASE_URL, proxy and firewall; or giosg is down, then wait',
      ),
    ];
  if (status === 400)
    return [
      answers,
      proven('token', 'is accepted'),
      wrong(
        'signing key',
        `giosg does not take our identity tokens (${reason})`,
        'put the organization’s API signing key into GIOSG_SIGNING_KEY; if it is right, compare giosg.identity in the routes file with docs/giosg.md',
      ),
    ];
  if (status === 403)
    return [
      answers,
      wrong(
        'subscription',
        `no access to the organization, or no active subscription (${reason}): giosg does not say which`,
        'check GIOSG_ORGANIZATION_ID, the rights of the token’s user, and the subscription',
      ),
    ];
  return [
    answers,
    wrong(
      'token',
      `is refused (${reason})`,
      'put a token into GIOSG_API_TOKEN that is not revoked ("Settings > Company > Access tokens")',
    ),
  ];
};
