import type { Link } from './link.ts';
import type { Button } from './notice.ts';

/**
 * What agents do, and the doors that lead to it. Each action is one function behind one check of who asks; commands,
 * buttons, shortcuts, forms and reactions only translate into it. Help, hub, titles and docs/slack.md come from here.
 */

export type ActionName =
  | 'open'
  | 'reply'
  | 'note'
  | 'claim'
  | 'release'
  | 'assign'
  | 'close'
  | 'reopen'
  | 'snooze'
  | 'invite'
  | 'link'
  | 'unlink'
  | 'show'
  | 'visitor'
  | 'send'
  | 'keep'
  | 'retry'
  | 'undo';

type Spot = 'card' | 'hub' | 'thread' | 'answer' | 'giosg';

/** A button by its action id. */
export type ButtonDoor = {
  readonly id: string;
  readonly label: string;
  /**
   * Where it is offered: the first message of a thread, the hub, below a message in the thread, a private answer; and
   * where giosg is set up, the first message and the window of a case there.
   */
  readonly at: readonly Spot[];
  /** The title of the form that it opens; null when it acts at once. */
  readonly opens?: string;
  readonly style?: Button['style'];
  readonly confirm?: NonNullable<Button['confirm']>;
  /** When it is of use, beside the state of the case. */
  readonly when?: (link: Link) => boolean;
};

export type Action = {
  /** For help and docs. */
  readonly does: string;
  /** In which state of its case it can be done; null when it is about no case that has a thread. */
  readonly fits: 'open' | 'closed' | 'any' | null;
  /** What follows its word in the command; null where there is no command for it. */
  readonly usage: string | null;
  readonly buttons: readonly ButtonDoor[];
  /** The message shortcut, with the title of the form that it opens. */
  readonly shortcut: { readonly id: string; readonly opens: string } | null;
  /** The form it is submitted by. */
  readonly form: string | null;
  /** Whether a reaction may stand for it, where the settings say so. */
  readonly reaction: boolean;
};

const CLOSING: NonNullable<Button['confirm']> = {
  title: 'Close this case?',
  text: 'The conversation ends for the customer. You can reopen it.',
  yes: 'Close it',
};
const UNLINKING: NonNullable<Button['confirm']> = {
  title: 'Unlink this thread?',
  text: 'Nothing written in it reaches the customer any more.',
  yes: 'Unlink',
};

const plain = { shortcut: null, form: null, reaction: false } as const;

/** In the order in which the hub offers them. */
export const ACTIONS: Readonly<Record<ActionName, Action>> = {
  open: {
    ...plain,
    does: 'opens a case for a contact, in a thread of its own; the text becomes title and internal note',
    fits: null,
    usage: '[contact number | e-mail | phone] [text]',
    buttons: [{ id: 'case_open_anyway', label: 'Open a new one', at: ['answer'] }],
    shortcut: { id: 'case_open', opens: 'Open a case' },
    form: 'open',
  },
  reply: {
    ...plain,
    does: 'writes to the customer; so does a reply in the thread',
    fits: 'open',
    usage: null,
    buttons: [{ id: 'case_reply', label: 'Reply to customer…', at: ['hub'], opens: 'Reply to customer' }],
    shortcut: { id: 'case_reply', opens: 'Reply to customer' },
    form: 'reply',
  },
  note: {
    ...plain,
    does: 'writes an internal note; so does a reply in the thread that begins with note:',
    fits: 'any',
    usage: '<case> <text>',
    buttons: [{ id: 'case_note', label: 'Internal note…', at: ['hub'], opens: 'Internal note' }],
    shortcut: { id: 'case_note', opens: 'Internal note' },
    form: 'note',
  },
  claim: {
    ...plain,
    does: 'takes a case, also from a colleague',
    fits: 'open',
    usage: '[case]',
    buttons: [{ id: 'case_claim', label: 'Claim', at: ['card', 'hub'], style: 'primary' }],
    reaction: true,
  },
  release: {
    ...plain,
    does: 'gives a case up, so that nobody has it',
    fits: 'open',
    usage: '[case]',
    buttons: [{ id: 'case_unclaim', label: 'Release', at: ['hub'], when: (link) => link.claimedBy !== null }],
  },
  assign: {
    ...plain,
    does: 'hands a case over to a colleague',
    fits: 'open',
    usage: '<case> @member',
    buttons: [{ id: 'case_assign', label: 'Assign…', at: ['hub'], opens: 'Assign' }],
    form: 'assign',
  },
  snooze: {
    ...plain,
    does: 'lets a case rest until a time by your clock, or until the customer writes; “off” ends that',
    fits: 'open',
    usage: '<case> <2h | tomorrow 9:00 | mon 8:30 | off>',
    buttons: [
      { id: 'case_snooze', label: 'Snooze…', at: ['card', 'hub'], opens: 'Snooze' },
      { id: 'case_wake', label: 'End snooze', at: ['hub'], when: (link) => link.snoozedUntil !== null },
    ],
    form: 'snooze',
    reaction: true,
  },
  invite: {
    ...plain,
    does: 'asks colleagues into the case in Acquire: members, agents or departments by name',
    fits: 'open',
    usage: '<case> <@member… | agent | department>',
    buttons: [{ id: 'case_invite', label: 'Invite…', at: ['card', 'hub'], opens: 'Invite agents' }],
    form: 'invite',
  },
  close: {
    ...plain,
    does: 'closes a case',
    fits: 'open',
    usage: '[case]',
    buttons: [{ id: 'case_close', label: 'Close', at: ['card', 'hub'], style: 'danger', confirm: CLOSING }],
    shortcut: { id: 'case_close', opens: 'Close case' },
    form: 'close',
    reaction: true,
  },
  reopen: {
    ...plain,
    does: 'reopens a closed case in its thread',
    fits: 'closed',
    usage: '<case>',
    buttons: [{ id: 'case_reopen', label: 'Reopen', at: ['card', 'hub'], style: 'primary' }],
  },
  show: {
    ...plain,
    does: 'shows a case to you alone, with everything you can do with it',
    fits: 'any',
    usage: '[case]',
    buttons: [
      { id: 'case_details', label: 'Details…', at: ['card'], opens: 'Case' },
      { id: 'case_show', label: 'This one', at: ['answer'] },
      { id: 'case_original', label: 'Show original', at: ['thread'], opens: 'Original message' },
    ],
    shortcut: { id: 'case_details', opens: 'Case' },
  },
  link: {
    ...plain,
    does: 'starts a thread in this channel for an existing case, or moves its thread here',
    fits: null,
    usage: '<case>',
    buttons: [
      { id: 'case_link', label: 'Start its thread here', at: ['answer'] },
      { id: 'case_continue', label: 'Continue there', at: ['answer'] },
      { id: 'case_move', label: 'Move it here', at: ['answer'] },
    ],
  },
  unlink: {
    ...plain,
    does: 'forgets the link of a case and its thread: nothing crosses between the two any more, and what the customer writes next starts a new thread',
    fits: 'any',
    usage: '[case]',
    buttons: [{ id: 'case_unlink', label: 'Unlink', at: ['hub'], style: 'danger', confirm: UNLINKING }],
  },
  visitor: {
    ...plain,
    does: 'lists a customer’s cases in giosg and shows one; “link giosg:<case> <customer’s id>” watches it in a thread',
    fits: null,
    usage: '<customer’s id>',
    buttons: [
      { id: 'case_visitor', label: 'giosg cases', at: ['giosg'] },
      { id: 'case_visitor_all', label: 'All their cases', at: ['giosg'] },
      { id: 'case_visitor_latest', label: 'Latest change first', at: ['answer'] },
      { id: 'case_visitor_stalest', label: 'Longest unchanged first', at: ['answer'] },
      { id: 'case_visitor_newest', label: 'Newest first', at: ['answer'] },
      { id: 'case_visitor_oldest', label: 'Oldest first', at: ['answer'] },
      { id: 'case_visitor_back', label: 'Previous', at: ['answer'] },
      { id: 'case_visitor_page', label: 'Next', at: ['answer'] },
      { id: 'case_visitor_show', label: 'Details…', at: ['answer', 'giosg'], opens: 'giosg case' },
      { id: 'case_visitor_link', label: 'Watch it in this channel', at: ['giosg'] },
      { id: 'case_visitor_unlink', label: 'Stop watching', at: ['giosg'] },
    ],
  },
  send: {
    ...plain,
    does: 'sends what was held for a decision',
    fits: null,
    usage: null,
    buttons: [{ id: 'case_release', label: 'Send to customer', at: ['thread'] }],
  },
  keep: {
    ...plain,
    does: 'keeps inside what was held or not delivered',
    fits: null,
    usage: null,
    buttons: [{ id: 'case_keep', label: 'Keep inside', at: ['thread'] }],
  },
  retry: {
    ...plain,
    does: 'sends again what was not delivered, or says that it arrived',
    fits: null,
    usage: null,
    buttons: [
      { id: 'case_retry', label: 'Retry', at: ['thread'] },
      { id: 'case_arrived', label: 'It arrived', at: ['thread'] },
    ],
  },
  undo: {
    ...plain,
    does: 'takes a reply back before it goes out, or deletes one that was made private too late',
    fits: null,
    usage: null,
    buttons: [
      { id: 'case_undo', label: 'Undo', at: ['answer'] },
      { id: 'case_delete', label: 'Delete', at: ['answer'] },
    ],
  },
};

/** Commands that change nothing, beside `show`. */
export const LOOKUPS = {
  list: {
    usage: '[open | mine | waiting | snoozed | unclaimed | all] [#channel] [@member]',
    does: 'lists cases: of one channel, or those that somebody has',
  },
  search: { usage: '<text>', does: 'finds contacts by name, e-mail or phone, and cases by title' },
  status: { usage: '', does: 'says how the connections are and what is owed' },
  help: { usage: '', does: 'shows this' },
} as const;

/** What a reaction may stand for. */
export const REACTIONS = ['claim', 'close', 'snooze'] as const;

const isActionName = (word: string): word is ActionName => Object.hasOwn(ACTIONS, word);

export const actionNames: readonly ActionName[] = Object.keys(ACTIONS).filter(isActionName);

/** Every button with the action it leads to. */
export const buttonDoor = (id: string): { readonly action: ActionName; readonly button: ButtonDoor } | null => {
  for (const action of actionNames) {
    const button = ACTIONS[action].buttons.find((one) => one.id === id);
    if (button !== undefined) return { action, button };
  }
  return null;
};

/** Why an action does not fit the state of a case, in words; null when it does. */
export const misfit = (action: ActionName, link: Pick<Link, 'case'>): string | null => {
  const { fits } = ACTIONS[action];
  const isClosed = link.case.state === 'closed';
  if (fits === 'closed' && !isClosed) return 'This case is not closed. Nothing was done.';
  if (fits !== 'open' || !isClosed) return null;
  return action === 'close'
    ? 'This case is closed already. Nothing was done.'
    : 'This case is closed, so nothing was done. Reopen it first.';
};

/** The buttons of the hub that fit the case as it is. */
export const hubButtons = (link: Link, key: string): readonly Button[] =>
  actionNames
    .filter((name) => misfit(name, link) === null)
    .flatMap((name) => ACTIONS[name].buttons)
    .filter(({ at, when }) => at.includes('hub') && (when === undefined || when(link)))
    .map(({ id, label, style = 'plain', confirm = null }) => ({
      action: id,
      label: id === 'case_claim' ? claimLabel(link) : label,
      value: key,
      style,
      confirm,
    }));

/** What somebody has is not claimed, but taken over. */
export const claimLabel = ({ claimedBy }: Pick<Link, 'claimedBy'>): string =>
  claimedBy === null ? 'Claim' : 'Take over';

const SPOTS: Readonly<Record<Spot, string>> = {
  card: 'first message',
  hub: 'hub',
  thread: 'below a message',
  answer: 'private answer',
  giosg: 'giosg',
};

/** The table of docs/slack.md. */
export const doorsTable = (command: string): string => {
  const rows = actionNames.map((name) => {
    const { does, usage, buttons, shortcut, form, reaction } = ACTIONS[name];
    const typed =
      usage === null ? '' : `\`${[command, name, usage].filter(Boolean).join(' ').replaceAll('|', '\\|')}\``;
    const pressed = buttons.map(({ id, at }) => `\`${id}\` (${at.map((spot) => SPOTS[spot]).join(', ')})`).join(', ');
    return [
      `**${name}**`,
      does,
      typed,
      pressed,
      shortcut === null ? '' : `\`${shortcut.id}\``,
      form === null ? '' : `\`${form}\``,
      reaction ? 'by a setting' : '',
    ];
  });
  const head = ['action', 'what it does', 'command', 'button', 'shortcut', 'form', 'reaction'];
  return [head, head.map(() => '---'), ...rows].map((cells) => `| ${cells.join(' | ')} |`).join('\n');
};
