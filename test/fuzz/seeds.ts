import { globSync, readFileSync } from 'node:fs';

/** Bodies as both sides really send them: what is made of them is nearly right, which gets further than noise. */

export type Json = null | boolean | number | string | Json[] | { [key: string]: Json };

export type Endpoint = 'slack events' | 'slack forms' | 'acquire webhooks';
export const ENDPOINTS: readonly Endpoint[] = ['slack events', 'slack forms', 'acquire webhooks'];

export type Place = {
  readonly team: string;
  readonly app: string;
  readonly channel: string;
  readonly member: string;
  readonly slack: string;
};

const TS = '1700000000.000100';

export const seedsOf = (endpoint: Endpoint, place: Place): readonly Json[] => {
  if (endpoint === 'slack events') return eventsOf(place);
  return endpoint === 'slack forms' ? formsOf(place) : webhooks();
};

const eventsOf = ({ team, app, channel, member }: Place): readonly Json[] => {
  const told = (event: Json): Json => ({
    token: 'x',
    team_id: team,
    api_app_id: app,
    event,
    type: 'event_callback',
    event_id: 'Ev0000000001',
    event_time: 1_700_000_000,
    authorizations: [{ enterprise_id: null, team_id: team, user_id: 'U0CASEBOT', is_bot: true }],
  });
  const message = { type: 'message', channel, user: member, ts: TS, event_ts: TS, channel_type: 'channel', team };
  const reply: Json = { ...message, thread_ts: '1699999999.000100', text: 'On its way.', blocks: [richText()] };
  return [
    { type: 'url_verification', token: 'x', challenge: 'abc' },
    { type: 'app_rate_limited', team_id: team, minute_rate_limited: 1_700_000_000, api_app_id: app },
    told(reply),
    told({ ...message, text: 'hello', files: [{ id: 'F1', name: 'a.png', size: 3, mimetype: 'image/png' }] }),
    told({ ...message, subtype: 'message_changed', hidden: true, message: reply, previous_message: reply }),
    told({ ...message, subtype: 'message_deleted', hidden: true, deleted_ts: TS, previous_message: reply }),
    told({ ...message, subtype: 'bot_message', bot_id: 'B1', text: 'beep' }),
    told({ type: 'app_home_opened', user: member, channel: 'D1', tab: 'home', event_ts: TS }),
    told({ type: 'member_left_channel', user: member, channel, channel_type: 'C', team, event_ts: TS }),
    told({ type: 'channel_archive', channel, user: member, event_ts: TS }),
    told({ type: 'user_change', user: { id: member, team_id: team, name: 'anna', deleted: false }, event_ts: TS }),
  ];
};

const richText = (): Json => ({
  type: 'rich_text',
  block_id: 'b',
  elements: [
    {
      type: 'rich_text_section',
      elements: [
        { type: 'text', text: 'On its ', style: { bold: true } },
        { type: 'user', user_id: 'U0ANNA' },
        { type: 'link', url: 'https://example.com', text: 'way' },
      ],
    },
    { type: 'rich_text_list', style: 'ordered', indent: 0, elements: [{ type: 'rich_text_section', elements: [] }] },
  ],
});

const formsOf = ({ team, app, channel, member, slack }: Place): readonly Json[] => {
  const who = { team: { id: team, domain: 'd' }, user: { id: member, team_id: team }, api_app_id: app, token: 'x' };
  const where = { ...who, trigger_id: '1.2.3', response_url: `${slack}/actions/T1` };
  const place = { channel: { id: channel, name: 'support' } };
  const action = { action_id: 'case_claim', block_id: 'b', type: 'button', value: 'v', action_ts: TS };
  const view = { id: 'V1', type: 'modal', callback_id: 'case_open', private_metadata: '{}', hash: 'h', blocks: [] };
  return [
    {
      command: '/case',
      text: 'show 72',
      team_id: team,
      channel_id: channel,
      user_id: member,
      trigger_id: '1.2.3',
      response_url: `${slack}/actions/T2`,
      api_app_id: app,
      token: 'x',
    },
    { payload: { ...where, ...place, type: 'block_actions', actions: [action], message: { ts: TS, thread_ts: TS } } },
    {
      payload: {
        ...where,
        ...place,
        type: 'message_action',
        callback_id: 'case_note',
        message_ts: TS,
        message: { ts: TS, text: 'x', user: member },
      },
    },
    {
      payload: {
        ...who,
        type: 'view_submission',
        view: { ...view, state: { values: { b: { a: { type: 'plain_text_input', value: 'x' } } } } },
      },
    },
    { payload: { ...who, type: 'view_closed', view } },
    { payload: { ...who, ...place, type: 'block_suggestion', action_id: 'case_contact', block_id: 'b', value: 'jo' } },
  ];
};

const webhooks = (): readonly Json[] => {
  const files = globSync('test/fixtures/acquire/webhook.*.json').toSorted();
  const published = files.map((path): Json => JSON.parse(readFileSync(path, 'utf8')));
  const row = { id: '323', channel: 'chat', senderId: '5', senderType: 'contact', type: 'message', message: 'hi' };
  return [
    ...published,
    { event: 'case:message:new', data: { caseId: '72', message: { ...row, dateCreated: '2026-11-01T10:00:00Z' } } },
    { event: 'case:new', data: { caseId: 72 } },
    { event: 'user:case-invite', data: { caseId: '72', userId: 3 } },
    { event: 'user:status', data: { status: 'online' } },
  ];
};
