import { z } from 'zod';

/** What Slack tells us, at the border: only the fields that we read. https://docs.slack.dev/reference/events */

const text = z.string().min(1);
const optionalText = text.nullish().catch(undefined);

export const File = z.object({
  id: text,
  name: z.string().nullish().catch(undefined),
  title: z.string().nullish().catch(undefined),
  size: z.int().min(0).nullish().catch(undefined),
  mimetype: optionalText,
  mode: optionalText,
  file_access: optionalText,
  is_external: z.boolean().nullish().catch(undefined),
  url_private: optionalText,
  url_private_download: optionalText,
});
export type File = z.infer<typeof File>;

/** A message, also as it stands inside an edit, a deletion or a shortcut. */
export const Message = z.object({
  subtype: z.string().nullish(),
  user: optionalText,
  bot_id: optionalText,
  app_id: optionalText,
  ts: text,
  thread_ts: optionalText,
  text: z.string().nullish().catch(undefined),
  blocks: z.array(z.unknown()).nullish().catch(undefined),
  files: z.array(z.unknown()).nullish().catch(undefined),
  edited: z.object({ ts: text }).nullish().catch(undefined),
  user_team: optionalText,
  source_team: optionalText,
  team: optionalText,
  metadata: z.unknown().optional(),
});
export type Message = z.infer<typeof Message>;

export const MessageEvent = z.object({
  type: z.literal('message'),
  subtype: z.string().nullish(),
  channel: text,
  channel_type: z.string().nullish(),
});
export const EditEvent = z.object({ message: Message, previous_message: Message.nullish().catch(undefined) });
export const DeletionEvent = z.object({
  deleted_ts: optionalText,
  previous_message: Message.nullish().catch(undefined),
});

export const AnyEvent = z.looseObject({ type: text, event_ts: optionalText });
export type AnyEvent = z.infer<typeof AnyEvent>;
export const HomeEvent = z.object({ user: text, tab: z.string() });
export const ChannelEvent = z.object({ channel: text });
export const RenamedChannelEvent = z.object({ old_channel_id: text, new_channel_id: text });
export const MembershipEvent = z.object({ user: text, channel: text });
/** `thread_ts` is not told, and a file or a comment has no message to react to. */
export const ReactionEvent = z.object({
  user: text,
  reaction: text,
  item: z.object({ type: z.literal('message'), channel: text, ts: text }),
});
export const UserEvent = z.object({ user: z.object({ id: text }) });

export const Envelope = z.object({
  type: z.literal('event_callback'),
  team_id: optionalText,
  context_team_id: optionalText,
  api_app_id: optionalText,
  event_id: optionalText,
  authorizations: z
    .array(z.object({ team_id: optionalText, user_id: optionalText, is_bot: z.boolean().nullish().catch(undefined) }))
    .catch([]),
  event: AnyEvent,
});
export type Envelope = z.infer<typeof Envelope>;

export const Command = z.object({
  command: text,
  text: z.string().catch(''),
  team_id: text,
  channel_id: text,
  user_id: text,
  trigger_id: text,
  response_url: optionalText,
});

const inTeam = {
  user: z.object({ id: text, team_id: optionalText }),
  team: z.object({ id: text }).nullish().catch(undefined),
};

const View = z.object({
  id: text,
  callback_id: z.string(),
  external_id: optionalText,
  private_metadata: z.string().catch(''),
  state: z.object({ values: z.record(z.string(), z.record(z.string(), z.unknown())).catch({}) }).catch({ values: {} }),
});

export const Press = z.object({
  type: z.literal('block_actions'),
  ...inTeam,
  trigger_id: optionalText,
  response_url: optionalText,
  container: z
    .object({
      message_ts: optionalText,
      channel_id: optionalText,
      thread_ts: optionalText,
      is_ephemeral: z.boolean().nullish().catch(undefined),
    })
    .catch({}),
  channel: z.object({ id: text }).nullish().catch(undefined),
  message: z.object({ thread_ts: optionalText }).nullish().catch(undefined),
  view: View.nullish().catch(undefined),
  actions: z.array(
    z.object({
      type: z.string(),
      action_id: text,
      value: z.string().nullish().catch(undefined),
      url: z.string().nullish().catch(undefined),
      action_ts: optionalText,
    }),
  ),
});
export type Press = z.infer<typeof Press>;

export const Shortcut = z.object({
  type: z.literal('message_action'),
  ...inTeam,
  callback_id: text,
  trigger_id: text,
  response_url: optionalText,
  channel: z.object({ id: text }),
  message: Message,
});

export type Shortcut = z.infer<typeof Shortcut>;

export const Submission = z.object({ type: z.literal('view_submission'), ...inTeam, view: View });
export type Submission = z.infer<typeof Submission>;

export const Suggestion = z.object({
  type: z.literal('block_suggestion'),
  ...inTeam,
  action_id: text,
  value: z.string().catch(''),
  channel: z.object({ id: text }).nullish().catch(undefined),
  view: View.nullish().catch(undefined),
});

/** One input of a submitted modal, as text or as a list of texts. Null for a kind that we never draw. */
export const InputValue = z
  .union([
    z
      .object({ type: z.literal('plain_text_input'), value: z.string().nullish() })
      .transform(({ value }): string | string[] => value ?? ''),
    z
      .object({
        type: z.enum(['static_select', 'external_select']),
        selected_option: z.object({ value: z.string() }).nullish(),
      })
      .transform(({ selected_option }): string | string[] => selected_option?.value ?? ''),
    z
      .object({ type: z.literal('multi_users_select'), selected_users: z.array(z.string()).nullish() })
      .transform(({ selected_users }): string | string[] => selected_users ?? []),
    z
      .object({ type: z.literal('channels_select'), selected_channel: z.string().nullish() })
      .transform(({ selected_channel }): string | string[] => selected_channel ?? ''),
  ])
  .nullable()
  .catch(null);
