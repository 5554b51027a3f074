import type { Case } from '../../core/case.ts';
import { undoOffer } from '../../core/change-words.ts';
import type { AnswerTo } from '../../core/event.ts';
import { CaseId } from '../../core/ids.ts';
import { type Notice, say } from '../../core/notice.ts';
import { plainRichText } from '../../core/rich-text.ts';
import { settingsOf } from '../../core/settings.ts';
import { ask, button, heldQuestion } from '../../core/words.ts';
import type { Bridge } from '../context.ts';
import { owe } from '../lanes.ts';
import { partsOfTyped } from '../messages/message-parts.ts';
import { type Consequence, joined } from '../settlement.ts';
import { inThread } from '../telling.ts';
import { linkOfCase, linkOfChain, type StoredLink } from '../threads/links.ts';

/**
 * What agents do with cases, whichever door they came through: commands, buttons, shortcuts and forms only translate
 * into these. Who asks has been checked before.
 */

const SECOND = 1000;

/** Who asks, where the answer goes, and the key of the event, from which keys of deliveries are derived. */
/** `at`: when it was asked. */
export type Asked = { readonly to: AnswerTo; readonly key: string; readonly at: number };

export const answer = (asked: Asked, notice: Notice): Consequence => ({
  deliveries: [owe({ id: `answer:${asked.key}`, effect: { do: 'answer', to: asked.to, notice } })],
});

type Deed = {
  /** Tells it apart from other words about the same event. */
  readonly name: string;
  /** For everybody in the thread. */
  readonly there: Notice;
  /** For who asked, where they do not see the thread. */
  readonly here: Notice;
};

/** What was done is told in the thread; who asked from elsewhere is told as well. */
export const told = (asked: Asked, link: StoredLink, { name, there, here }: Deed): Consequence => ({
  deliveries: [
    inThread(link, `${name}:${asked.key}`, there),
    ...(asked.to.thread === null ? (answer(asked, here).deliveries ?? []) : []),
  ],
});

export const closeCase = (bridge: Bridge, asked: Asked, link: StoredLink): Consequence => {
  const askFeedback = settingsOf(bridge.channels(), link.value).feedback;
  return {
    deliveries: [
      owe({
        id: `close:${asked.key}`,
        effect: { do: 'close_case', link: link.key, member: asked.to.member, askFeedback, tell: asked.to },
      }),
    ],
  };
};

export const reopenCase = (asked: Asked, link: StoredLink): Consequence => ({
  deliveries: [
    owe({
      id: `reopen:${asked.key}`,
      effect: { do: 'reopen_case', link: link.key, member: asked.to.member, tell: asked.to },
    }),
  ],
});

/** A reply or note that was written in a form or a command instead of in the thread. */
export const writeMessage = async (
  bridge: Bridge,
  asked: Asked,
  message: { readonly link: StoredLink; readonly kind: 'reply' | 'note'; readonly text: string },
): Promise<Consequence> => {
  const { link, kind, text } = message;
  const { member } = asked.to;
  const body = plainRichText(text);
  const undoMs = kind === 'reply' ? settingsOf(bridge.channels(), link.value).undo * SECOND : 0;
  const notBefore = undoMs === 0 ? null : { at: bridge.now() + undoMs, inMs: undoMs };
  const typed = { key: asked.key, link, kind, member, body, insisted: false, notBefore };
  const { parts, held } = await partsOfTyped(bridge, typed);
  const [first] = parts;
  if (first === undefined) return {};
  if (held === null) {
    const offer = undoMs === 0 ? {} : answer(asked, undoOffer(undoMs, `delivery:${first.id}`));
    return joined({ deliveries: parts }, offer);
  }
  const { reason, ...why } = held;
  const about = { kind, value: `delivery:${first.id}`, text, ...why };
  const question = inThread(link, `held:${first.id}`, heldQuestion(member, reason, about));
  return { deliveries: [...parts, question] };
};

export const noSuchCase = (id: string): Notice =>
  say(`There is no case ${id} in Acquire. Nothing was done. Check the number; the list of open cases shows them.`);

export const notOurChannel = (bridge: Bridge): Notice =>
  say(
    `casebridge does not work in this channel, so nothing was done. Use one of its channels, or ask whoever runs it to add this one to the routes file. (${bridge.command} help)`,
  );

/** What a typed case number names: a linked case, one without a thread, or nothing, in words. */
export const findTypedCase = async (
  bridge: Bridge,
  typed: string,
): Promise<{ link: StoredLink } | { unlinked: Case } | { notice: Notice }> => {
  const id = CaseId.safeParse(typed.replace(/^#/u, ''));
  if (!id.success)
    return { notice: say(`“${typed}” is not a case number. Nothing was done. Case numbers are digits, e.g. 72.`) };
  const known = await linkOfCase(bridge, id.data);
  if (known?.value.state === 'on') return { link: known };
  const found = await bridge.helpdesk.getCase(id.data);
  if (found === null) return { notice: noSuchCase(id.data) };
  const chained = await linkOfChain(bridge, found.chain);
  return chained?.value.state === 'on' ? { link: chained } : { unlinked: found };
};

/** A link by a case number that a person typed. */
export const linkOfTypedCase = async (
  bridge: Bridge,
  typed: string,
): Promise<{ link: StoredLink } | { notice: Notice }> => {
  const found = await findTypedCase(bridge, typed);
  if (!('unlinked' in found)) return found;
  const { id } = found.unlinked;
  return {
    notice: ask(
      [`Case ${id} has no thread in Slack, so nothing was done.`],
      [button('case_link', 'Start its thread here', id, { style: 'primary' })],
    ),
  };
};
