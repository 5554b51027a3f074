import type { Change, EventFact, SlackApp, Workspace } from './workspace.ts';
import { addChannel, addUser } from './workspace.ts';

export const DEFAULT_SCOPES = [
  'channels:history',
  'channels:join',
  'channels:read',
  'chat:write',
  'chat:write.customize',
  'commands',
  'files:read',
  'files:write',
  'groups:history',
  'groups:read',
  'reactions:read',
  'reactions:write',
  'usergroups:read',
  'users:read',
  'users:read.email',
];

const DEFAULT_EVENTS = [
  'app_home_opened',
  'app_uninstalled',
  'channel_archive',
  'channel_deleted',
  'channel_id_changed',
  'channel_left',
  'channel_rename',
  'channel_unarchive',
  'group_archive',
  'group_deleted',
  'group_left',
  'group_rename',
  'group_unarchive',
  'member_joined_channel',
  'member_left_channel',
  'message.channels',
  'message.groups',
  'reaction_added',
  'reaction_removed',
  'tokens_revoked',
  'user_change',
];

/** Names of the workspace every simulator starts with; tests add to it. */
export const U = {
  admin: 'U0ADA',
  anna: 'U0ANNA',
  ben: 'U0BEN',
  guest: 'U0GUS',
  singleChannelGuest: 'U0UMA',
  deleted: 'U0DORA',
  stranger: 'U0SAM',
  otherBot: 'U0OTHERBOT',
  app: 'U0CASEBOT',
} as const;

export const C = {
  support: 'C0SUPPORT',
  general: 'C0GENERAL',
  secret: 'C0SECRET',
  old: 'C0OLD',
  partners: 'C0PARTNERS',
  elsewhere: 'C0ELSEWHERE',
} as const;

const EMOJI =
  '+1 -1 arrow_right bell bulb clap confused email envelope exclamation eyes fire grin heart heavy_check_mark ' +
  'hourglass hourglass_flowing_sand information_source joy lock memo mute ok ok_hand pencil phone point_up pray question ' +
  'raised_hand raising_hand recycle repeat robot_face rocket slightly_smiling_face smile smiley sob speech_balloon star ' +
  'tada thinking_face thumbsup thumbsdown unlock warning wave white_check_mark x zzz white_circle large_blue_circle ' +
  'large_green_circle red_circle arrows_counterclockwise bust_in_silhouette calendar clock1 door inbox_tray no_entry ' +
  'outbox_tray page_facing_up paperclip headphones hand construction alarm_clock rotating_light busts_in_silhouette';

export interface Seed {
  now?: () => number;
  random?: () => number;
  app?: Partial<SlackApp>;
  /** Custom emoji, name to image address. */
  emoji?: Record<string, string>;
}

export function createWorkspace(seed: Seed): Workspace {
  const workspace: Workspace = {
    team: { id: 'T0CASEBRIDGE', name: 'Casebridge Sandbox', domain: 'casebridge-sandbox' },
    partner: { id: 'T0PARTNER', name: 'Partner', domain: 'partner' },
    users: new Map(),
    usergroups: new Map(),
    channels: new Map(),
    emoji: new Map([...EMOJI.split(' ').map((name) => [name, ''] as const), ...Object.entries(seed.emoji ?? {})]),
    ephemerals: [],
    app: {
      id: 'A0CASEBRIDGE',
      name: 'casebridge',
      botId: 'B0CASEBOT',
      botUserId: U.app,
      botToken: 'xoxb-sandbox-bot',
      appToken: 'xapp-sandbox-app',
      signingSecret: 'sandbox-signing-secret',
      verificationToken: 'sandbox-verification',
      scopes: DEFAULT_SCOPES,
      events: DEFAULT_EVENTS,
      commands: ['/case'],
      shortcuts: ['case_open', 'case_close', 'case_note', 'case_reply', 'case_details'],
      shouldEscape: true,
      authError: undefined,
      ...seed.app,
    },
    now: seed.now ?? Date.now,
    random: seed.random ?? Math.random,
    emit: (_event: EventFact) => undefined,
    changed: (_change: Change) => undefined,
  };
  seedUsers(workspace);
  seedChannels(workspace);
  return workspace;
}

function seedUsers(workspace: Workspace): void {
  const { team, partner, app } = workspace;
  const mail = (name: string, at = team) => `${name}@${at.domain}.example`;
  addUser(workspace, { id: U.admin, name: 'ada', real_name: 'Ada Admin', is_admin: true, email: mail('ada') });
  addUser(workspace, { id: U.anna, name: 'anna', real_name: 'Anna Agent', email: mail('anna') });
  addUser(workspace, { id: U.ben, name: 'ben', real_name: 'Ben Berg', email: mail('ben') });
  addUser(workspace, { id: U.guest, name: 'gus', real_name: 'Gus Guest', is_restricted: true, email: mail('gus') });
  const single = { is_restricted: true, is_ultra_restricted: true };
  addUser(workspace, { id: U.singleChannelGuest, name: 'uma', real_name: 'Uma One', ...single, email: mail('uma') });
  addUser(workspace, { id: U.deleted, name: 'dora', real_name: 'Dora Gone', deleted: true });
  const foreign = { team_id: partner.id, is_stranger: true };
  addUser(workspace, { id: U.stranger, name: 'sam', real_name: 'Sam Stranger', ...foreign });
  addUser(workspace, { id: U.otherBot, name: 'otherbot', real_name: 'Other Bot', is_bot: true });
  const bot = addUser(workspace, { id: app.botUserId, name: app.name, is_bot: true });
  bot.profile.bot_id = app.botId;
  workspace.usergroups.set('S0AGENTS', {
    id: 'S0AGENTS',
    handle: 'agents',
    name: 'Agents',
    users: [U.anna, U.ben],
    date_delete: 0,
  });
}

function seedChannels(workspace: Workspace): void {
  const bot = workspace.app.botUserId;
  const staff = [U.admin, U.anna, U.ben];
  const everybody = [...staff, U.guest, U.otherBot, bot];
  addChannel(workspace, { id: C.support, name: 'support', members: everybody });
  addChannel(workspace, { id: C.general, name: 'general', members: [...everybody, U.singleChannelGuest] });
  addChannel(workspace, { id: C.secret, name: 'secret', kind: 'private', members: [U.admin, U.anna, bot] });
  addChannel(workspace, { id: C.old, name: 'old', archived: true, members: [...staff, bot] });
  addChannel(workspace, { id: C.partners, name: 'partners', extShared: true, members: [...staff, U.stranger, bot] });
  addChannel(workspace, { id: C.elsewhere, name: 'elsewhere', members: staff });
}
