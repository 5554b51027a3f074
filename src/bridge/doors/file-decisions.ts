import { Effect, type EffectOf } from '../../core/effect.ts';
import type { Inline, Notice } from '../../core/notice.ts';
import { say } from '../../core/notice.ts';
import type { DeliveryChange, DeliveryView, Json, NewDelivery, Settlement } from '../../delivery/ports.ts';
import { standingOf } from '../agents.ts';
import type { Bridge } from '../context.ts';
import { owe } from '../lanes.ts';
import { readRecord } from '../records.ts';
import { type Consequence, handled } from '../settlement.ts';
import { receipt } from '../telling.ts';
import { currentCase, linkByKey, type StoredLink } from '../threads/links.ts';
import { answer } from './actions.ts';
import type { Decision } from './decisions.ts';

/** What people decide about files that are held, failed or unknown. */

type FileEffect = EffectOf<'fetch_file' | 'share_file' | 'attach_file'>;
type About = { readonly view: DeliveryView; readonly effect: FileEffect };

/** Buttons of questions about files name one delivery, or the message whose files all wait. */
export const isAboutFiles = (subject: string): boolean => /^files?:/.test(subject);

export const decideFiles = async (bridge: Bridge, decision: Decision): Promise<Settlement> => {
  const { asked, action } = decision;
  const open = (await deliveriesOf(bridge, decision.subject)).filter(({ view }) =>
    ['held', 'dead', 'unknown'].includes(view.state),
  );
  const [first] = open;
  if (first === undefined) return handled(answer(asked, DECIDED));
  const link = await linkByKey(bridge, first.effect.link);
  if (link === null || link.value.state === 'ended') return handled(answer(asked, UNLINKED));
  switch (action) {
    case 'case_release':
    case 'case_retry':
      return sendChecked(bridge, decision, { open, link });
    case 'case_keep':
      return handled(finish(decision, { open, words: ' kept this inside: it was not sent.' }), {
        changes: open.map(({ view }) => ({ type: 'drop', id: view.id, reason: 'kept inside by a person' })),
      });
    case 'case_arrived':
      return handled(finish(decision, { open, words: ' saw that this arrived.' }), {
        changes: open.flatMap(({ view }) =>
          view.state === 'unknown' ? [{ type: 'confirm', id: view.id, receipt: null }] : [],
        ),
      });
  }
};

const DECIDED = say('This was decided already, or has been sent meanwhile. Nothing was done.');
const UNLINKED = say('This thread is no longer linked. Nothing was sent.');

const deliveriesOf = async (bridge: Bridge, subject: string): Promise<readonly About[]> => {
  const at = subject.indexOf(':');
  const key = subject.slice(at + 1);
  const ids =
    subject.slice(0, at) === 'file'
      ? [key]
      : ((await readRecord(bridge.records, 'member_message', key))?.value.files ?? []);
  const views = await Promise.all(ids.map((id) => bridge.store.view(id)));
  return views.flatMap((view) => {
    const { data } = Effect.safeParse(view?.effect);
    return view !== null && data !== undefined && isOfFile(data) ? [{ view, effect: data }] : [];
  });
};

const isOfFile = (effect: Effect): effect is FileEffect =>
  effect.do === 'fetch_file' || effect.do === 'share_file' || effect.do === 'attach_file';

type Chosen = { readonly open: readonly About[]; readonly link: StoredLink };

/** Who presses is an agent; whoever wrote must be one too, and where that could not be checked it is checked now. */
const sendChecked = async (bridge: Bridge, decision: Decision, chosen: Chosen): Promise<Settlement> => {
  const unchecked = chosen.open.find(({ view }) => view.reason === 'unchecked')?.effect;
  if (unchecked === undefined || unchecked.do === 'attach_file')
    return handled(await sendNow(bridge, decision, chosen));
  const standing = await standingOf(bridge, unchecked.member, { at: 0, channel: unchecked.source.channel });
  switch (standing.is) {
    case 'agent':
      return handled(await sendNow(bridge, decision, chosen));
    case 'unchecked':
      return handled(answer(decision.asked, STILL_UNCHECKED));
    case 'stranger':
      return handled(finish(decision, { open: chosen.open, words: NOT_BY_AN_AGENT }), {
        changes: chosen.open.map(({ view }) => ({ type: 'drop', id: view.id, reason: 'its author is not an agent' })),
      });
  }
};

const NOT_BY_AN_AGENT = ' could not send this: its author is not an agent.';
const STILL_UNCHECKED = say(
  'casebridge still cannot check who wrote this, so nothing was sent. Try again in a minute.',
);

const sendNow = async (bridge: Bridge, decision: Decision, { open, link }: Chosen): Promise<Consequence> => {
  const { asked } = decision;
  const goesOut = open.some(({ effect }) => effect.do !== 'attach_file');
  const needsReopen = goesOut && (await currentCase(bridge, link)).closed;
  const words = needsReopen
    ? ' reopens the case to send this.'
    : goesOut
      ? ' sends this to the customer.'
      : ' tries this again.';
  const done = finish(decision, { open, words });
  const reopen = needsReopen
    ? [
        owe({
          id: `reopen:${asked.key}`,
          effect: { do: 'reopen_case', link: link.key, member: asked.to.member, tell: asked.to },
          position: '',
        }),
      ]
    : [];
  return { changes: open.map(released), deliveries: [...reopen, ...(done.deliveries ?? [])] };
};

const released = ({ view, effect }: About): DeliveryChange => ({
  type: 'release',
  id: view.id,
  ...(effect.do === 'share_file' ? { effect: { ...effect, insisted: true } satisfies Json } : {}),
});

type Finished = { readonly open: readonly About[]; readonly words: string };

/** The question becomes what was decided; the mark on the message becomes what is true of the rest of it. */
const finish = (decision: Decision, { open, words }: Finished): Consequence => {
  const { asked, question } = decision;
  const text: Inline[] = [{ member: asked.to.member }, words];
  const notice: Notice = { summary: words.trim(), parts: [{ part: 'small', text }] };
  const replaced: NewDelivery[] =
    question === null
      ? []
      : [
          owe({
            id: `decided:${asked.key}`,
            effect: { do: 'replace_post', channel: asked.to.channel, ts: question, notice },
          }),
        ];
  const [about] = open;
  const source = about === undefined || about.effect.do === 'attach_file' ? null : about.effect.source;
  if (source === null) return { deliveries: replaced };
  return { deliveries: [...replaced, receipt(source, 'as_it_stands', asked.key)] };
};
