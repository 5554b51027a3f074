import { type EffectOf, RECEIPT_EMOJI, ToSlack } from '../../core/effect.ts';
import type { FileRef } from '../../core/files.ts';
import { say } from '../../core/notice.ts';
import { parsedOnce } from '../../core/parsed-once.ts';
import { Failure } from '../../delivery/errors.ts';
import type { ClaimedDelivery, Destination, Finding, Prepared, Verdict } from '../../delivery/ports.ts';
import type { Bridge } from '../context.ts';
import { answerOnDesk } from '../doors/home.ts';
import { redrawHub } from '../doors/hub.ts';
import { attach, lookupAttach, prepareAttach, type Uploaded } from '../files/attach-file.ts';
import { prepareFetch } from '../files/fetch-file.ts';
import { standingReceipt } from '../files/standing-receipt.ts';
import { createTransfers, type Transfers } from '../files/transfers.ts';
import { threadGate } from '../lanes.ts';
import { readRecord, storeRecord, writeRecord } from '../records.ts';
import { memberMessageKey } from '../telling.ts';
import { prepareCard, refreshCard } from '../threads/card-posts.ts';
import {
  go,
  newestPost,
  NOWHERE,
  Plan,
  postAlone,
  postInThread,
  preparePost,
  prepareStart,
  startThread,
  type Work,
} from '../threads/threads.ts';
import { verdictOf } from '../verdicts.ts';
import { lookupAlone, lookupPost, lookupStart } from './post-lookups.ts';

/** The way to Slack: what each change reads before, does, and looks up when its outcome is not known. */

/** A modal may be filled before it is open: tried so often, so far apart. */
const FILL_TRIES = 5;
const FILL_AGAIN_MS = 300;

type Bytes = { readonly fetches: Transfers<FileRef>; readonly uploads: Transfers<Uploaded> };

export const createToSlack = (bridge: Bridge): Destination => {
  const { stopping } = bridge.files;
  const bytes: Bytes = { fetches: createTransfers(stopping), uploads: createTransfers(stopping) };
  return ways(bridge, bytes);
};

const read = parsedOnce(ToSlack);
const effectOf = ({ effect }: ClaimedDelivery): ToSlack => {
  const parsed = read(effect);
  if (!parsed.success) throw parsed.error;
  return parsed.data;
};

const ways = (bridge: Bridge, { fetches, uploads }: Bytes): Destination => ({
  async prepare(delivery) {
    const effect = effectOf(delivery);
    if (effect.do === 'fetch_file') return prepareFetch({ bridge, delivery }, effect, fetches);
    if (effect.do === 'attach_file') return prepareAttach({ bridge, delivery }, effect, uploads);
    return prepare({ bridge, delivery }, effect);
  },
  async perform(delivery, planned, deadline) {
    const effect = effectOf(delivery);
    if (effect.do === 'attach_file') return attach({ bridge, delivery, deadline }, effect, { planned, uploads });
    // What only fetches is over when it is prepared.
    if (effect.do === 'fetch_file') return { type: 'retry', reason: 'it was not fetched yet' };
    const plan = Plan.parse(planned);
    try {
      return await perform({ bridge, delivery, deadline }, effect, plan);
    } catch (error) {
      if (!(error instanceof Failure)) throw error;
      const verdict = afterFailure({ bridge, delivery }, effect, error);
      return plan.joined.length > 0 ? apart(verdict) : verdict;
    }
  },
  async lookup(delivery, baseline) {
    const effect = effectOf(delivery);
    if (effect.do === 'attach_file') return lookupAttach({ bridge, delivery }, { effect, baseline }, uploads);
    if (effect.do === 'fetch_file') return { type: 'absent' };
    return lookup({ bridge, delivery }, effect, Plan.parse(baseline ?? NOWHERE));
  },
});

/** Files have ways of their own. */
type Words = Exclude<ToSlack, { do: 'fetch_file' | 'attach_file' }>;

const prepare = async (work: Work, effect: Words): Promise<Prepared> => {
  const { bridge } = work;
  switch (effect.do) {
    case 'start_thread':
      return prepareStart(bridge, effect);
    case 'post':
      return preparePost(work, effect);
    case 'post_alone':
      return go({ ...NOWHERE, channel: effect.channel, above: await newestPost(bridge, effect.channel, null) });
    case 'refresh_card':
      return prepareCard(bridge, effect);
    case 'set_receipt':
    case 'replace_post':
    case 'answer':
    case 'fill_form':
    case 'redraw_hub':
    case 'publish_home':
      return go(NOWHERE);
  }
};

const done: Verdict = { type: 'delivered', receipt: null };

const perform = async (work: Work, effect: Words, plan: Plan): Promise<Verdict> => {
  const { bridge } = work;
  switch (effect.do) {
    case 'start_thread':
      return startThread(work, effect);
    case 'post':
      return postInThread(work, effect, plan);
    case 'post_alone':
      return postAlone(work, effect);
    case 'set_receipt':
      return setReceipt(work, effect);
    case 'refresh_card':
      return refreshCard(work, effect, plan);
    case 'replace_post':
      await bridge.chat.update({ channel: effect.channel, ts: effect.ts, notice: effect.notice });
      return done;
    case 'answer':
      await tell(bridge, effect);
      return done;
    case 'fill_form':
      return fillForm(work, effect);
    case 'redraw_hub':
      return redrawHub(bridge, effect);
    case 'publish_home':
      await bridge.chat.publishHome(effect.member, effect.notice, bridge.channels().home);
      return done;
  }
};

const lookup = async (work: Work, effect: Words, plan: Plan): Promise<Finding> => {
  switch (effect.do) {
    case 'start_thread':
      return lookupStart(work, effect, plan);
    case 'post':
      return lookupPost(work, effect, plan);
    case 'post_alone':
      return lookupAlone(work, effect, plan);
    case 'set_receipt':
    case 'refresh_card':
    case 'replace_post':
    case 'answer':
    case 'fill_form':
    case 'redraw_hub':
    case 'publish_home':
      // These leave the same state behind however often they are done.
      return { type: 'absent' };
  }
};

/** Where the person looks. */
const tell = (bridge: Bridge, { to, notice, replaces = false }: EffectOf<'answer'>): Promise<void> => {
  const { home, hub: _hub, ...place } = to;
  return home === true ? answerOnDesk(bridge, to, notice) : bridge.chat.answer({ ...place, notice, replaces });
};

/** Exactly one receipt stands on a message: the new one is set before the other is taken off. */
const setReceipt = async (
  { bridge, delivery }: Work,
  { channel, ts, receipt: wanted }: EffectOf<'set_receipt'>,
): Promise<Verdict> => {
  const key = memberMessageKey({ team: bridge.chat.team, channel, ts });
  const receipt = wanted === 'as_it_stands' ? await standingReceipt(bridge, key) : wanted;
  const emoji = receipt === 'none' ? null : RECEIPT_EMOJI[receipt];
  const { emoji: before = null, unsure = false } = (await readRecord(bridge.records, 'receipt', key))?.value ?? {};
  const isFirst = delivery.open === null && delivery.attempts === 0;
  const mayStand = isFirst && !unsure ? [before] : Object.values(RECEIPT_EMOJI);
  try {
    if (emoji !== null) await bridge.chat.react({ channel, ts, emoji, on: true });
    for (const old of mayStand) {
      if (old !== null && old !== emoji) await bridge.chat.react({ channel, ts, emoji: old, on: false });
    }
  } catch (error) {
    // A newer receipt may take this one's place before it is tried again, and must know what to take off.
    const value = { version: 1, emoji: before, unsure: true } as const;
    if (error instanceof Failure && error.facts.effect === 'possible' && !unsure)
      await storeRecord(bridge.records, 'receipt', { key, value });
    throw error;
  }
  return { type: 'delivered', receipt: null, records: [writeRecord('receipt', key, { version: 1, emoji })] };
};

const fillForm = async ({ bridge, delivery }: Work, effect: EffectOf<'fill_form'>): Promise<Verdict> => {
  try {
    await bridge.chat.fillForm(effect.view, effect.form, effect.to);
    return done;
  } catch (error) {
    if (!(error instanceof Failure) || error.facts.kind !== 'not_found') throw error;
    if (delivery.attempts < FILL_TRIES)
      return { type: 'retry', reason: 'the modal is not open yet', afterMs: FILL_AGAIN_MS };
    await tell(bridge, {
      do: 'answer',
      to: effect.to,
      notice: say(
        `The window “${effect.form.title}” could not be filled in time. Nothing was done. Please open it again.`,
      ),
    });
    return { type: 'dropped', reason: 'the modal is gone' };
  }
};

/** Refusals that are about one thread only: others of its channel go on. */
const OF_THE_THREAD: ReadonlySet<string> = new Set([
  'cannot_reply_to_message',
  'restricted_action_thread_locked',
  'thread_locked',
  'thread_not_found',
]);

/** What waits for nobody is not kept when it fails for good; what belongs to a thread is. */
const afterFailure = ({ bridge, delivery }: Work, effect: ToSlack, failure: Failure): Verdict => {
  const place = placeOf(delivery, effect, failure);
  const limited = channelGate(delivery) ?? delivery.gates.at(1) ?? 'slack';
  const verdict = verdictOf(failure, { side: 'slack', limited, place, attempts: delivery.attempts, now: bridge.now() });
  const isMessage = effect.do === 'post' || effect.do === 'start_thread' || effect.do === 'post_alone';
  // A scope that was not granted must not close the way for what needs another.
  const lacksScope = failure.facts.word === 'missing_scope';
  if (lacksScope && !isMessage) return { type: 'dropped', reason: 'missing_scope' };
  if (failure.facts.kind === 'auth') alarmOfRefusedToken(bridge);
  if (!isMessage) {
    if (verdict.type === 'dead') return { type: 'dropped', reason: verdict.reason };
    return verdict.type === 'ambiguous' ? { type: 'retry', reason: verdict.reason } : verdict;
  }
  if (place !== null && failure.facts.kind === 'place') alarmOf(bridge, place, failure);
  return verdict;
};

/** One of those that were joined may be what Slack refuses: it dies alone, so each is tried alone. */
const apart = (verdict: Verdict): Verdict =>
  verdict.type === 'dead' ? { type: 'retry', reason: verdict.reason, afterMs: 0 } : verdict;

/** Nobody can mend a refused token but an operator; until then everything waits. */
const alarmOfRefusedToken = (bridge: Bridge): void =>
  bridge.alarm(
    'slack:token',
    'Slack refuses the bot token, or it lacks the scope to post. What is owed waits and nothing is lost. Install the app again with the scopes of manifest.yml, put its token into SLACK_BOT_TOKEN, and restart.',
  );

const channelGate = (delivery: ClaimedDelivery): string | undefined =>
  delivery.gates.find((gate) => gate.startsWith('slack:chat.postMessage:'));

const placeOf = (delivery: ClaimedDelivery, effect: ToSlack, failure: Failure): string | null => {
  if (effect.do !== 'post' && effect.do !== 'start_thread') return null;
  const ofThread = effect.do === 'post' && OF_THE_THREAD.has(failure.facts.word ?? '');
  return ofThread ? threadGate(effect.link) : (channelGate(delivery) ?? null);
};

/** Words of refusals as the events of a channel call them, so that both make one alarm. */
const CHANGES: Readonly<Record<string, string>> = {
  channel_is_archived: 'archived',
  channel_not_found: 'deleted',
  is_archived: 'archived',
  not_in_channel: 'left',
};

/** Slack may tell of a closed channel or thread only by refusing a post. */
const alarmOf = (bridge: Bridge, place: string, { facts: { word = 'refused' } }: Failure): void => {
  const isThread = place.startsWith('slack:thread:');
  const name = place.slice(place.lastIndexOf(':') + 1);
  bridge.alarm(
    isThread ? `thread:${place}:${word}` : `channel:${name}:${CHANGES[word] ?? word}`,
    isThread
      ? `Slack takes no posts in a thread (${word}). What belongs there waits and nothing is lost. Unlock it, or unlink the case and link it again.`
      : `casebridge can no longer post in one of its channels (${name}: ${word}). What belongs there waits. Bring it back, or invite the app again.`,
  );
};
