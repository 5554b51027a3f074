import { buttonDoor } from '../../core/doors.ts';
import type { EventOf } from '../../core/event.ts';
import { formTitle, messageForm } from '../../core/forms.ts';
import { CaseId } from '../../core/ids.ts';
import { type Notice, say } from '../../core/notice.ts';
import type { ClaimedEvent, Settlement } from '../../delivery/ports.ts';
import type { Bridge } from '../context.ts';
import { type Consequence, handled } from '../settlement.ts';
import { linkByKey } from '../threads/links.ts';
import { answer, type Asked } from './actions.ts';
import { act, actsAtOnce } from './case-actions.ts';
import { decideMessage } from './decisions.ts';
import { decideFiles, isAboutFiles } from './file-decisions.ts';
import { turnList } from './finding.ts';
import { fill, formFor } from './forms.ts';
import { turnPage } from './home.ts';
import { linkCase } from './linking.ts';
import { continueThere, openAnyway } from './opening.ts';
import { showOriginal } from './originals.ts';
import { takeBackPrivate, undo } from './undo.ts';
import { onVisitorButton } from './visitors.ts';

/** Buttons: what each press is translated into. */

const gone = say('This case is no longer linked to a thread. Nothing was done.');
const unknownButton = say('This button is not known to this version of casebridge. Nothing was done.');

export const onButton = async (
  bridge: Bridge,
  event: EventOf<'button'>,
  claimed: ClaimedEvent,
): Promise<Settlement> => {
  const asked: Asked = { to: event.to, key: claimed.key, at: claimed.receivedAt };
  switch (event.action) {
    case 'case_release':
    case 'case_keep':
    case 'case_retry':
    case 'case_arrived':
      return (isAboutFiles(event.value) ? decideFiles : decideMessage)(bridge, {
        action: event.action,
        subject: event.value,
        question: event.message,
        asked,
      });
    case 'case_undo':
      return undo(bridge, { asked, subject: event.value, claimed });
    case 'case_delete':
      return takeBackPrivate(bridge, { asked, subject: event.value, claimed });
    case 'case_home':
      return handled(await turnPage(bridge, asked, event.value));
    case 'case_list':
      return handled(await turnList(bridge, asked, event.value));
    case 'case_link':
      return handled(await startThread(bridge, event, asked));
    case 'case_original':
      return handled(await showOriginal(bridge, asked, event.value));
    case 'case_open_anyway':
      return handled(await openAnyway(bridge, asked, event.value));
    case 'case_continue':
      return handled(await continueThere(bridge, asked, event.value));
    default:
      return handled(await onCaseButton(bridge, event, asked));
  }
};

const startThread = async (bridge: Bridge, event: EventOf<'button'>, asked: Asked): Promise<Consequence> => {
  const id = CaseId.safeParse(event.value);
  if (!id.success) return answer(asked, unknownButton);
  return linkCase(bridge, asked, { case: id.data, channel: event.to.channel });
};

/** Buttons whose value is the key of a link. */
const onCaseButton = async (bridge: Bridge, event: EventOf<'button'>, asked: Asked): Promise<Consequence> => {
  const door = buttonDoor(event.action);
  if (door === null) return answer(asked, unknownButton);
  if (door.action === 'visitor') return onVisitorButton(bridge, event, asked);
  const link = await linkByKey(bridge, event.value);
  if (link === null || link.value.state === 'ended') return notDone(asked, event, gone);
  if (actsAtOnce(event.action)) return act(bridge, asked, { button: event.action, name: door.action, link });
  const form = await formFor(bridge, asked, { button: event.action, link, initial: '' });
  return form === null ? answer(asked, unknownButton) : fill(asked, form);
};

/** A modal that was opened for the request says it, else a private answer. */
export const notDone = (
  asked: Asked,
  event: EventOf<'button'> | EventOf<'shortcut'> | EventOf<'command'> | EventOf<'form'> | EventOf<'reaction'>,
  notice: Notice,
): Consequence =>
  event.type !== 'form' && event.type !== 'reaction' && formTitle(event) !== null
    ? fill(asked, messageForm('Not done', notice.summary))
    : answer(asked, notice);
