import type { EffectOf } from '../../core/effect.ts';
import { normalised } from '../../core/message.ts';
import type { Finding, Prepared } from '../../delivery/ports.ts';
import { messageOfFile, whyUnwanted } from '../files/fetch-file.ts';
import { fetchOfShare } from '../files/files-out.ts';
import type { StoredLink } from '../threads/links.ts';
import { lookupMessage } from './message-lookup.ts';
import { messageRecord, type Plan, type Work } from './plan.ts';
import { prepareMessage } from './send-message.ts';

/** A file of a reply on its way to the contact: a message like others, which holds a link or takes the file along. */

/** An edit that nobody has looked at yet may make the file private. */
const EDIT_WAITS_MS = 500;

type ShareFile = EffectOf<'share_file'>;

/** It stands for itself: what becomes of its message's words does not hold it back. */
export const asMessage = (effect: ShareFile): EffectOf<'add_message'> => ({
  do: 'add_message',
  link: effect.link,
  kind: 'reply',
  via: effect.via,
  text: effect.text,
  html: effect.html,
  member: effect.member,
  source: null,
  insisted: effect.insisted,
  ...(effect.attached ? { files: [effect.file] } : {}),
});

export const prepareShare = async (work: Work, effect: ShareFile, link: StoredLink): Promise<Prepared> => {
  const { bridge, delivery } = work;
  const unwanted = await whyUnwanted(bridge, effect, fetchOfShare(delivery.id));
  if (unwanted !== null) return { type: 'dropped', reason: unwanted };
  if ((await messageOfFile(bridge, effect))?.edit !== undefined)
    return { type: 'retry', reason: 'its author edited the message', afterMs: EDIT_WAITS_MS };
  if (effect.attached && !(await bridge.files.has(effect.file)))
    return { type: 'dead', reason: 'its bytes are no longer kept' };
  return prepareMessage(work, asMessage(effect), link);
};

/**
 * What an earlier life of the store has sent held another link, for each is drawn anew: it is known by the words before
 * what makes a link unguessable.
 */
export const lookupShare = async (work: Work, effect: ShareFile, plan: Plan): Promise<Finding> => {
  const { bridge, delivery } = work;
  const at = effect.text.lastIndexOf('/files/');
  if (plan.mail === undefined && at > 0) {
    const begin = normalised(effect.text.slice(0, at));
    const reading = await bridge.helpdesk.readCase(plan.case);
    const row = reading?.messages.find(
      ({ sender, text }) => sender.side === 'self' && normalised(text).startsWith(begin),
    );
    if (row !== undefined)
      return { type: 'found', receipt: { message: row.id }, records: [messageRecord(bridge, delivery.id, row)] };
  }
  return lookupMessage(work, asMessage(effect), plan);
};
