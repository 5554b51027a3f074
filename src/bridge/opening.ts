import { z } from 'zod';
import type { Case, Contact } from '../core/case.ts';
import { contactName } from '../core/card.ts';
import { type ChannelId, ContactId } from '../core/ids.ts';
import type { Notice } from '../core/notice.ts';
import { ask, button } from '../core/words.ts';
import { answer, type Asked, notOurChannel } from './actions.ts';
import type { Bridge } from './context.ts';
import { owe } from './lanes.ts';
import type { Consequence } from './settlement.ts';

/** Opening a case for a contact, unless an open one should be gone on with. */

export type Opening = {
  readonly contact: Contact;
  readonly title: string;
  readonly note: string | null;
  readonly firstMessage: string | null;
  readonly channel: ChannelId;
  /** An open case of the contact was shown and a new one is wanted all the same. */
  readonly anyway: boolean;
  /** Key of the request that asked first, where the new one was chosen on a button: pressed twice, it is one case. */
  readonly origin?: string;
};

export const openCase = async (bridge: Bridge, asked: Asked, opening: Opening): Promise<Consequence> => {
  if (!bridge.channels().all.has(opening.channel)) return answer(asked, notOurChannel(bridge));
  const [open] = opening.anyway ? [] : await bridge.helpdesk.openCasesOf(opening.contact.id);
  if (open !== undefined) return answer(asked, goOnThere(bridge, open, { opening, origin: asked.key }));
  return {
    deliveries: [
      owe({
        id: `create:${opening.origin ?? asked.key}`,
        effect: {
          do: 'create_case',
          contact: opening.contact.id,
          title: opening.title,
          note: opening.note,
          firstMessage: opening.firstMessage,
          channel: opening.channel,
          member: asked.to.member,
          tell: asked.to,
        },
      }),
    ],
  };
};

/** Slack takes so many characters of ours on a button. */
const BUTTON_VALUE_LIMIT = 2000;

type Wanted = { readonly opening: Opening; readonly origin: string };

/** What was asked for travels on the button. What is too long for it is written again: half of it is never kept. */
const goOnThere = (bridge: Bridge, open: Case, { opening, origin }: Wanted): Notice => {
  const { contact, title, note } = opening;
  const value = JSON.stringify({ contact: contact.id, title, note, origin } satisfies OpenAnyway);
  const fits = value.length <= BUTTON_VALUE_LIMIT;
  return ask(
    [
      `${contactName(contact)} has an open case: `,
      { url: bridge.helpdesk.caseUrl(open.id), label: `${open.id} ${open.title ?? ''}`.trim() },
      `. Nothing was opened.${fits ? '' : ` To open a new one with a text this long, use “${bridge.command} open” alone.`}`,
    ],
    [
      button('case_link', 'Continue there', open.id, { style: 'primary' }),
      ...(fits ? [button('case_open_anyway', 'Open a new one', value)] : []),
    ],
  );
};

/** What the button “Open a new one” carries. */
export const OpenAnyway = z.object({
  contact: ContactId,
  title: z.string(),
  note: z.string().nullable(),
  origin: z.string(),
});
export type OpenAnyway = z.infer<typeof OpenAnyway>;
