import { type EffectOf, ToHelpdesk } from '../../core/effect.ts';
import { CaseId, compareIds, type CaseId as CaseIdType } from '../../core/ids.ts';
import { parsedOnce } from '../../core/parsed-once.ts';
import { Failure } from '../../delivery/errors.ts';
import type { ClaimedDelivery, Destination, Finding, Instant, Prepared, Verdict } from '../../delivery/ports.ts';
import type { CatchUp } from '../cases/catch-up.ts';
import type { Bridge } from '../context.ts';
import { authorOf } from '../messages/authors.ts';
import { type Change, isChange, lookupChange, makeChange, prepareChange } from '../messages/change-message.ts';
import { lookupMessage } from '../messages/message-lookup.ts';
import { Plan, type Work } from '../messages/plan.ts';
import { prepareMessage, sendMessage } from '../messages/send-message.ts';
import { asMessage, lookupShare, prepareShare } from '../messages/share-file.ts';
import { writeRecord } from '../records.ts';
import { currentCase, linkByKey, type StoredLink } from '../threads/links.ts';
import { verdictOf } from '../verdicts.ts';

/** The way to the helpdesk: what each change reads before, does, and looks up when its outcome is not known. */

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const BAD_REQUEST = 400;
/** A delivery is given up after so long in which the helpdesk could be used (contract 7.3). */
const GIVE_UP_MS = 24 * HOUR;

/** A thread is read for missed replies before its next one goes out, unless Slack cannot be read for so long. */
const READING_PATIENCE_MS = 30_000;
/** What reading found is sorted in before the delivery is looked at again. */
const SORT_IN_MS = 1000;

const read = parsedOnce(ToHelpdesk);
const effectOf = ({ effect }: ClaimedDelivery): ToHelpdesk => {
  const parsed = read(effect);
  if (!parsed.success) throw parsed.error;
  return parsed.data;
};

export const createToHelpdesk = (bridge: Bridge, catchUp: Pick<CatchUp, 'before'>): Destination => {
  /** Tried by this process although the time was over: it, or its clock, may have been away meanwhile. */
  const lastTries = new Set<string>();
  const isOverdue = ({ usableMs }: ClaimedDelivery): boolean => usableMs > GIVE_UP_MS;

  return {
    async prepare(delivery) {
      const effect = effectOf(delivery);
      if (isOverdue(delivery) && (delivery.attempts > 0 || lastTries.delete(delivery.id)))
        return { type: 'dead', reason: 'expired' };
      if (effect.do === 'create_case') return prepareCreate(bridge, effect);
      const link = await linkByKey(bridge, effect.link);
      if (isChange(effect)) return prepareChange({ bridge, delivery }, effect, link);
      if (link === null || link.value.state === 'ended') return unlinked(effect);
      const waits =
        effect.do === 'add_message' &&
        effect.source !== null &&
        (await missesReplies({ bridge, delivery }, catchUp, link));
      return waits || prepareLinked({ bridge, delivery }, effect, link);
    },
    async perform(delivery, plan, deadline) {
      const effect = effectOf(delivery);
      if (isOverdue(delivery)) lastTries.add(delivery.id);
      try {
        if (isChange(effect)) return await makeChange({ bridge, delivery }, effect, { plan, deadline });
        return await perform({ bridge, delivery }, effect, { plan: Plan.parse(plan), deadline });
      } catch (error) {
        if (!(error instanceof Failure)) throw error;
        alarmOfRefusedKey(bridge, error);
        const { attempts, tried } = delivery;
        return verdictOf(error, { side: 'acquire', place: null, attempts, tried, now: bridge.now() });
      }
    },
    async lookup(delivery, baseline) {
      const effect = effectOf(delivery);
      if (isChange(effect)) return lookupChange({ bridge, delivery }, effect, baseline);
      return lookup({ bridge, delivery }, effect, Plan.parse(baseline ?? { case: '0', above: null }));
    },
  };
};

/** Earlier replies may never have been told to us: they are found by reading, and then go first. */
const missesReplies = async (
  { bridge, delivery }: Work,
  catchUp: Pick<CatchUp, 'before'>,
  link: StoredLink,
): Promise<Prepared | false> => {
  const wait = (reason: string): Prepared => ({
    type: 'snooze',
    reason,
    gate: { key: `slack:reading:${link.key}`, until: bridge.now() + SORT_IN_MS, reason },
  });
  try {
    return (await catchUp.before(link.key)) && wait('replies were found that no event had told');
  } catch (error) {
    if (!(error instanceof Failure)) throw error;
    const patient = bridge.now() - delivery.createdAt < READING_PATIENCE_MS;
    return patient && wait('the thread cannot be read now');
  }
};

/** Nobody can mend a refused key but an operator; until then everything waits. */
const alarmOfRefusedKey = (bridge: Bridge, { facts }: Failure): void => {
  if (facts.kind !== 'auth') return;
  bridge.alarm(
    'acquire:key',
    'Acquire refuses the key. What is owed waits and nothing is lost. Put an active key that may work on cases into ACQUIRE_API_KEY and restart.',
  );
};

const go = (plan: Plan): Prepared => ({ type: 'go', baseline: plan, plan });

const prepareCreate = async (bridge: Bridge, effect: EffectOf<'create_case'>): Promise<Prepared> => {
  const open = await bridge.helpdesk.openCasesOf(effect.contact);
  const newest =
    open
      .map((item) => item.id)
      .toSorted(compareIds)
      .at(-1) ?? CaseId.parse('0');
  return go({ case: newest, above: newest });
};

type Made = Exclude<ToHelpdesk, Change>;
type Linked = Exclude<Made, { do: 'create_case' }>;

/** What somebody wrote is never dropped without a word; what only changed the case has nothing left to change. */
const unlinked = (effect: Linked): Prepared =>
  effect.do === 'add_message' || effect.do === 'share_file'
    ? { type: 'dead', reason: 'unlinked' }
    : { type: 'dropped', reason: 'the link has ended' };

const prepareLinked = async (work: Work, effect: Linked, link: StoredLink): Promise<Prepared> => {
  if (effect.do === 'add_message') return prepareMessage(work, effect, link);
  if (effect.do === 'share_file') return prepareShare(work, effect, link);
  const { id } = await currentCase(work.bridge, link);
  return go({ case: id, above: link.value.cursor ?? link.value.floor });
};

type Try = { readonly plan: Plan; readonly deadline: Instant };

const perform = async (work: Work, effect: Made, { plan, deadline }: Try): Promise<Verdict> => {
  const { bridge } = work;
  switch (effect.do) {
    case 'add_message':
      return sendMessage(work, effect, { plan, deadline });
    case 'share_file':
      return sendMessage(work, asMessage(effect), { plan, deadline });
    case 'create_case':
      return create(work, effect, { plan, deadline });
    case 'close_case': {
      // Pressed twice, or closed by somebody else meanwhile.
      const already = (await bridge.helpdesk.getCase(plan.case))?.state === 'closed';
      const closed = already || (await bridge.helpdesk.closeCase(plan.case, { askFeedback: effect.askFeedback }));
      return { type: 'delivered', receipt: { closed, already } };
    }
    case 'reopen_case':
      return reopen(work, effect, plan);
    case 'invite_agents': {
      const outcomes = await bridge.helpdesk.inviteAgents(plan.case, effect.agents, effect.departments);
      const ids = (sent: boolean | null): string[] =>
        outcomes.filter((outcome) => outcome.sent === sent).map((outcome) => outcome.agent);
      return { type: 'delivered', receipt: { sent: ids(true), missed: ids(false), unknown: ids(null) } };
    }
    case 'write_follow_up': {
      const link = await linkByKey(bridge, effect.link);
      if (link === null) return { type: 'dropped', reason: 'the link has ended' };
      if (effect.at <= bridge.now()) return { type: 'dropped', reason: 'its time has come before' };
      await bridge.helpdesk.followUp({
        case: plan.case,
        contact: link.value.case.contact.id,
        at: effect.at,
        text: 'Snoozed in Slack',
      });
      return { type: 'delivered', receipt: null };
    }
  }
};

const create = async (work: Work, effect: EffectOf<'create_case'>, { plan, deadline }: Try): Promise<Verdict> => {
  const { bridge, delivery } = work;
  const { contact, title, firstMessage } = effect;
  const author = await authorOf(bridge, effect.member);
  const open = async (marker: string | null): Promise<Verdict> => {
    const created = await bridge.helpdesk.createCase({ contact, title, firstMessage, author, chain: null, marker });
    return { type: 'delivered', receipt: { case: created.id } };
  };
  try {
    return await open(delivery.id);
  } catch (error) {
    const mayBeMark = error instanceof Failure && error.facts.status === BAD_REQUEST && firstMessage !== null;
    if (!mayBeMark || bridge.helpdesk.takesMarks() !== null || bridge.now() >= deadline) throw error;
    // A refusal may come after the effect.
    const finding = await lookup(work, effect, plan);
    if (finding.type === 'found') return { ...finding, type: 'delivered' };
    if (finding.type !== 'absent') throw error;
    return open(null);
  }
};

const reopen = async ({ bridge, delivery }: Work, effect: EffectOf<'reopen_case'>, plan: Plan): Promise<Verdict> => {
  const link = await linkByKey(bridge, effect.link);
  if (link === null) return { type: 'dropped', reason: 'the link has ended' };
  const adopted = await openInChain(bridge, link, null);
  if (adopted !== null) return { ...reopened(effect.link, adopted), receipt: { case: adopted, already: true } };
  const { case: last } = link.value;
  const created = await bridge.helpdesk.createCase({
    contact: last.contact.id,
    title: last.title ?? `Case ${last.id}`,
    firstMessage: null,
    channel: last.channel,
    chain: link.value.chain,
    marker: delivery.id,
  });
  if (created.chain !== link.value.chain) {
    bridge.alarm(
      'reopen',
      `Acquire opened case ${created.id} in another thread than asked for (delivery ${delivery.id}, case ${plan.case}).`,
    );
    return { type: 'dead', reason: `Acquire opened a separate case (${created.id}) instead of reopening this one` };
  }
  return reopened(effect.link, created.id);
};

const reopened = (link: string, id: CaseIdType): Extract<Verdict, { type: 'delivered' }> => ({
  type: 'delivered',
  receipt: { case: id },
  records: [writeRecord('current_case', link, { version: 1, case: id })],
});

/** A case of the chain that is not closed: reopened by somebody else, or by an attempt of ours that was not recorded. */
const openInChain = async (bridge: Bridge, link: StoredLink, above: CaseIdType | null): Promise<CaseIdType | null> => {
  const open = await bridge.helpdesk.openCasesOf(link.value.case.contact.id);
  const found = open.find(
    (item) => item.chain === link.value.chain && (above === null || compareIds(item.id, above) > 0),
  );
  return found?.id ?? null;
};

const absent: Finding = { type: 'absent' };

const lookup = async (work: Work, effect: Made, plan: Plan): Promise<Finding> => {
  const { bridge, delivery } = work;
  switch (effect.do) {
    case 'add_message':
      return lookupMessage(work, effect, plan);
    case 'share_file':
      return lookupShare(work, effect, plan);
    case 'create_case': {
      const open = await bridge.helpdesk.openCasesOf(effect.contact);
      const created = open.filter((item) => plan.above === null || compareIds(item.id, plan.above) > 0);
      const same = created.find((item) => item.title === effect.title);
      if (same !== undefined) return { type: 'found', receipt: { case: same.id } };
      return created.length === 0
        ? absent
        : { type: 'undecided', reason: 'the contact has a new case that may be this one' };
    }
    case 'close_case':
      return (await bridge.helpdesk.getCase(plan.case))?.state === 'closed'
        ? { type: 'found', receipt: { closed: true } }
        : absent;
    case 'reopen_case': {
      const link = await linkByKey(bridge, effect.link);
      const id = link === null ? null : await openInChain(bridge, link, null);
      if (id === null) return absent;
      const { receipt, records } = reopened(effect.link, id);
      return { type: 'found', receipt, ...(records === undefined ? {} : { records }) };
    }
    case 'invite_agents':
    case 'write_follow_up':
      bridge.log.info({ delivery: delivery.id }, 'done again after an unknown outcome: twice does no harm');
      return absent;
  }
};
