/** What manifest.yml asks Slack for. test/manifest.test.ts holds the file and these lists equal. */

export const botScopes = [
  'channels:history',
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
] as const;

/** An installer may refuse these; what they carry is then left out. */
export const optionalBotScopes = [
  'chat:write.customize',
  'reactions:read',
  'usergroups:read',
  'users:read.email',
] as const;

/** Names of customers on posts. */
export const postAsScope = 'chat:write.customize';

export const botEvents = [
  'app_home_opened',
  'app_uninstalled',
  'channel_archive',
  'channel_deleted',
  'channel_id_changed',
  'channel_left',
  'channel_unarchive',
  'group_archive',
  'group_deleted',
  'group_left',
  'group_unarchive',
  'member_joined_channel',
  'member_left_channel',
  'message.channels',
  'message.groups',
  'reaction_added',
  'tokens_revoked',
  'user_change',
] as const;

export const slashCommand = '/case';

export const slackPath = '/slack/events';

/** Message shortcuts by callback id, with the name that people see. */
export const messageShortcuts = {
  case_open: 'Open a case',
  case_close: 'Close case',
  case_note: 'Internal note',
  case_reply: 'Reply to customer',
  case_details: 'Case details…',
} as const;

/** Every button of ours begins so; a press on anything else is not for us. */
export const actionPrefix = 'case_';

/** `event_type` of the metadata on everything that we post. */
export const markerType = 'casebridge.delivery';
