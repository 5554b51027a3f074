import { ChannelId, MemberId, SlackTs } from '../../src/core/ids.ts';
import type { Form, Notice, PostAs } from '../../src/core/notice.ts';
import { C, U } from '../../src/sandbox/slack/seed.ts';
import { drawNotice } from '../../src/slack/blocks.ts';
import { icons } from '../../src/slack/client.ts';
import { drawForm } from '../../src/slack/forms.ts';

/** What stands on a picture, in the shape in which the sandbox's page draws it. */

export type Mark = { readonly name: string; readonly count: number };

/** A message with everything that Slack shows around its blocks. */
export type ShownMessage = {
  readonly ts: string;
  readonly name: string;
  readonly isApp: boolean;
  readonly icon: string | null;
  readonly text: string;
  readonly blocks: readonly object[];
  readonly reactions: readonly Mark[];
  readonly files?: readonly { readonly name: string; readonly size: number }[];
  readonly broadcast?: boolean;
  readonly isPrivate?: boolean;
};

export type Shown =
  | { readonly as: 'message'; readonly message: ShownMessage }
  | { readonly as: 'form'; readonly view: object }
  | { readonly as: 'home'; readonly blocks: readonly object[] }
  /** What Slack asks before a press of the button with this action counts. */
  | { readonly as: 'confirm'; readonly blocks: readonly object[]; readonly action: string };

/** `caption`: what the reader sees, in a few words; none where it goes on. */
export type Item = Shown & { readonly caption: string | null };

/** One file of docs/pictures. */
export type Sheet = { readonly file: string; readonly alt: string; readonly items: readonly Item[] };

/** The moment of all pictures: a Monday morning in Helsinki. */
export const NOW = Date.parse('2026-11-23T08:24:00Z');
export const MINUTE = 60_000;
export const HOUR = 60 * MINUTE;

export const ANNA = MemberId.parse(U.anna);
export const BEN = MemberId.parse(U.ben);
export const CHANNEL = ChannelId.parse(C.support);
/** A second channel of casebridge. */
export const ELSEWHERE = ChannelId.parse(C.secret);

const tsAt = (at: number): string => `${Math.floor(at / 1000)}.000100`;

type Post = {
  readonly as?: PostAs | null;
  readonly at?: number;
  readonly broadcast?: boolean;
  readonly files?: ShownMessage['files'];
};

/** What casebridge posts for everybody in a thread. */
export const posted = (caption: string | null, notice: Notice, post: Post = {}): Item => {
  const { as = null, at = NOW, broadcast = false, files = [] } = post;
  const { text, blocks } = drawNotice(notice, 'chat.postMessage');
  const author = { name: as?.name ?? 'casebridge', icon: as === null ? null : icons[as.icon] };
  return {
    caption,
    as: 'message',
    message: { ts: tsAt(at), ...author, isApp: true, text, blocks: plain(blocks), reactions: [], files, broadcast },
  };
};

/** What casebridge says to one member alone. */
export const whispered = (caption: string | null, notice: Notice): Item => {
  const { text, blocks } = drawNotice(notice, 'chat.postEphemeral');
  const author = { name: 'casebridge', icon: null, isApp: true, isPrivate: true };
  return {
    caption,
    as: 'message',
    message: { ts: tsAt(NOW), ...author, text, blocks: plain(blocks), reactions: [] },
  };
};

/** What a member wrote, with the receipt on it. */
export const wrote = (caption: string | null, text: string, { mark = '', by = 'Anna Agent' } = {}): Item => ({
  caption,
  as: 'message',
  message: {
    ts: tsAt(NOW),
    name: by,
    isApp: false,
    icon: null,
    text,
    blocks: [],
    reactions: mark === '' ? [] : [{ name: mark, count: 1 }],
  },
});

export const opened = (caption: string | null, form: Form): Item => {
  const place = { channel: CHANNEL, thread: SlackTs.parse(tsAt(NOW)), responseUrl: null };
  return { caption, as: 'form', view: plainObject(drawForm(form, place, 'views.open')) };
};

export const askedBefore = (caption: string | null, notice: Notice, action: string): Item => ({
  caption,
  as: 'confirm',
  blocks: plain(drawNotice(notice, 'chat.postMessage').blocks),
  action,
});

/** As it goes over the wire, where what is undefined is not there. */
const plainObject = (value: object): object => JSON.parse(JSON.stringify(value));
const plain = (blocks: readonly object[]): readonly object[] => blocks.map(plainObject);
