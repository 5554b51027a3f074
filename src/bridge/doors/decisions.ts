import { OUTCOME } from '../../core/change-words.ts';
import type { SlackTs } from '../../core/ids.ts';
import type { Inline, Notice } from '../../core/notice.ts';
import { say } from '../../core/notice.ts';
import type { DeliveryChange, Settlement } from '../../delivery/ports.ts';
import { standingOf } from '../agents.ts';
import type { Bridge } from '../context.ts';
import { owe } from '../lanes.ts';
import { isChange } from '../messages/change-message.ts';
import { newestChanges } from '../messages/message-changes.ts';
import { typedParts } from '../messages/message-parts.ts';
import {
  type AskedAbout,
  type ChangeAskedAbout,
  changesAmong,
  messagesAmong,
  settleQuestion,
} from '../messages/questions.ts';
import { staleReplies } from '../messages/stale.ts';
import { readRecord, replaceRecord } from '../records.ts';
import { type Consequence, handled, joined } from '../settlement.ts';
import { receipt } from '../telling.ts';
import { currentCase, linkByKey, type StoredLink } from '../threads/links.ts';
import { answer, type Asked } from './actions.ts';

/** What people decide about held, failed and unknown messages, and changes of messages. */

type Open = AskedAbout | ChangeAskedAbout;

export type Decision = {
  readonly action: 'case_release' | 'case_keep' | 'case_retry' | 'case_arrived';
  /** What the button named: a member's message, a delivery that came from no message, or all stale replies of a link. */
  readonly subject: string;
  /** The message that asked; replaced by what was decided. */
  readonly question: SlackTs | null;
  readonly asked: Asked;
};

/** The question is answered: nothing that happens later takes its answer away. */
const answered = async (bridge: Bridge, { subject, question, asked }: Decision): Promise<Consequence> => {
  const { kind, key } = partsOf(subject);
  if (kind === 'stale') {
    const was = await readRecord(bridge.records, 'stale_question', key);
    return was === null ? {} : { records: [replaceRecord('stale_question', key, { was, value: null })] };
  }
  const message = kind === 'message' ? await readRecord(bridge.records, 'member_message', key) : null;
  if (message?.value.question === undefined) return {};
  const { question: standing, ...value } = message.value;
  return joined(
    { records: [replaceRecord('member_message', key, { was: message, value })] },
    // Decided at another door: nobody needs to press anything in the thread any more.
    question === null
      ? await settleQuestion(bridge, standing, {
          cause: asked.key,
          notice: say({ member: asked.to.member }, ' decided this elsewhere.'),
        })
      : {},
  );
};

const partsOf = (subject: string): { readonly kind: string; readonly key: string } => {
  const at = subject.indexOf(':');
  return { kind: subject.slice(0, at), key: subject.slice(at + 1) };
};

export const decideMessage = async (bridge: Bridge, decision: Decision): Promise<Settlement> => {
  const open = askedAbout(decision, await deliveriesOf(bridge, decision.subject));
  const [first] = open;
  if (first === undefined)
    return handled(
      answer(decision.asked, say('This was decided already, or has been sent meanwhile. Nothing was done.')),
    );
  const link = await linkByKey(bridge, first.effect.link);
  if (link === null || link.value.state === 'ended')
    return handled(answer(decision.asked, say('This thread is no longer linked. Nothing was sent.')));
  const decided = await answered(bridge, decision);
  switch (decision.action) {
    case 'case_release':
    case 'case_retry':
      return sendChecked(bridge, decision, { open, link, decided });
    case 'case_keep':
      return handled(decided, finish(decision, { open, words: keepingWords(open) }), {
        changes: open.map(({ view }) => ({ type: 'drop', id: view.id, reason: 'kept inside by a person' })),
      });
    case 'case_arrived':
      return handled(decided, finish(decision, { open, words: ' saw that this arrived.' }), {
        changes: open.flatMap(arrived),
      });
  }
};

/** What waits for this decision; of what nobody knows to have arrived, another question stands beside that of an edit. */
const askedAbout = ({ action }: Decision, found: readonly Open[]): readonly Open[] => {
  const open = found.filter(({ view }) => ['held', 'dead', 'unknown'].includes(view.state) && view.reason !== OUTCOME);
  const changes = open.filter((one) => isChange(one.effect));
  if (action === 'case_arrived') return open.filter((one) => !changes.includes(one));
  return changes.length === 0 ? open : open.filter((one) => changes.includes(one) || one.view.state !== 'unknown');
};

const keepingWords = (open: readonly Open[]): string =>
  open.every(({ effect }) => isChange(effect))
    ? ' left it as it is on the other side.'
    : ' kept this inside: it was not sent.';

const NOT_BY_AN_AGENT = ' could not send this: its author is not an agent.';

/** What was not known to have arrived has; parts that waited for it go on. */
const arrived = ({ view }: Open): readonly DeliveryChange[] => {
  if (view.state === 'unknown') return [{ type: 'confirm', id: view.id, receipt: null }];
  return view.state === 'held' && view.reason === 'part' ? [{ type: 'release', id: view.id }] : [];
};

/** Who presses is an agent; whoever wrote must be one too, and where that could not be checked it is checked now. */
const sendChecked = async (bridge: Bridge, decision: Decision, chosen: Chosen): Promise<Settlement> => {
  const unchecked = chosen.open.find(({ view }) => view.reason === 'unchecked');
  if (unchecked === undefined) return handled(chosen.decided, await sendNow(bridge, decision, chosen));
  const { member, source } = unchecked.effect;
  const at = { at: 0, channel: source?.channel ?? decision.asked.to.channel };
  const standing = await standingOf(bridge, member, at);
  switch (standing.is) {
    case 'agent':
      return handled(chosen.decided, await sendNow(bridge, decision, chosen));
    case 'unchecked':
      return handled(
        answer(
          decision.asked,
          say('casebridge still cannot check who wrote this, so nothing was sent. Try again in a minute.'),
        ),
      );
    case 'stranger':
      return handled(chosen.decided, finish(decision, { open: chosen.open, words: NOT_BY_AN_AGENT }), {
        changes: chosen.open.map(({ view }) => ({ type: 'drop', id: view.id, reason: 'its author is not an agent' })),
      });
  }
};

/** The deliveries that a button is about, in order; then the changes of those that were sent. */
const deliveriesOf = async (bridge: Bridge, subject: string): Promise<readonly Open[]> => {
  const { kind, key } = partsOf(subject);
  if (kind === 'stale') return staleReplies(bridge, key);
  if (kind === 'delivery') {
    const views = await Promise.all(typedParts(key).map((id) => bridge.store.view(id)));
    return [...messagesAmong(views), ...changesAmong(views)];
  }
  const message = await readRecord(bridge.records, 'member_message', key);
  if (message === null) return [];
  const parts = await Promise.all(message.value.deliveries.map((id) => bridge.store.view(id)));
  const changes = await newestChanges(bridge, message.value);
  return [...messagesAmong(parts), ...changesAmong([...changes.values()])];
};

type Chosen = { readonly open: readonly Open[]; readonly link: StoredLink; readonly decided: Consequence };

/** Sends what was held or given up, at the end of its lane; a closed case is reopened before. */
const sendNow = async (bridge: Bridge, decision: Decision, { open, link }: Chosen): Promise<Consequence> => {
  const { asked } = decision;
  const { closed } = await currentCase(bridge, link);
  // A note is only held for a closed case where Acquire refused it.
  const needsReopen =
    closed &&
    open.some(({ view, effect }) => !isChange(effect) && (effect.kind === 'reply' || view.reason === 'closed'));
  const releases = await releasesOf(bridge, decision, open);
  const done = finish(decision, {
    open,
    words: sendingWords(open, needsReopen),
  });
  const reopen = needsReopen
    ? [
        owe({
          id: `reopen:${asked.key}`,
          effect: { do: 'reopen_case', link: link.key, member: asked.to.member, tell: asked.to },
          // Before everything that waits in the lane, for none of it can be sent to a closed case.
          position: '',
        }),
      ]
    : [];
  return { changes: releases, deliveries: [...reopen, ...(done.deliveries ?? [])] };
};

/** What is sent again although its outcome is not known goes as it was edited since. */
const releasesOf = async (
  bridge: Bridge,
  { subject }: Decision,
  open: readonly Open[],
): Promise<readonly DeliveryChange[]> => {
  const { key } = partsOf(subject);
  const message = open.some(({ view }) => view.state === 'unknown')
    ? await readRecord(bridge.records, 'member_message', key)
    : null;
  const edits = message === null ? new Map() : await newestChanges(bridge, message.value);
  return open.flatMap(({ view, effect }): readonly DeliveryChange[] => {
    if (isChange(effect)) return [{ type: 'release', id: view.id }];
    const [edit] = changesAmong([edits.get(view.id) ?? null]);
    const isWaiting = edit?.view.state === 'held' && edit.effect.do === 'update_message';
    const { text, html } = isWaiting && edit.effect.do === 'update_message' ? edit.effect : effect;
    return [
      { type: 'release', id: view.id, effect: { ...effect, text, html, insisted: true } },
      ...(isWaiting ? [{ type: 'drop', id: edit.view.id, reason: 'sent as it was edited' } as const] : []),
    ];
  });
};

const sendingWords = (open: readonly Open[], needsReopen: boolean): string => {
  if (needsReopen) return ' reopens the case to send this.';
  if (open.every(({ effect }) => isChange(effect)))
    return open.some(({ effect }) => effect.do === 'update_message' || (isChange(effect) && effect.why === 'shorter'))
      ? ' carries the edit over.'
      : ' deletes it on the other side too.';
  if (!open.some(({ effect }) => effect.kind === 'reply')) return ' stores this as a note.';
  return sourcesOf(open).length > 1 ? ' sends these to the customer.' : ' sends this to the customer.';
};

/** The messages of members that they are parts of. */
const sourcesOf = (open: readonly Open[]) => [
  ...new Map(
    open
      .filter(({ effect }) => !isChange(effect))
      .flatMap(({ effect: { source } }) => (source === null ? [] : [[`${source.channel}:${source.ts}`, source]])),
  ).values(),
];

/** The question becomes what was decided; the mark on the message is taken off. */
const finish = (
  decision: Decision,
  { open, words }: { readonly open: readonly Open[]; readonly words: string },
): Consequence => {
  const { asked, question } = decision;
  const text: Inline[] = [{ member: asked.to.member }, words];
  const notice: Notice = { summary: words.trim(), parts: [{ part: 'small', text }] };
  const mark = decision.action === 'case_arrived' ? 'delivered' : 'none';
  return {
    deliveries: [
      ...(question === null
        ? []
        : [
            owe({
              id: `decided:${asked.key}`,
              effect: { do: 'replace_post', channel: asked.to.channel, ts: question, notice },
            }),
          ]),
      ...sourcesOf(open).map((source) => receipt(source, mark, asked.key)),
    ],
  };
};
