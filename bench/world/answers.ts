import { APP, CONTACTS } from '../load/signed.ts';
import { caseRow, isCase, marksIn, type Row, type World, write } from './cases.ts';

/** The calls that casebridge and its peers make, each answered at once. What is not known is not found. */

const SCOPES =
  'channels:history,channels:read,chat:write,chat:write.customize,commands,groups:history,groups:read,reactions:read,reactions:write,users:read,users:read.email';

export type Asked = {
  readonly path: string;
  readonly query: URLSearchParams;
  readonly body: string;
};

export const answerTo = (world: World, asked: Asked): { readonly status: number; readonly body: unknown } => {
  const { path } = asked;
  if (path.startsWith('/slack/api/')) return { status: 200, body: slackAnswer(world, path.slice(11), asked) };
  const found = path.startsWith('/api/v1/') ? acquireAnswer(world, path.slice(8), asked) : null;
  return found === null
    ? { status: 404, body: { error: { type: 'ERROR_NOT_FOUND', message: 'not served here' } } }
    : { status: 200, body: { data: found } };
};

const slackAnswer = (world: World, method: string, { body }: Asked): Row => {
  switch (method) {
    case 'auth.test':
      return {
        ...ok,
        team: 'Bench',
        team_id: APP.team,
        url: 'https://bench.slack.com/',
        user_id: APP.bot,
        bot_id: 'B0',
      };
    case 'chat.postMessage':
      return posted(world, body);
    case 'users.info':
      return { ...ok, user: MEMBER };
    case 'conversations.members':
      return { ...ok, members: [APP.member, APP.bot], response_metadata: { next_cursor: '' } };
    case 'conversations.info':
      return { ...ok, channel: { id: APP.channel, name: 'cases', is_ext_shared: false, is_member: true } };
    case 'users.conversations':
      return { ...ok, channels: [{ id: APP.channel, name: 'cases' }], response_metadata: { next_cursor: '' } };
    case 'conversations.history':
    case 'conversations.replies':
      return { ...ok, messages: [], has_more: false };
    default:
      return ok;
  }
};

const ok = { ok: true, response_metadata: { scopes: SCOPES.split(',') } };

const MEMBER = {
  id: APP.member,
  team_id: APP.team,
  name: 'mia',
  real_name: 'Mia Agent',
  tz: 'Europe/Helsinki',
  profile: { display_name: 'Mia', real_name: 'Mia Agent', email: 'mia@example.com' },
};

const posted = (world: World, body: string): Row => {
  world.lastPost += 1;
  const ts = `${Math.floor(Date.now() / 1000)}.${`${world.lastPost}`.padStart(6, '0')}`;
  const thread = /(?:^|&)thread_ts=([\d.]+)/.exec(body)?.[1];
  for (const mark of marksIn(body)) {
    const of = world.marks.get(mark);
    if (of !== undefined && thread !== undefined) world.threads.set(of, thread);
    world.arrived('slack', mark);
  }
  return { ...ok, channel: APP.channel, ts, message: { ts, ...(thread === undefined ? {} : { thread_ts: thread }) } };
};

const acquireAnswer = (world: World, path: string, { query, body }: Asked): unknown => {
  if (path === 'crm/objects/case-message') return messagesOf(world, query);
  if (path === 'crm/messenger/chat/add-message') return added(world, body);
  if (path === 'crm/objects/case') return openCases(world, query);
  if (path === 'account/user') return { count: 1, data: [KEY] };
  const [, id] = /^crm\/objects\/case\/(\d+)$/.exec(path) ?? [];
  if (id !== undefined) return isCase(world, Number(id)) ? caseOf(world, Number(id)) : null;
  const [, contact] = /^crm\/(?:objects\/)?contact\/(\d+)$/.exec(path) ?? [];
  return contact === undefined ? null : caseRow(Number(contact) - CONTACTS)['contact'];
};

const KEY = { id: 25, type: 'client', status: 'active', name: 'casebridge', email: 'key@example.com', clientId: 'key' };

const caseOf = ({ changed }: World, id: number): Row => caseRow(id, changed.get(id));

/** Those that were seeded as open, and no others: that is what casebridge asks for by their status. */
const openCases = (world: World, query: URLSearchParams): Row => {
  const [page, limit] = [Number(query.get('page') ?? 0), Number(query.get('limit') ?? 20)];
  const count = query.get('where') === 'status|eq|active' ? world.open : 0;
  const from = page * limit;
  const data = Array.from({ length: Math.max(0, Math.min(limit, count - from)) }, (_, i) =>
    caseOf(world, from + i + 1),
  );
  return { page, limit, count, data };
};

const messagesOf = (world: World, query: URLSearchParams): Row => {
  const of = Number(/^caseId\|eq\|(\d+)$/.exec(query.get('where') ?? '')?.[1] ?? 0);
  const rows = world.cases.get(of) ?? [];
  const [page, limit] = [Number(query.get('page') ?? 0), Number(query.get('limit') ?? 20)];
  return { page, limit, count: rows.length, data: rows.slice(page * limit, (page + 1) * limit) };
};

const CASE = /"caseId":\s*"?(\d+)/;

const added = (world: World, body: string): Row => {
  const of = Number(CASE.exec(body)?.[1] ?? 0);
  for (const mark of marksIn(body)) world.arrived('acquire', mark);
  // As it came: what is written is shown again as it was.
  const { message, meta }: { message?: Row; meta?: Row } = JSON.parse(body);
  return { ...write(world, of, { senderType: 'user', senderId: KEY.id, ...message, meta: meta ?? {} }), threadId: of };
};
