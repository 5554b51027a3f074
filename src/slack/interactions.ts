import { createHash } from 'node:crypto';
import { HUB } from '../core/forms.ts';
import { readLuggage } from './forms.ts';
import { actionPrefix, messageShortcuts } from './manifest.ts';
import { textOf } from './messages.ts';
import { InputValue, Press, Shortcut, Submission } from './schema.ts';
import type { Outcome } from './told.ts';

const DIGEST_LENGTH = 24;

/** Presses, shortcuts and submissions. A retry of the same press has the same trigger, another press another one. */
export const readInteraction = (body: unknown): Outcome => {
  const press = Press.safeParse(body);
  if (press.success) return readPress(press.data);
  const shortcut = Shortcut.safeParse(body);
  if (shortcut.success) return readShortcut(shortcut.data);
  const submission = Submission.safeParse(body);
  if (submission.success) return readSubmission(submission.data);
  return { ignored: 'other_interaction' };
};

const readPress = (press: Press): Outcome => {
  const action = press.actions.find(({ type, action_id }) => type === 'button' && action_id.startsWith(actionPrefix));
  if (action === undefined) return { ignored: 'other_action' };
  // A button that only opens an address still sends a press.
  if (action.url) return { ignored: 'link_button' };
  const place = press.view ? readLuggage(press.view.private_metadata) : placeOfMessage(press);
  if (place === null) return { ignored: 'no_place' };
  const team = teamOf(press);
  const member = press.user.id;
  const { channel, thread } = place;
  const responseUrl = press.response_url ?? place.responseUrl;
  const to = { team, channel, member, thread, responseUrl, ...homeOf(place), ...hubOf(press) };
  const ephemeral = press.container.is_ephemeral === true;
  return {
    key: [team, 'press', press.trigger_id ?? `${member}:${action.action_id}:${action.action_ts ?? ''}`],
    lane: laneOf(to),
    event: {
      type: 'button',
      to,
      action: action.action_id,
      value: action.value ?? '',
      message: ephemeral ? null : (press.container.message_ts ?? null),
    },
  };
};

/** The first message of a thread does not name its thread until somebody answered: it is its own. */
const placeOfMessage = ({ container, channel, message }: Press) => {
  const id = container.channel_id ?? channel?.id;
  if (!id) return null;
  const own = container.is_ephemeral === true ? null : (container.message_ts ?? null);
  return { channel: id, thread: container.thread_ts ?? message?.thread_ts ?? own, responseUrl: null };
};

const readShortcut = (shortcut: Shortcut): Outcome => {
  const { callback_id, message, channel, trigger_id } = shortcut;
  if (!(callback_id in messageShortcuts)) return { ignored: 'other_shortcut' };
  const team = teamOf(shortcut);
  const thread = message.thread_ts ?? message.ts;
  const to = {
    team,
    channel: channel.id,
    member: shortcut.user.id,
    thread,
    responseUrl: shortcut.response_url ?? null,
  };
  return {
    key: [team, 'shortcut', trigger_id],
    lane: laneOf(to),
    event: {
      type: 'shortcut',
      to,
      shortcut: callback_id,
      message: message.ts,
      messageThread: thread,
      author: message.bot_id ? null : (message.user ?? null),
      text: textOf(message),
    },
  };
};

/** A form sent twice with the same content, because the first answer came too late, is one submission. */
const readSubmission = (submission: Submission): Outcome => {
  const { view } = submission;
  const luggage = readLuggage(view.private_metadata);
  if (luggage === null) return { ignored: 'form_without_place' };
  const team = teamOf(submission);
  const { channel, thread, responseUrl, context } = luggage;
  const from = luggage.hub === undefined ? {} : { hub: luggage.hub };
  const to = { team, channel, member: submission.user.id, thread, responseUrl, ...homeOf(luggage), ...from };
  const fields = fieldsOf(view.state.values);
  return {
    key: [team, 'form', view.id, digest(JSON.stringify(fields))],
    lane: laneOf(to),
    event: { type: 'form', to, form: view.callback_id, context, fields },
  };
};

/** What was asked on the home tab is answered there. */
const homeOf = (place: object) => ('home' in place && place.home === true ? { home: true } : {});

/** By its name a hub can be drawn anew when what was pressed in it is done. */
const hubOf = ({ view }: Press) => (view?.callback_id === HUB && view.external_id ? { hub: view.external_id } : {});

const fieldsOf = (values: Submission['view']['state']['values']): Record<string, string | string[]> =>
  Object.fromEntries(
    Object.entries(values).flatMap(([field, block]) => {
      const value = InputValue.parse(block[field]);
      return value === null ? [] : [[field, value]];
    }),
  );

/** An interaction has no authorization; the member's own team stands in where an organisation's app names none. */
const teamOf = ({ team, user }: Pick<Press, 'team' | 'user'>): string => team?.id ?? user.team_id ?? '';

const laneOf = ({
  team,
  channel,
  member,
  thread,
}: {
  team: string;
  channel: string;
  member: string;
  thread: string | null;
}) => (thread === null ? [team, member] : [team, channel, thread]);

const digest = (text: string): string => createHash('sha256').update(text).digest('hex').slice(0, DIGEST_LENGTH);
