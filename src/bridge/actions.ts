import type { Case } from '../core/case.ts';
import type { AnswerTo } from '../core/event.ts';
import { type AgentId, CaseId } from '../core/ids.ts';
import { type Notice, say } from '../core/notice.ts';
import { settingsOf } from '../core/settings.ts';
import { ask, button, line, moment } from '../core/words.ts';
import type { Bridge } from './context.ts';
import { owe } from './lanes.ts';
import { changeLink, linkOfCase, linkOfChain, type StoredLink } from './links.ts';
import { inThread } from './member-events.ts';
import type { Consequence } from './settlement.ts';

/**
 * What agents do with cases, whichever door they came through: commands, buttons, shortcuts and forms only translate
 * into these. Who asks has been checked before.
 */

/** Who asks, where the answer goes, and the key of the event, from which keys of deliveries are derived. */
export type Asked = { readonly to: AnswerTo; readonly key: string };

export const answer = (asked: Asked, notice: Notice): Consequence => ({
  deliveries: [owe({ id: `answer:${asked.key}`, effect: { do: 'answer', to: asked.to, notice } })],
});

export const closeCase = (bridge: Bridge, asked: Asked, link: StoredLink): Consequence => {
  if (link.value.case.state === 'closed') return answer(asked, say('This case is closed already. Nothing was done.'));
  const askFeedback = settingsOf(bridge.channels(), link.value.channel).feedback;
  return {
    deliveries: [
      owe({
        id: `close:${asked.key}`,
        effect: { do: 'close_case', link: link.key, member: asked.to.member, askFeedback, tell: asked.to },
      }),
    ],
  };
};

export const reopenCase = (asked: Asked, link: StoredLink): Consequence => {
  if (link.value.case.state !== 'closed') return answer(asked, say('This case is not closed. Nothing was done.'));
  return {
    deliveries: [
      owe({
        id: `reopen:${asked.key}`,
        effect: { do: 'reopen_case', link: link.key, member: asked.to.member, tell: asked.to },
      }),
    ],
  };
};

export const claimCase = (asked: Asked, link: StoredLink): Consequence => {
  const { member } = asked.to;
  if (link.value.claimedBy === member) return answer(asked, say('You have this case already.'));
  const change = changeLink({ ...link.value, claimedBy: member }, link, asked.key);
  const words = inThread(link, `claim:${asked.key}`, line({ member }, ' took this case.'));
  return { ...change, deliveries: [...(change.deliveries ?? []), words] };
};

/** A reply or note that was written in a form or a command instead of in the thread. */
export const writeMessage = (
  asked: Asked,
  link: StoredLink,
  message: { readonly kind: 'reply' | 'note'; readonly text: string },
): Consequence => ({
  deliveries: [
    owe({
      id: `${message.kind}:${asked.key}`,
      effect: { do: 'add_message', link: link.key, ...message, member: asked.to.member, source: null, insisted: false },
    }),
  ],
});

/** Our timer decides, Acquire's follow-up stands beside it. */
export const snoozeCase = (asked: Asked, link: StoredLink, until: number): Consequence => {
  const change = changeLink({ ...link.value, snoozedUntil: until }, link, asked.key);
  return {
    records: change.records ?? [],
    events: [
      {
        key: `snooze:${link.key}:${until}:${asked.key}`,
        lane: link.key,
        payload: { type: 'snooze_ended', link: link.key, until },
        due: until,
      },
    ],
    deliveries: [
      ...(change.deliveries ?? []),
      inThread(
        link,
        `snooze:${asked.key}`,
        line({ member: asked.to.member }, ` snoozed this case until ${moment(until)}.`),
      ),
      owe({
        id: `follow-up:${asked.key}`,
        effect: { do: 'write_follow_up', link: link.key, at: until, member: asked.to.member },
      }),
    ],
  };
};

export const inviteAgents = (asked: Asked, link: StoredLink, agents: readonly AgentId[]): Consequence => ({
  deliveries: [
    owe({
      id: `invite:${asked.key}`,
      effect: { do: 'invite_agents', link: link.key, agents: [...agents], member: asked.to.member, tell: asked.to },
    }),
  ],
});

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
