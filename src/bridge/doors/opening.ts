import { caseTitle, contactName } from '../../core/card.ts';
import type { Case, Contact } from '../../core/case.ts';
import { type EffectOf, ToHelpdesk } from '../../core/effect.ts';
import type { EventOf } from '../../core/event.ts';
import { CaseId, type ChannelId } from '../../core/ids.ts';
import { leaksIn, leaksInWords } from '../../core/leaks.ts';
import { type Notice, type Part, say } from '../../core/notice.ts';
import { settingsOf } from '../../core/settings.ts';
import { ask, button } from '../../core/words.ts';
import type { Settlement } from '../../delivery/ports.ts';
import type { Bridge } from '../context.ts';
import { owe } from '../lanes.ts';
import { type Consequence, handled, ignored, joined } from '../settlement.ts';
import { answer, type Asked, notOurChannel } from './actions.ts';
import { linkCase } from './linking.ts';

/** Opening a case for a contact, unless an open one should be gone on with. */

export type Opening = {
  readonly contact: Contact;
  readonly title: string;
  readonly note: string | null;
  readonly firstMessage: string | null;
  readonly channel: ChannelId;
};

type Creation = EffectOf<'create_case'>;

export const openCase = async (bridge: Bridge, asked: Asked, opening: Opening): Promise<Consequence> => {
  if (!bridge.channels().all.has(opening.channel)) return answer(asked, notOurChannel(bridge));
  const { contact, ...wanted } = opening;
  const effect: Creation = {
    do: 'create_case',
    ...wanted,
    contact: contact.id,
    member: asked.to.member,
    tell: asked.to,
  };
  const [open] = await bridge.helpdesk.openCasesOf(contact.id);
  const rules = settingsOf(bridge.channels(), { channel: effect.channel, route: null }).leaks;
  const found = leaksInWords(leaksIn(effect.firstMessage ?? '', rules));
  if (open !== undefined) return askWhere(bridge, asked, { open, contact, effect, found });
  return found === ''
    ? { deliveries: [owe({ id: createId(asked.key), effect })] }
    : askWhether(bridge, asked, { effect, found });
};

const createId = (key: string): string => `create:${key}`;

const DRAFT = 'draft:';
/** Nobody decided for so long: what was typed is forgotten. */
const DRAFT_KEPT_MS = 24 * 3_600_000;

type Known = { readonly open: Case; readonly contact: Contact; readonly effect: Creation; readonly found: string };

const askWhere = (bridge: Bridge, asked: Asked, { open, contact, effect, found }: Known): Consequence => {
  const id = draftId(asked);
  const notice = ask(
    [
      `${contactName(contact)} has an open case: `,
      { url: bridge.helpdesk.caseUrl(open.id), label: open.title === null ? open.id : `${open.id} ${caseTitle(open)}` },
      '. Nothing was opened and nothing was sent.',
      found === '' ? '' : ` Look at your first message to the customer, too: ${found.replace(/^I/u, 'i')}`,
    ],
    [
      button('case_continue', 'Continue there', `${open.id}:${id}`, { style: 'primary' }),
      button('case_open_anyway', 'Open a new one', id),
    ],
  );
  return joined(keptDraft(bridge, asked, effect), answer(asked, notice));
};

/** The first message may hold what should stay inside. */
const askWhether = (
  bridge: Bridge,
  asked: Asked,
  { effect, found }: { readonly effect: Creation; readonly found: string },
): Consequence => {
  const notice = ask(
    [`Nothing was opened and nothing was sent yet: look at your first message to the customer. ${found}`],
    [button('case_open_anyway', 'Open and send it', draftId(asked))],
  );
  const quoted: Part = { part: 'quote', text: [effect.firstMessage ?? ''] };
  return joined(keptDraft(bridge, asked, effect), answer(asked, { ...notice, parts: [...notice.parts, quoted] }));
};

const draftId = ({ key }: Asked): string => `${DRAFT}${key}`;

/** What was asked for is kept whole until it is decided: it may be longer than a button can carry. */
const keptDraft = (bridge: Bridge, asked: Asked, effect: Creation): Consequence => {
  const id = draftId(asked);
  return joined(
    { deliveries: [owe({ id, effect, held: 'it waits for a decision' })] },
    {
      events: [
        {
          key: `forget:${id}`,
          lane: id,
          payload: { type: 'draft_forgotten', id },
          due: bridge.now() + DRAFT_KEPT_MS,
        },
      ],
    },
  );
};

type Draft = { readonly id: string; readonly effect: Creation; readonly waits: boolean };

const draftNamed = async (bridge: Bridge, id: string): Promise<Draft | null> => {
  const view = id.startsWith(DRAFT) ? await bridge.store.view(id) : null;
  const effect = ToHelpdesk.safeParse(view?.effect).data;
  return view === null || effect?.do !== 'create_case' ? null : { id, effect, waits: view.state === 'held' };
};

const unknownDraft = say('This button is not known to this version of casebridge, or too old. Nothing was done.');
const decidedDraft = say('This was decided already. Nothing more was done.');

/** Pressed twice, it is one case: both would be made under the key of the request. */
export const openAnyway = async (bridge: Bridge, asked: Asked, value: string): Promise<Consequence> => {
  const draft = await draftNamed(bridge, value);
  if (draft === null) return answer(asked, unknownDraft);
  if (!draft.waits) return answer(asked, decidedDraft);
  const effect: Creation = { ...draft.effect, member: asked.to.member, tell: asked.to };
  return {
    changes: [{ type: 'drop', id: draft.id, reason: 'opened' }],
    deliveries: [owe({ id: createId(draft.id.slice(DRAFT.length)), effect })],
  };
};

/** Shows or starts the thread of the open case. What was typed for a new one is given back: none of it was sent. */
export const continueThere = async (bridge: Bridge, asked: Asked, value: string): Promise<Consequence> => {
  const at = value.indexOf(':');
  const id = CaseId.safeParse(value.slice(0, at));
  const draft = await draftNamed(bridge, value.slice(at + 1));
  if (!id.success || draft === null) return answer(asked, unknownDraft);
  const thread = await linkCase(bridge, asked, { case: id.data, channel: draft.effect.channel });
  if (!draft.waits) return thread;
  const back = givenBack(draft.effect);
  return joined(thread, {
    deliveries:
      back === null ? [] : [owe({ id: `back:${asked.key}`, effect: { do: 'answer', to: asked.to, notice: back } })],
  });
};

const givenBack = ({ note, firstMessage }: Creation): Notice | null => {
  const texts = [note, firstMessage].filter((text) => text !== null);
  if (texts.length === 0) return null;
  const words = say(
    'This is what you had written for a new case; none of it was sent. “Open a new one” above still opens it.',
  );
  return { ...words, parts: [...words.parts, ...texts.map((text): Part => ({ part: 'quote', text: [text] }))] };
};

export const onDraftForgotten = async (bridge: Bridge, { id }: EventOf<'draft_forgotten'>): Promise<Settlement> =>
  (await draftNamed(bridge, id))?.waits === true
    ? handled({ changes: [{ type: 'drop', id, reason: 'nobody decided' }] })
    : ignored('it was decided before');
