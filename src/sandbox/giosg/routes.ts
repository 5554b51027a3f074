import { Refusal } from './answers.ts';
import { externalIdIn } from './identity.ts';
import { listCases } from './listing.ts';
import { caseRow, userRow } from './rows.ts';
import type { Organization, Row, TokenRecord, VisitorRecord } from './state.ts';

/** What is asked and by whom. The order of refusals is the one that tells a stranger least: token, access, the rest. */
export interface Call {
  organization: Organization;
  method: string;
  /** Below /api/v5/, without a slash at either end. */
  path: string;
  query: URLSearchParams;
  authorization: string | undefined;
  address: string;
}

type Reading = (call: Call, token: TokenRecord, named: readonly string[]) => Row;

const ROUTES: Readonly<Record<string, Reading>> = {
  'users/me': ({ organization }, token) => me(organization, token),
  'orgs/:organization/external-visitors/:token/cases': (call, token, [asked, identity]) =>
    listCases({ ...call, visitor: visitorOf(call, token, { asked, identity }) }),
  'orgs/:organization/external-visitors/:token/cases/:case': (call, token, [asked, identity, id]) =>
    oneCase(call, visitorOf(call, token, { asked, identity }), id ?? ''),
};

/** What is served, as `GET /path/:part`. */
export const GIOSG_ROUTES: readonly string[] = Object.keys(ROUTES).map((pattern) => `GET /${pattern}`);

export function answer(call: Call): Row {
  const token = tokenOf(call);
  for (const [pattern, reading] of Object.entries(ROUTES)) {
    const named = partsNamed(pattern, call.path);
    if (named === undefined) continue;
    if (call.method !== 'GET') throw new Refusal(405, `Method "${call.method}" not allowed.`);
    return reading(call, token, named);
  }
  throw new Refusal(404, 'Not found.');
}

/** What stands where the pattern has names; undefined when the path is another one. */
function partsNamed(pattern: string, path: string): readonly string[] | undefined {
  const [wanted, given] = [pattern.split('/'), path.split('/')];
  const fits = wanted.length === given.length && wanted.every((part, i) => part.startsWith(':') || part === given[i]);
  return fits ? given.filter((_, i) => wanted[i]?.startsWith(':')) : undefined;
}

/** "Token", exactly one blank, and a token that was not revoked. */
function tokenOf({ organization, authorization }: Call): TokenRecord {
  const token = organization.tokens.find((one) => authorization === `Token ${one.token}`);
  if (!token || token.revoked) throw new Refusal(401, 'Authentication credentials were not provided.');
  return token;
}

function me(organization: Organization, token: TokenRecord): Row {
  const user = organization.users.get(token.userId);
  if (!token.personal || !user) throw new Refusal(403, 'This token belongs to no single user.');
  return { ...userRow(organization, user), organization_id: token.organization, email: user.email };
}

function checkAccess(organization: Organization, token: TokenRecord, asked: string | undefined): void {
  if (asked !== organization.id || !token.access) throw new Refusal(403, 'No access to this organization.');
  if (!organization.subscribed) throw new Refusal(403, 'No active subscription.');
}

interface Named {
  asked: string | undefined;
  identity: string | undefined;
}

function visitorOf({ organization }: Call, token: TokenRecord, { asked, identity = '' }: Named): VisitorRecord {
  checkAccess(organization, token, asked);
  const externalId = externalIdIn(identity, organization.identity, organization.now());
  const visitor = organization.visitors.get(externalId);
  if (!visitor) throw new Refusal(404, 'Not found.');
  return visitor;
}

function oneCase({ organization, query }: Call, visitor: VisitorRecord, id: string): Row {
  for (const name of query.keys()) if (name !== 'format') throw new Refusal(400, `There is no parameter ${name}.`);
  const kase = organization.cases.get(id);
  if (kase?.visitorId !== visitor.id) throw new Refusal(organization.variants.unknownCase, 'Not found.');
  return caseRow(organization, kase);
}
