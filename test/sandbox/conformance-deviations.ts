/**
 * Where our Slack and `emulate` 0.12.2 answer differently, and who is right by Slack's own word: its reference pages, and
 * the answers that its SDKs give types to (`@slack/web-api` 8.2.0), which are made from recorded ones.
 */
export interface Deviation {
  readonly found: readonly string[];
  /** `open`: Slack's pages do not say. */
  readonly right: 'ours' | 'theirs' | 'open';
  /** What Slack says, and why ours stays as it is where it is not right. */
  readonly word: string;
  readonly page: string;
}

const method = (name: string): string => `https://docs.slack.dev/reference/methods/${name}`;
const answer = (name: string): string =>
  `https://docs.slack.dev/tools/node-slack-sdk/reference/web-api/type-aliases/${name}Response`;

const ours = (thing: string, fields: readonly string[]) => fields.map((name) => `${thing} › ${name}: only ours`);
const theirs = (thing: string, fields: readonly string[]) => fields.map((name) => `${thing} › ${name}: only there`);

export const DEVIATIONS: readonly Deviation[] = [
  // Who calls
  {
    found: ['auth.test: unknown token → invalid_auth, there ok', 'auth.test: no token → not_authed, there ok'],
    right: 'ours',
    word: 'both errors are listed; emulate takes any token for its administrator',
    page: method('auth.test'),
  },
  {
    found: ours('auth.test', ['app_name', 'is_enterprise_install']),
    right: 'ours',
    word: 'both are in the answer',
    page: answer('AuthTest'),
  },
  {
    found: ours('team.info › team', ['email_domain', 'icon']),
    right: 'ours',
    word: 'both are in the answer',
    page: answer('TeamInfo'),
  },
  {
    found: ours('bots.info › bot', ['app_id', 'user_id']),
    right: 'ours',
    word: 'both are in the answer',
    page: answer('BotsInfo'),
  },
  {
    found: ['bots.info › bot › icons › image_48: only there'],
    right: 'theirs',
    word: 'icons are in the answer; our workspace has no pictures',
    page: answer('BotsInfo'),
  },

  // Messages
  {
    found: [
      'a message › team: only ours',
      'a message › bot_id: only ours',
      'a message › app_id: only ours',
      'a message › bot_profile: only ours',
      'a message › blocks: only ours',
      'a message › blocks[] › block_id: only ours',
      'a message › parent_user_id: only ours',
    ],
    right: 'ours',
    word: 'all are in the answer: a post names the bot that made it, and text alone gets a rich_text block',
    page: answer('ChatPostMessage'),
  },
  {
    found: ['a message › subtype: only ours', 'a message › icons: only ours', 'a message › user: only there'],
    right: 'ours',
    word: 'a post under another name is a bot_message with that name and its icons',
    page: method('chat.postMessage'),
  },
  {
    found: ours('a message', ['reply_users_count', 'latest_reply', 'thread_ts']),
    right: 'ours',
    word: 'a parent with replies carries all three',
    page: answer('ConversationsReplies'),
  },
  {
    found: ['a message › metadata › event_payload: only there'],
    right: 'ours',
    word: 'without include_all_metadata only the event_type is shown',
    page: 'https://docs.slack.dev/messaging/message-metadata',
  },
  {
    found: ['a message › thread_ts: only there'],
    right: 'open',
    word: 'the page is silent; reported is that a reply to a parent that is gone stands in the channel, as ours does',
    page: 'https://github.com/slack-go/slack/issues/1571',
  },

  // Posting
  {
    found: ['chat.postMessage: an answer to a reply → cannot_reply_to_message, there ok'],
    right: 'open',
    word: 'the error is listed and the page asks for the parent’s ts; ours refuses, so that a mistake shows',
    page: method('chat.postMessage'),
  },
  {
    found: ['chat.postMessage: a channel by its name → channel_not_found, there ok'],
    right: 'theirs',
    word: 'a name is allowed; ours takes ids alone, for names change',
    page: method('chat.postMessage'),
  },
  {
    found: ['chat.postMessage: a channel without the app → not_in_channel, there ok'],
    right: 'ours',
    word: 'posting without being a member takes chat:write.public',
    page: 'https://docs.slack.dev/reference/scopes/chat.write.public',
  },
  {
    found: [
      'chat.postMessage: a private channel without the app → channel_not_found, there not_in_channel',
      'conversations.info: a private channel without the app → channel_not_found, there not_in_channel',
    ],
    right: 'ours',
    word: 'channel_not_found is the only one of the two that the page lists',
    page: method('conversations.info'),
  },
  {
    found: [
      'chat.postMessage: 51 blocks → invalid_blocks, there ok',
      'chat.postMessage: a block of an unknown type → invalid_blocks, there ok',
      'chat.postMessage: a section of 3,001 characters → invalid_blocks, there ok',
      'chat.postMessage: blocks that are no list → invalid_blocks_format, there invalid_blocks',
    ],
    right: 'ours',
    word: 'invalid_blocks is for blocks that are not valid, invalid_blocks_format for what is not even Block Kit’s syntax',
    page: method('chat.postMessage'),
  },
  {
    found: [
      'chat.postMessage: no channel → invalid_arguments, there channel_not_found',
      'chat.postEphemeral: no user → invalid_arguments, there user_not_found',
      'reactions.add: no emoji → invalid_arguments, there invalid_name',
    ],
    right: 'open',
    word: 'invalid_arguments is for calls with wrong or missing arguments; the others are for values that are not valid',
    page: method('chat.postMessage'),
  },
  {
    found: ['chat.postMessage › response_metadata › messages: only there'],
    right: 'open',
    word: 'a truncated text is warned of; how long the warning is, no page shows',
    page: method('chat.postMessage'),
  },
  {
    found: ['chat.postEphemeral: an unknown user → user_not_in_channel, there user_not_found'],
    right: 'ours',
    word: 'user_not_in_channel is the only one of the two that the page lists',
    page: method('chat.postEphemeral'),
  },

  // Changing
  {
    found: ['chat.update: 4,001 characters → msg_too_long, there ok'],
    right: 'ours',
    word: 'an update takes at most 4,000 characters',
    page: method('chat.update'),
  },
  {
    found: [
      'chat.update: an unknown channel → channel_not_found, there message_not_found',
      'chat.delete: an unknown channel → channel_not_found, there message_not_found',
    ],
    right: 'ours',
    word: 'channel_not_found is for a channel that is not valid',
    page: method('chat.update'),
  },

  // Reading
  {
    found: ['conversations.replies: a message that is not there → thread_not_found, there ok'],
    right: 'ours',
    word: 'thread_not_found is for a ts that is missing or not valid',
    page: method('conversations.replies'),
  },
  {
    found: [
      'conversations.replies: a channel without the app → not_in_channel, there ok',
      'conversations.history: a channel without the app → not_in_channel, there ok',
    ],
    right: 'ours',
    word: 'only user tokens read public channels that they are not in',
    page: method('conversations.history'),
  },
  {
    found: ['conversations.replies › response_metadata: only ours', 'conversations.history › pin_count: only ours'],
    right: 'ours',
    word: 'both are in the answer; emulate does not page through replies',
    page: method('conversations.history'),
  },
  {
    found: ['conversations.history › response_metadata: only there'],
    right: 'open',
    word: 'the samples show it where there is a next page',
    page: method('conversations.history'),
  },

  // Channels
  {
    found: ours('a channel', ['is_ext_shared', 'is_shared', 'is_org_shared', 'is_general', 'context_team_id']),
    right: 'ours',
    word: 'all are in the answer',
    page: answer('ConversationsInfo'),
  },
  {
    found: theirs('a channel', ['is_open', 'last_read']),
    right: 'theirs',
    word: 'both are in the answer; our app reads nothing of what it has read',
    page: answer('ConversationsInfo'),
  },
  {
    found: ['a channel › num_members: only there'],
    right: 'ours',
    word: 'it is told where include_num_members asks for it',
    page: method('conversations.info'),
  },
  {
    found: ['conversations.list: a cursor of nobody → invalid_cursor, there ok'],
    right: 'ours',
    word: 'invalid_cursor is for a cursor that is not valid',
    page: method('conversations.list'),
  },
  {
    found: ['conversations.join › warning: only ours'],
    right: 'ours',
    word: 'who is in the channel already is warned by already_in_channel',
    page: method('conversations.join'),
  },

  // People and reactions
  {
    found: ours('a user', [
      'tz',
      'is_owner',
      'is_restricted',
      'is_ultra_restricted',
      'is_stranger',
      'is_email_confirmed',
      'updated',
    ]),
    right: 'ours',
    word: 'all are in the answer; guests and strangers are told by them',
    page: answer('UsersInfo'),
  },
  {
    found: theirs('a user › profile', [
      'title',
      'phone',
      'skype',
      'image_48',
      'image_192',
      'real_name_normalized',
      'display_name_normalized',
      'status_text',
      'status_emoji',
      'status_emoji_display_info',
      'status_expiration',
      'huddle_state',
      'huddle_state_expiration_ts',
    ]),
    right: 'theirs',
    word: 'all are in a profile; our people have a name and an address alone',
    page: answer('UsersInfo'),
  },
  {
    found: ['reactions.add: an emoji that is not there → invalid_name, there ok'],
    right: 'ours',
    word: 'invalid_name is for a name that is not valid',
    page: method('reactions.add'),
  },
  {
    found: ['reactions.add: an unknown channel → channel_not_found, there message_not_found'],
    right: 'open',
    word: 'message_not_found is for a message that channel and timestamp do not lead to; both mean the same to a caller',
    page: method('reactions.add'),
  },
  {
    found: ['reactions.get › channel: only ours'],
    right: 'ours',
    word: 'the answer names the channel of a message',
    page: answer('ReactionsGet'),
  },

  // Files
  {
    found: ['a file › file_access: only ours'],
    right: 'ours',
    word: 'it is in the answer',
    page: answer('FilesInfo'),
  },
  {
    found: [
      'a file › display_as_bot: only there',
      'a file › comments_count: only there',
      'a file › is_starred: only there',
      'a file › has_rich_preview: only there',
      'a file › initial_comment: only there',
      'files.info › paging: only there',
    ],
    right: 'theirs',
    word: 'all are in the answer; ours has neither comments nor previews',
    page: answer('FilesInfo'),
  },
  {
    found: ['a file › thread_ts: only there'],
    right: 'ours',
    word: 'a file has its threads in its shares',
    page: answer('FilesInfo'),
  },
  {
    found: ['a file › channels[]: only there', 'a file › shares › public: only there'],
    right: 'open',
    word: 'files are shared after the call has been answered; ours takes that time, so that nobody relies on less',
    page: method('files.completeUploadExternal'),
  },
  {
    found: theirs('a file › shares › public › (id)[]', [
      'channel_name',
      'team_id',
      'share_user_id',
      'source',
      'reply_count',
      'reply_users',
      'reply_users_count',
      'is_silent_share',
    ]),
    right: 'theirs',
    word: 'all are in a share; our app reads its ts',
    page: answer('FilesInfo'),
  },
  {
    found: [
      'files.info › response_metadata: only ours',
      'files.getUploadURLExternal › response_metadata: only ours',
      'files.completeUploadExternal › response_metadata: only ours',
    ],
    right: 'ours',
    word: 'what is wrong with the arguments is told there, and files.info pages through comments',
    page: answer('FilesInfo'),
  },

  // Views
  {
    found: ['a view › blocks[] › block_id: only ours', 'a view › app_installed_team_id: only ours'],
    right: 'ours',
    word: 'both are in the answer: a block without an id is given one',
    page: answer('ViewsOpen'),
  },
  {
    found: ['a view › title: object, there null'],
    right: 'ours',
    word: 'a title is an object, also of a view that was given none',
    page: answer('ViewsPublish'),
  },
  {
    found: ['views.open: a title of 25 characters → invalid_arguments, there ok'],
    right: 'ours',
    word: 'a title has at most 24 characters',
    page: 'https://docs.slack.dev/reference/views/modal-views',
  },
];
