import type { InputBlock, KnownBlock, ModalView } from '@slack/types';
import { z } from 'zod';
import type { AnswerTo } from '../core/event.ts';
import { ChannelId, SlackTs } from '../core/ids.ts';
import type { Choice, Field, Form } from '../core/notice.ts';
import { drawPart, fit, limits, plain, tooLong } from './blocks.ts';
import { cut } from './characters.ts';

const TITLE_LIMIT = 24;
const METADATA_LIMIT = 3000;
const LABEL_LIMIT = 2000;
const INPUT_LIMIT = 3000;
const OPTION_LIMIT = 75;
const OPTION_VALUE_LIMIT = 150;
const OPTIONS_LIMIT = 100;
/** A contact or an agent is not searched for by one letter. */
const SEARCH_FROM = 2;

/** Slack gives neither channel nor thread with a modal, so both travel inside it, beside our own context. */
const Luggage = z.object({
  channel: ChannelId,
  thread: SlackTs.nullable(),
  responseUrl: z.string().nullable(),
  context: z.string(),
  home: z.boolean().optional(),
  hub: z.string().optional(),
});
export type Luggage = z.infer<typeof Luggage>;

export type Place = Pick<AnswerTo, 'channel' | 'thread' | 'responseUrl' | 'home' | 'hub'>;

/** Null when the view is not one that we filled. */
export const readLuggage = (metadata: string): Luggage | null => {
  try {
    return Luggage.parse(JSON.parse(metadata));
  } catch {
    return null;
  }
};

/** A press on the home tab names no channel either. */
export const homeLuggage = (channel: ChannelId): string =>
  JSON.stringify({ channel, thread: null, responseUrl: null, context: '', home: true } satisfies Luggage);

/** Each field's name is both its block id and its action id: errors are told by the one, options asked for by the other. */
export const drawForm = (form: Form, place: Place, attempted: string): ModalView => {
  const { channel, thread, responseUrl, home, hub } = place;
  const luggage = JSON.stringify({ channel, thread, responseUrl, context: form.context, home, hub });
  if (luggage.length > METADATA_LIMIT) throw tooLong(attempted, 'metadata_too_large');
  const blocks = form.parts.flatMap((part) =>
    part.part === 'field' ? [drawField(part, attempted)] : drawPart(part, attempted),
  );
  return {
    type: 'modal',
    callback_id: form.form,
    title: plain(form.title, TITLE_LIMIT),
    ...(form.submit === null ? {} : { submit: plain(form.submit, TITLE_LIMIT) }),
    close: plain(form.submit === null ? 'Close' : 'Cancel', TITLE_LIMIT),
    private_metadata: luggage,
    blocks: fit(blocks, limits.blocksInView, attempted),
  };
};

/** Shown at once, because a trigger lives three seconds and what belongs into the form takes longer. */
export const loadingView = (title: string, name: string): ModalView => ({
  type: 'modal',
  callback_id: 'loading',
  external_id: name,
  title: plain(title, TITLE_LIMIT),
  close: plain('Cancel', TITLE_LIMIT),
  blocks: drawPart({ part: 'text', text: ['One moment…'] }, ''),
});

const drawField = (field: Field, attempted: string): KnownBlock => ({
  type: 'input',
  block_id: field.field,
  label: plain(field.label, LABEL_LIMIT),
  ...(field.hint === null ? {} : { hint: plain(field.hint, LABEL_LIMIT) }),
  optional: field.optional,
  element: drawInput(field, attempted),
});

const drawInput = ({ field, input }: Field, attempted: string): InputBlock['element'] => {
  const action_id = field;
  switch (input.input) {
    case 'line':
    case 'lines':
      return {
        type: 'plain_text_input',
        action_id,
        multiline: input.input === 'lines',
        max_length: INPUT_LIMIT,
        ...(input.initial === '' ? {} : { initial_value: cut(input.initial, INPUT_LIMIT) }),
      };
    case 'choice': {
      if (input.choices.length === 0) throw tooLong(attempted, 'no_choices');
      const options = drawChoices(input.choices);
      const initial = options.find((option) => option.value === input.initial);
      return { type: 'static_select', action_id, options, ...(initial && { initial_option: initial }) };
    }
    case 'search':
      return { type: 'external_select', action_id, min_query_length: SEARCH_FROM };
    case 'members':
      return {
        type: 'multi_users_select',
        action_id,
        ...(input.most === null ? {} : { max_selected_items: input.most }),
      };
    case 'channel':
      return {
        type: 'channels_select',
        action_id,
        ...(input.initial === null ? {} : { initial_channel: input.initial }),
      };
  }
};

/** What does not fit into a list is found by typing more; a value that Slack would cut could not be found at all. */
export const drawChoices = (choices: readonly Choice[]) =>
  choices
    .filter((choice) => choice.value !== '' && choice.value.length <= OPTION_VALUE_LIMIT)
    .slice(0, OPTIONS_LIMIT)
    .map((choice) => ({ text: plain(choice.label, OPTION_LIMIT), value: choice.value }));
