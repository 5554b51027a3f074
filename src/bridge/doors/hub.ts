import { type EffectOf, ToSlack } from '../../core/effect.ts';
import type { AnswerTo } from '../../core/event.ts';
import { messageForm } from '../../core/forms.ts';
import type { Form } from '../../core/notice.ts';
import { Failure } from '../../delivery/errors.ts';
import type { Settlement, Verdict } from '../../delivery/ports.ts';
import type { Bridge } from '../context.ts';
import { owe } from '../lanes.ts';
import { linkByKey } from '../threads/links.ts';
import { details } from './forms.ts';

/** The hub shows how its case is after what was done from it: at once, and again when the other side has answered. */

type From = { readonly to: AnswerTo; readonly link: string; readonly cause: string };

/** Nothing is drawn anew below a form that was opened from the hub: what is done there draws it. */
export const withHub = (settlement: Settlement, { to, link, cause }: From): Settlement => {
  const { hub } = to;
  const opensForm = settlement.deliveries.some(({ effect }) => ToSlack.safeParse(effect).data?.do === 'fill_form');
  if (hub === undefined || opensForm) return settlement;
  const redrawn = owe({ id: `hub:${hub}:${cause}`, effect: { do: 'redraw_hub', view: hub, link, to } });
  return { ...settlement, deliveries: [...settlement.deliveries, redrawn] };
};

export const redrawHub = async (bridge: Bridge, { view, link, to }: EffectOf<'redraw_hub'>): Promise<Verdict> => {
  const { hub: _hub, ...place } = to;
  try {
    await bridge.chat.fillForm(view, await formNow(bridge, link), place);
  } catch (error) {
    // Whoever closed it looks elsewhere.
    if (!(error instanceof Failure) || error.facts.kind !== 'not_found') throw error;
  }
  return { type: 'delivered', receipt: null };
};

const formNow = async (bridge: Bridge, key: string): Promise<Form> => {
  const link = await linkByKey(bridge, key);
  return link === null || link.value.state === 'ended'
    ? messageForm('Case', 'This case is no longer linked to a thread.')
    : details(bridge, link);
};
