import type { EffectOf } from '../../core/effect.ts';
import { type CaseMessage, normalised } from '../../core/message.ts';
import type { Bridge } from '../context.ts';

/** Whether a row of a case may be what this delivery wrote: of the right type, and with its words. */
export const isLike = (
  bridge: Bridge,
  row: Pick<CaseMessage, 'type' | 'text'>,
  effect: Pick<EffectOf<'add_message'>, 'kind' | 'text' | 'html'>,
): boolean =>
  row.type === (effect.kind === 'reply' ? 'message' : 'note') &&
  bridge.helpdesk.readBack(effect).includes(normalised(row.text));
