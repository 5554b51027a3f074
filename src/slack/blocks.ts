import type {
  ActionsBlock,
  Button as SlackButton,
  KnownBlock,
  RichTextBlock,
  RichTextElement,
  RichTextSection,
} from '@slack/types';
import type { Button, Inline, Notice, Part } from '../core/notice.ts';
import { moment, plainInline } from '../core/notice.ts';
import { Failure } from '../delivery/errors.ts';
import { cut, escape, split } from './characters.ts';
import { SIDE } from './errors.ts';
import { drawRich } from './rich-blocks.ts';

/** https://docs.slack.dev/reference/block-kit/blocks */
export const limits = {
  blocksInMessage: 50,
  blocksInView: 100,
  text: 3000,
  header: 150,
  buttons: 25,
  buttonLabel: 75,
  buttonValue: 2000,
  url: 3000,
  confirmTitle: 100,
  confirmText: 300,
  confirmButton: 30,
} as const;

const openable = /^(?:https?:\/\/|mailto:|tel:)[^\s]+$/i;
const slackMember = /^[UW]\w+$/;

export type Drawn = { readonly text: string; readonly blocks: KnownBlock[] };

/** A notice as Slack takes it. Throws `Failure` for one that Slack would refuse. */
export const drawNotice = (notice: Notice, attempted: string): Drawn => ({
  text: fallbackText(notice.summary),
  blocks: fit(
    notice.parts.flatMap((part) => drawPart(part, attempted)),
    limits.blocksInMessage,
    attempted,
  ),
});

/** Everything is rich_text or plain_text: there is no markup in either, so nothing a customer writes can become any. */
export const drawPart = (part: Part, attempted: string): KnownBlock[] => {
  switch (part.part) {
    case 'title':
      return drawTitle(part.text);
    case 'text':
      return rows(part.text).map((elements) => richText({ type: 'rich_text_section', elements }));
    case 'rich':
      return drawRich(part.blocks);
    case 'quote':
      return rows(part.text).map((elements) => richText({ type: 'rich_text_quote', elements }));
    case 'small':
      return drawSmall(part.text);
    case 'fields':
      return drawFields(part.fields);
    case 'list':
      return drawList(part.items);
    case 'buttons':
      return drawButtons(part.buttons, attempted);
    case 'divider':
      return [{ type: 'divider' }];
  }
};

/** What notifications show; Slack reads it as mrkdwn. */
const fallbackText = (summary: string): string => {
  const escaped = escape(summary);
  if (escaped.length <= limits.text) return escaped;
  // An entity is at most five characters long.
  return escape(cut(summary, Math.floor(limits.text / '&amp;'.length)));
};

const drawTitle = (text: string): KnownBlock[] => {
  if (text.trim() === '') return [];
  if (text.length > limits.header) return drawPart({ part: 'text', text: [{ strong: text }] }, '');
  return [{ type: 'header', text: { type: 'plain_text', text, emoji: false } }];
};

/** A context block knows no rich text; a small line that needs it is drawn at normal size. */
const drawSmall = (text: readonly Inline[]): KnownBlock[] => {
  const words = text.map((inline) => (typeof inline === 'string' ? inline : null));
  if (words.includes(null)) return rows(text).map((elements) => richText({ type: 'rich_text_section', elements }));
  return split(words.join(''), limits.text)
    .filter((piece) => piece.trim() !== '')
    .map((piece) => ({ type: 'context', elements: [{ type: 'plain_text', text: piece, emoji: false }] }));
};

const drawFields = (fields: Extract<Part, { part: 'fields' }>['fields']): KnownBlock[] => {
  const lines = fields.flatMap(({ label, value }, at): Inline[] => [
    { strong: `${at === 0 ? '' : '\n'}${label}: ` },
    ...value,
  ]);
  return drawPart({ part: 'text', text: lines }, '');
};

const drawList = (items: readonly (readonly Inline[])[]): KnownBlock[] => {
  const sections = items
    .flatMap((item) => rows(item))
    .map((elements): RichTextSection => ({ type: 'rich_text_section', elements }));
  return groupBy(sections, limits.text, lengthOfElement).map((elements) =>
    richText({ type: 'rich_text_list', style: 'bullet', elements }),
  );
};

/** An action id may stand only once in a block, so the same button again begins a new row. */
const drawButtons = (buttons: readonly Button[], attempted: string): KnownBlock[] => {
  const blocks: ActionsBlock[] = [];
  for (const button of buttons) {
    const last = blocks.at(-1);
    const full = last === undefined || last.elements.length >= limits.buttons;
    const twice = last?.elements.some((element) => 'action_id' in element && element.action_id === button.action);
    if (full || twice) blocks.push({ type: 'actions', elements: [drawButton(button, attempted)] });
    else last.elements.push(drawButton(button, attempted));
  }
  return blocks;
};

const drawButton = (button: Button, attempted: string): SlackButton => {
  if (button.value.length > limits.buttonValue) throw tooLong(attempted, 'button_value');
  const { confirm, style } = button;
  return {
    type: 'button',
    action_id: button.action,
    text: plain(button.label, limits.buttonLabel),
    ...(button.value === '' ? {} : { value: button.value }),
    ...(style === 'plain' ? {} : { style }),
    ...(confirm === null
      ? {}
      : {
          confirm: {
            title: plain(confirm.title, limits.confirmTitle),
            text: plain(confirm.text, limits.confirmText),
            confirm: plain(confirm.yes, limits.confirmButton),
            deny: plain('Cancel', limits.confirmButton),
          },
        }),
  };
};

/** Slack refuses an empty text. */
export const plain = (text: string, limit: number) => ({
  type: 'plain_text' as const,
  text: text.trim() === '' ? '–' : cut(text, limit),
  emoji: false,
});

/** The elements of a text, in rows that are short enough for one block each. */
const rows = (text: readonly Inline[]): RichTextElement[][] =>
  groupBy(text.flatMap(elementsOf), limits.text, lengthOfElement);

const elementsOf = (inline: Inline): RichTextElement[] => {
  if (typeof inline === 'string') return textElements(inline);
  if ('strong' in inline) return textElements(inline.strong, { bold: true });
  if ('code' in inline) return textElements(inline.code, { code: true });
  if ('member' in inline && slackMember.test(inline.member)) return [{ type: 'user', user_id: inline.member }];
  if ('member' in inline) return textElements(plainInline(inline));
  if ('group' in inline) return [{ type: 'usergroup', usergroup_id: inline.group }];
  if ('at' in inline) return [drawMoment(inline.at)];
  const { url, label } = inline;
  if (!openable.test(url) || url.length > limits.url) return textElements(label);
  return [{ type: 'link', url, text: label === '' ? url : cut(label, limits.text) }];
};

/** Slack shows it by each reader's own clock. */
const drawMoment = (at: number): RichTextElement => ({
  type: 'date',
  timestamp: Math.floor(at / 1000),
  format: '{date_short_pretty} at {time}',
  fallback: moment(at),
});

const textElements = (text: string, style?: { bold?: boolean; code?: boolean }): RichTextElement[] =>
  split(text, limits.text).map((piece) => ({ type: 'text', text: piece, ...(style && { style }) }));

const richText = (element: RichTextBlock['elements'][number]): RichTextBlock => ({
  type: 'rich_text',
  elements: [element],
});

/** A mention is drawn as a name of unknown length. */
const MENTION_LENGTH = 80;

const lengthOfElement = (element: RichTextElement | RichTextSection): number => {
  if ('elements' in element) return element.elements.reduce((sum, inner) => sum + lengthOfElement(inner), 0);
  return 'text' in element && typeof element.text === 'string' ? element.text.length : MENTION_LENGTH;
};

const groupBy = <T>(things: readonly T[], limit: number, lengthOf: (thing: T) => number): T[][] => {
  const groups: T[][] = [];
  let room = 0;
  for (const thing of things) {
    const length = lengthOf(thing);
    const last = groups.at(-1);
    if (last === undefined || length > room) {
      groups.push([thing]);
      room = limit - length;
    } else {
      last.push(thing);
      room -= length;
    }
  }
  return groups;
};

/** Joins neighbours when there are too many blocks; a single text is never shortened. */
export const fit = (blocks: readonly KnownBlock[], limit: number, attempted: string): KnownBlock[] => {
  if (blocks.length <= limit) return [...blocks];
  const joined: KnownBlock[] = [];
  for (const block of blocks) {
    const last = joined.at(-1);
    if (
      block.type === 'rich_text' &&
      last?.type === 'rich_text' &&
      lengthOfBlock(last) + lengthOfBlock(block) <= limits.text
    ) {
      joined[joined.length - 1] = { ...last, elements: [...last.elements, ...block.elements] };
    } else joined.push(block);
  }
  if (joined.length > limit) throw tooLong(attempted, 'too_many_blocks');
  return joined;
};

const lengthOfBlock = (block: RichTextBlock): number =>
  block.elements
    .flatMap((element): readonly (RichTextElement | RichTextSection)[] => element.elements)
    .reduce((sum, element) => sum + lengthOfElement(element), 0);

/** Refused by us, with the word that Slack uses or would use. */
export const tooLong = (attempted: string, word: string): Failure =>
  new Failure({ kind: 'permanent', side: SIDE, attempted, effect: 'none', word });
