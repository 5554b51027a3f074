import type { CaseRecord, Organization, Row, UserRecord } from './state.ts';

/** How records look over REST: the attributes of the vendor's table, held by a test. */

const PRIORITY_LABELS: Readonly<Record<number, string>> = {
  1: 'None',
  2: 'Low',
  3: 'Normal',
  4: 'High',
  5: 'Critical',
};
const CHANNEL_PRIORITIES: Readonly<Record<string, number>> = { telephony: 4, webchat: 3, whatsapp: 2, email: 1 };

export function caseRow(organization: Organization, kase: CaseRecord): Row {
  const user = (id: string | null) => userIn(organization, id);
  const date = (moment: number | null) => dateText(organization, moment);
  const row: Row = {
    id: wireId(organization, kase.id),
    organization_id: organization.id,
    case_number: kase.number,
    contact_id: wireId(organization, kase.contactId),
    contact: kase.contactId === null ? null : { id: wireId(organization, kase.contactId) },
    owner_id: wireId(organization, kase.ownerId),
    owner: user(kase.ownerId),
    subject: kase.subject,
    description: kase.description,
    status: kase.status,
    priority: kase.priority,
    priority_label: PRIORITY_LABELS[kase.priority] ?? 'Other',
    latest_messaging_channel: kase.channel,
    is_closed: kase.status === 'Closed',
    closed_at: date(kase.closedAt),
    is_waiting: kase.waiting,
    unread_message_count: kase.unread,
    created_at: date(kase.createdAt),
    updated_at: date(kase.updatedAt),
    created_by_user_id: wireId(organization, kase.createdBy),
    created_by_user: user(kase.createdBy),
    updated_by_user_id: wireId(organization, kase.updatedBy),
    updated_by_user: user(kase.updatedBy),
    case_funnel_stage: null,
    case_funnel_stage_id: null,
    channel_priority: CHANNEL_PRIORITIES[kase.channel ?? ''] ?? null,
    ...kase.rest,
  };
  return organization.variants.leavesNullsOut ? withoutNulls(row) : row;
}

export function userRow(organization: Organization, user: UserRecord): Row {
  const [first = '', ...others] = user.name.split(' ');
  return {
    id: wireId(organization, user.id),
    first_name: first,
    last_name: others.join(' '),
    full_name: user.name,
    organization_id: organization.id,
    avatar_id: null,
    avatar: null,
    is_bot: false,
  };
}

function userIn(organization: Organization, id: string | null): Row | null {
  const user = id === null ? undefined : organization.users.get(id);
  if (!user || organization.variants.users === 'none') return null;
  const reduced = userRow(organization, user);
  if (organization.variants.users === 'reduced') return reduced;
  return { ...reduced, email: user.email, alias: user.alias, title: null, phone: null, is_online: false };
}

function wireId(organization: Organization, id: string | null): string | number | null {
  return id !== null && organization.variants.ids === 'number' ? Number(id) : id;
}

function dateText(organization: Organization, moment: number | null): string | null {
  if (moment === null) return null;
  const text = new Date(moment).toISOString();
  return organization.variants.zoneless ? text.replace('Z', '') : text;
}

const withoutNulls = (row: Row): Row => Object.fromEntries(Object.entries(row).filter(([, value]) => value !== null));
