import { z } from 'zod';
import { CaseId } from '../../core/ids.ts';
import type { Json, Order } from '../../delivery/ports.ts';
import type { Bridge } from '../context.ts';
import { linkedCases, reconcile } from './reconcile.ts';

/** What an operator orders from the command line; the app does it, because it alone writes. */

const ChangeOrder = z.object({ order: z.enum(['redrive', 'drop']), id: z.string() });
type ChangeOrder = z.infer<typeof ChangeOrder>;

const OperatorOrder = z.discriminatedUnion('order', [
  ChangeOrder,
  /** Which links can be compared: of one case, or of all that are open. */
  z.object({ order: z.literal('linked'), case: CaseId.nullable() }),
  z.object({ order: z.literal('reconcile'), link: z.string(), repair: z.boolean() }),
]);

/** The answer says what was found, or what will happen. */
export const operate = async (bridge: Bridge, { id, order }: Order): Promise<Json> => {
  const parsed = OperatorOrder.safeParse(order);
  if (!parsed.success) return { error: 'this version does not know such an order' };
  switch (parsed.data.order) {
    case 'redrive':
    case 'drop':
      return change(bridge, parsed.data, id);
    case 'linked':
      return linkedCases(bridge, parsed.data.case);
    case 'reconcile':
      return reconcile(bridge, { ...parsed.data, order: id });
  }
};

/** Stored as an event. */
const change = async (bridge: Bridge, order: ChangeOrder, id: number): Promise<Json> => {
  const view = await bridge.store.view(order.id);
  if (view === null) return { error: `there is no delivery ${order.id}` };
  const redrivable = ['held', 'dead', 'unknown'].includes(view.state);
  if (order.order === 'redrive' && !redrivable)
    return { error: `it is ${view.state}: only held, dead and unknown ones can be redriven` };
  if (order.order === 'drop' && !redrivable && view.state !== 'owed') return { error: `it is ${view.state} already` };
  if (view.effect === null) return { error: 'its content is no longer kept' };
  await bridge.store.put([{ key: `order:${id}`, lane: 'orders', payload: { type: 'ordered', ...order } }]);
  return { done: order.order === 'redrive' ? 'it goes to the end of its lane' : 'it will not be sent' };
};
