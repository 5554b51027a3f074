import type { Faults, Rule } from './rules.ts';
import { boolean, byType, fault, list, matching, number, oneOf, shape, string } from './rules.ts';
import type { Json, JsonObject } from './wire.ts';
import { isObject, textOf } from './wire.ts';

export type Surface = 'message' | 'modal' | 'home';

const MAX_BLOCKS = { message: 50, modal: 100, home: 100 };
/** All markdown blocks of one message together. */
const MAX_MARKDOWN = 12_000;
/** All text in the blocks of one message together: reported by developers, not published. */
const MAX_TEXT = 13_200;

const plainText = (most: number): Rule =>
  shape({ type: oneOf('plain_text'), text: string(1, most) }, { emoji: boolean });
const anyText = (most: number): Rule =>
  byType({
    plain_text: plainText(most),
    mrkdwn: shape({ type: oneOf('mrkdwn'), text: string(1, most) }, { verbatim: boolean }),
  });

const id = string(1, 255);
const httpUrl = matching(/^https?:\/\/\S+$/, 'invalid url');
const linkUrl = matching(/^[a-z][a-z0-9+.-]*:\S+$/i, 'invalid url');
const confirm = shape(
  { title: plainText(100), text: anyText(300), confirm: plainText(30), deny: plainText(30) },
  { style: oneOf('primary', 'danger') },
);
const option = (text: Rule): Rule =>
  shape({ text, value: string(1, 150) }, { description: plainText(75), url: httpUrl });
const options = (most: number, text: Rule = plainText(75)): Rule => list(1, most, option(text));
const groups = list(1, 100, shape({ label: plainText(75), options: options(100) }));

const interactive = { action_id: id };
const asking = { ...interactive, placeholder: plainText(150), focus_on_load: boolean };
const typeOf = (type: string) => ({ type: oneOf(type) });

function select(kind: string, own: Record<string, Rule>, required: Record<string, Rule> = {}): Record<string, Rule> {
  const shared = { ...asking, confirm };
  return {
    [`${kind}_select`]: shape({ ...typeOf(`${kind}_select`), ...required }, { ...shared, ...own }),
    [`multi_${kind}_select`]: shape(
      { ...typeOf(`multi_${kind}_select`), ...required },
      { ...shared, ...own, max_selected_items: number },
    ),
  };
}

const conversationFilter = shape(
  {},
  { include: list(1, 4, string(1, 20)), exclude_external_shared_channels: boolean, exclude_bot_users: boolean },
);

const SELECTS: Record<string, Rule> = {
  ...select('static', {
    options: options(100),
    option_groups: groups,
    initial_option: option(plainText(75)),
    initial_options: options(100),
  }),
  ...select('external', {
    min_query_length: number,
    initial_option: option(plainText(75)),
    initial_options: options(100),
  }),
  ...select('users', { initial_user: id, initial_users: list(1, 100, id) }),
  ...select('channels', { initial_channel: id, initial_channels: list(1, 100, id), response_url_enabled: boolean }),
  ...select('conversations', {
    initial_conversation: id,
    initial_conversations: list(1, 100, id),
    default_to_current_conversation: boolean,
    response_url_enabled: boolean,
    filter: conversationFilter,
  }),
};

const choices = (type: string, own: Record<string, Rule>): Rule =>
  shape(
    { ...typeOf(type), options: options(10, anyText(75)) },
    { ...interactive, focus_on_load: boolean, confirm, ...own },
  );

const PICKERS: Record<string, Rule> = {
  checkboxes: choices('checkboxes', { initial_options: options(10, anyText(75)) }),
  radio_buttons: choices('radio_buttons', { initial_option: option(anyText(75)) }),
  datepicker: shape(typeOf('datepicker'), {
    ...asking,
    confirm,
    initial_date: matching(/^\d{4}-\d\d-\d\d$/, 'invalid date'),
  }),
  timepicker: shape(typeOf('timepicker'), {
    ...asking,
    confirm,
    initial_time: matching(/^\d\d:\d\d$/, 'invalid time'),
    timezone: string(1, 64),
  }),
  datetimepicker: shape(typeOf('datetimepicker'), {
    ...interactive,
    confirm,
    focus_on_load: boolean,
    initial_date_time: number,
  }),
};

const button = shape(
  { ...typeOf('button'), text: plainText(75) },
  {
    ...interactive,
    value: string(0, 2000),
    url: httpUrl,
    style: oneOf('primary', 'danger'),
    confirm,
    accessibility_label: string(1, 75),
  },
);
const overflow = shape({ ...typeOf('overflow'), options: options(5) }, { ...interactive, confirm });
const image = shape(
  { ...typeOf('image'), image_url: httpUrl, alt_text: string(1, 2000) },
  { title: plainText(2000), block_id: id },
);

const typed = {
  ...asking,
  initial_value: string(0, 3000),
  dispatch_action_config: shape({}, { trigger_actions_on: list(1, 2, id) }),
};
const INPUTS: Record<string, Rule> = {
  plain_text_input: shape(typeOf('plain_text_input'), {
    ...typed,
    multiline: boolean,
    min_length: number,
    max_length: number,
  }),
  email_text_input: shape(typeOf('email_text_input'), typed),
  url_text_input: shape(typeOf('url_text_input'), typed),
  number_input: shape(
    { ...typeOf('number_input'), is_decimal_allowed: boolean },
    { ...typed, min_value: string(0, 40), max_value: string(0, 40) },
  ),
  file_input: shape(typeOf('file_input'), {
    ...interactive,
    filetypes: list(1, 100, string(1, 20)),
    max_files: number,
  }),
};

const style = shape({}, { bold: boolean, italic: boolean, strike: boolean, code: boolean, underline: boolean });
const styled = { style };
const INLINE = byType({
  text: shape({ ...typeOf('text'), text: string(1, 100_000) }, styled),
  link: shape({ ...typeOf('link'), url: linkUrl }, { ...styled, text: string(0, 10_000), unsafe: boolean }),
  emoji: shape({ ...typeOf('emoji'), name: string(1, 100) }, { ...styled, unicode: string(1, 100), skin_tone: number }),
  user: shape({ ...typeOf('user'), user_id: matching(/^[UW]\w+$/, 'invalid user id') }, styled),
  usergroup: shape({ ...typeOf('usergroup'), usergroup_id: matching(/^S\w+$/, 'invalid usergroup id') }, styled),
  channel: shape({ ...typeOf('channel'), channel_id: matching(/^[CGD]\w+$/, 'invalid channel id') }, styled),
  broadcast: shape({ ...typeOf('broadcast'), range: oneOf('here', 'channel', 'everyone') }, styled),
  date: shape(
    { ...typeOf('date'), timestamp: number, format: string(1, 500) },
    { ...styled, fallback: string(0, 500), url: linkUrl },
  ),
  color: shape({ ...typeOf('color'), value: string(1, 20) }),
});
const inlines = list(0, 10_000, INLINE);
const section = shape({ ...typeOf('rich_text_section'), elements: inlines });
const RICH = byType({
  rich_text_section: section,
  rich_text_quote: shape({ ...typeOf('rich_text_quote'), elements: inlines }, { border: number }),
  rich_text_preformatted: shape(
    { ...typeOf('rich_text_preformatted'), elements: inlines },
    { border: number, language: string(0, 40) },
  ),
  rich_text_list: shape(
    { ...typeOf('rich_text_list'), style: oneOf('bullet', 'ordered'), elements: list(1, 1000, section) },
    { indent: number, offset: number, border: number },
  ),
});

const richText = shape({ ...typeOf('rich_text'), elements: list(1, 1000, RICH) }, { block_id: id });
const richTextInput = shape(typeOf('rich_text_input'), { ...asking, initial_value: richText });
const accessory = byType({ button, overflow, image, ...SELECTS, ...PICKERS });
const blockIds = { block_id: id };

const BLOCKS: Record<string, Rule> = {
  section: shape(typeOf('section'), {
    ...blockIds,
    text: anyText(3000),
    fields: list(1, 10, anyText(2000)),
    accessory,
    expand: boolean,
  }),
  header: shape({ ...typeOf('header'), text: plainText(150) }, blockIds),
  divider: shape(typeOf('divider'), blockIds),
  context: shape(
    {
      ...typeOf('context'),
      elements: list(1, 10, byType({ image, mrkdwn: anyText(3000), plain_text: anyText(3000) })),
    },
    blockIds,
  ),
  actions: shape(
    { ...typeOf('actions'), elements: list(1, 25, byType({ button, overflow, ...SELECTS, ...PICKERS })) },
    blockIds,
  ),
  image,
  rich_text: richText,
  input: shape(
    {
      ...typeOf('input'),
      label: plainText(2000),
      element: byType({ ...INPUTS, rich_text_input: richTextInput, ...SELECTS, ...PICKERS }),
    },
    { ...blockIds, hint: plainText(2000), optional: boolean, dispatch_action: boolean },
  ),
  markdown: shape({ ...typeOf('markdown'), text: string(1, MAX_MARKDOWN) }, blockIds),
};

const ONLY_IN_MESSAGES = new Set(['markdown']);

/** An empty list means that Slack would take them. */
export function blockFaults(blocks: Json, surface: Surface, at = '/blocks'): string[] {
  const faults: Faults = [];
  list(0, MAX_BLOCKS[surface], byType(BLOCKS))(blocks, at, faults);
  if (!Array.isArray(blocks)) return faults;
  const seen = new Set<string>();
  blocks.filter(isObject).forEach((block, index) => {
    const own = `${at}/${index}`;
    const given = block['block_id'];
    if (typeof given === 'string' && seen.has(given)) fault(faults, `${own}/block_id`, 'must be unique: block_id');
    if (typeof given === 'string') seen.add(given);
    if (surface !== 'message' && ONLY_IN_MESSAGES.has(textOf(block['type']))) fault(faults, own, 'unsupported type');
    if (block['type'] === 'section' && block['text'] === undefined && block['fields'] === undefined) {
      fault(faults, own, 'missing required field: text or fields');
    }
    checkElements(block, own, faults);
  });
  return faults;
}

function checkElements(block: JsonObject, at: string, faults: Faults): void {
  const ids = new Set<string>();
  for (const element of elementsIn(block)) {
    const action = element['action_id'];
    if (typeof action === 'string' && ids.has(action)) fault(faults, at, `action_id "${action}" already exists`);
    if (typeof action === 'string') ids.add(action);
    const type = textOf(element['type']);
    if (!/^(?:multi_)?static_select$/.test(type)) continue;
    if ((element['options'] === undefined) === (element['option_groups'] === undefined)) {
      fault(faults, at, 'exactly one of options or option_groups is required');
    }
  }
}

/** The things in a block that a person can act on. */
export function elementsIn(block: JsonObject): JsonObject[] {
  if (block['type'] === 'section') return [block['accessory']].filter(isObject);
  if (block['type'] === 'input') return [block['element']].filter(isObject);
  if (block['type'] !== 'actions') return [];
  return Array.isArray(block['elements']) ? block['elements'].filter(isObject) : [];
}

/** Too much in all, though each block is fine. */
export function tooLong(blocks: JsonObject[]): boolean {
  let markdown = 0;
  let all = 0;
  const walk = (value: Json, inMarkdown: boolean): void => {
    if (Array.isArray(value)) return value.forEach((item) => walk(item, inMarkdown));
    if (!isObject(value)) return;
    for (const [name, part] of Object.entries(value)) {
      if (name === 'text' && typeof part === 'string') {
        if (inMarkdown) markdown += part.length;
        else all += part.length;
      } else walk(part, inMarkdown);
    }
  };
  for (const block of blocks) walk(block, block['type'] === 'markdown');
  return markdown > MAX_MARKDOWN || all > MAX_TEXT;
}
