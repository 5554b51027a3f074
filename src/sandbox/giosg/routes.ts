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

export function answer(call: Call): Row {
  const token = tokenOf(call);
  const parts = call.path.split('/');
  const isMe = call.path === 'users/me';
  const isCases = parts[0] === 'orgs' && parts[2] === 'external-visitors' && parts[4] === 'cases' && parts.length <= 6;
  if (!isMe && !isCases) throw new Refusal(404, 'Not found.');
  if (call.method !== 'GET') throw new Refusal(405, `Method "${call.method}" not allowed.`);
  if (isMe) return me(call.organization, token);
  const [, organizationId, , identity = '', , caseId] = parts;
  checkAccess(call.organization, token, organizationId);
  const visitor = visitorIn(call.organization, identity);
  return caseId === undefined ? listCases({ ...call, visitor }) : oneCase(call, visitor, caseId);
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

function visitorIn(organization: Organization, identity: string): VisitorRecord {
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
