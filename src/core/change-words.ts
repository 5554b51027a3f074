import type { MemberId } from './ids.ts';
import { moment, type Notice, say } from './notice.ts';
import { ask, button, reasonInWords, span } from './words.ts';

/** What casebridge says about messages that are changed or taken back after they were written. */

/** Acquire's answer shows another type or side than was asked for. */
export const MISFILED = 'misfiled';
/** Acquire does not know the message any more. */
export const GONE = 'gone';
/** A person said that it arrived; nobody knows which row of the case it is. */
export const ROW_UNKNOWN = 'row unknown';
/** Held until it is known whether the message itself arrived. */
export const OUTCOME = 'outcome';

export type Deed = 'edit' | 'deletion';

/** A change of a sent message, as people are told of it. */
export type Changed = { readonly deed: Deed; readonly kind: 'reply' | 'note' };

/** What the other side has while the change is not carried over. */
const still = ({ deed, kind }: Changed): string => {
  if (deed === 'edit')
    return kind === 'reply'
      ? 'the customer still sees the earlier wording'
      : 'the note in Acquire still has the earlier wording';
  return kind === 'reply' ? 'the customer still has it' : 'the note is still in Acquire';
};

/** Why a change cannot be carried over at all. */
export type Obstacle = 'late' | 'mail' | 'sms' | 'row';

export const obstacleText = (obstacle: Obstacle, windowMs: number): string => {
  switch (obstacle) {
    case 'late':
      return `it came more than ${span(windowMs)} after the message`;
    case 'mail':
      return 'an e-mail that was sent cannot be taken back';
    case 'sms':
      return 'a text message that was sent cannot be taken back';
    case 'row':
      return 'casebridge does not know which message in Acquire it is';
  }
};

/** Told to its author alone, at once. */
export const notCarried = (changed: Changed, obstacle: Obstacle, windowMs: number): Notice =>
  say(
    `This ${changed.deed} was not carried over, for ${obstacleText(obstacle, windowMs)}: ${still(changed)}. An internal note in the case says what became of the message in Slack.`,
  );

type Recorded = Changed & { readonly name: string; readonly sentAt: number; readonly text: string };

/** The internal note that stands in the case in place of a change. */
export const changeRecord = (changed: Recorded): string => {
  const { deed, kind, name, sentAt, text } = changed;
  const what = kind === 'reply' ? `a reply of ${moment(sentAt)}` : `the note of ${moment(sentAt)}`;
  const done = `${name} ${deed === 'edit' ? 'changed' : 'deleted'} ${what} in Slack`;
  const left = kind === 'reply' ? `; ${still(changed)}` : '';
  const now = deed === 'edit' ? 'It now says' : 'It said';
  return `${done}${left}.${text === '' ? '' : ` ${now}:\n\n${text}`}`;
};

type About = Changed & { readonly member: MemberId; readonly value: string };

/** Asks the author of an edit or a deletion that does not go by itself. */
export const heldChange = (about: About, reason: 'mention' | 'confirm' | 'unchecked' | 'leak'): Notice => {
  const yes = about.deed === 'edit' ? 'Carry the edit over' : 'Delete it there too';
  const why = {
    mention: 'this edit mentions colleagues, so it was not carried over',
    leak: 'this edit may hold what should stay inside (a key, or an address that customers cannot open), so it was not carried over',
    confirm: `this ${about.deed} is not carried over yet: confirm it`,
    unchecked: `casebridge could not check that you are an agent, so this ${about.deed} was not carried over`,
  };
  return ask(
    [{ member: about.member }, ` ${why[reason]}; ${still(about)}.`],
    [button('case_release', yes, about.value, { style: 'primary' }), button('case_keep', 'Leave it', about.value)],
  );
};

/** Tells its author that a change failed, with a way to try again where that may help. */
export const failedChange = (about: About, reason: string | undefined): Notice => {
  const { deed, kind, member, value } = about;
  if (reason === MISFILED)
    return say(
      { member },
      ` Acquire stored your edit as something else than asked, so the message is taken back there at once. ${kind === 'reply' ? 'The customer does not have it any more' : 'The note is not in Acquire any more'}: write it anew.`,
    );
  if (reason === GONE) return say({ member }, ` your edit was not carried over: the message is no longer in Acquire.`);
  return ask(
    [{ member }, ` your ${deed} was not carried over (${reasonInWords(reason)}): ${still(about)}.`],
    reason === ROW_UNKNOWN
      ? []
      : [button('case_retry', 'Retry', value, { style: 'primary' }), button('case_keep', 'Leave it', value)],
  );
};

/** A change that waits for so long is told of once. */
export const waitingChange = (about: Omit<About, 'value'>, ms: number): Notice =>
  say(
    { member: about.member },
    ` your ${about.deed} has been waiting for ${span(ms)}; until it is carried over, ${still(about)}.`,
  );

/** What was stored as something else could not be taken back. */
export const notTakenBack = (member: MemberId, reason: string | undefined): Notice =>
  say(
    { member },
    ` what Acquire stored as something else could not be taken back (${reasonInWords(reason)}). Look in Acquire: the customer may see it.`,
  );

/** An edit that leaves nothing to carry over. */
export const emptyEdit = (kind: 'reply' | 'note'): Notice =>
  say(`There is no text left in this, so nothing was changed: ${still({ deed: 'edit', kind })}.`);

type Prefixed = {
  readonly kind: 'reply' | 'note';
  /** A part of it had not been sent yet. */
  readonly rest: boolean;
  /** Names the message where what was sent can still be deleted. */
  readonly value: string | null;
};

/** A prefix that was put before a message already sent. */
export const prefixTooLate = ({ kind, rest, value }: Prefixed): Notice => {
  const there = kind === 'reply' ? 'sent to the customer' : 'stored as a note in Acquire';
  const what = rest
    ? `A part of this had already been ${there}; the rest stays inside.`
    : `This had already been ${there}, so the new prefix changes nothing there.`;
  const label = kind === 'reply' ? 'Delete at the customer’s' : 'Delete in Acquire';
  return ask(
    [what, value === null ? ' Delete it in Acquire if it must go.' : ' It can still be deleted there.'],
    value === null ? [] : [button('case_delete', label, value, danger)],
  );
};

const danger = { style: 'danger' } as const;

export const undoOffer = (inMs: number, value: string): Notice =>
  ask([`This goes to the customer in ${span(inMs)}.`], [button('case_undo', 'Undo', value)]);

/** `text`: what was written, where it stands nowhere else. */
export const undone = (text: string | null): Notice => {
  if (text === null)
    return say('Not sent: the customer does not get this. It stays in Slack only; write it anew to send it after all.');
  const told = say('Not sent: the customer does not get this.');
  return { ...told, parts: [...told.parts, { part: 'quote', text: [text] }] };
};

export const tooLateToUndo = say(
  'This has gone out already, so it could not be taken back. Edit or delete your message: that is carried over to the customer for a while.',
);
