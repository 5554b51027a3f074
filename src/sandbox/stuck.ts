import type { WatchedDelivery } from './deliveries-watch.ts';
import { elementsIn } from './slack/blocks.ts';
import { C, U } from './slack/seed.ts';
import type { JsonObject } from './slack/wire.ts';
import { isObject, textOf } from './slack/wire.ts';
import type { Message } from './slack/workspace.ts';
import type { Stage } from './stage.ts';

/** What waits for a person, with the very doors that people have: buttons in Slack, and the operator's commands. */

const WAITS_FOR_A_PERSON = new Set(['held', 'unknown', 'dead']);
const DECISIONS = new Set(['case_release', 'case_keep', 'case_retry', 'case_arrived']);

/** `act` is what the page does when the door is taken. */
export interface Door {
  readonly label: string;
  readonly act:
    | {
        readonly do: 'press';
        readonly member: string;
        readonly channel: string;
        readonly ts: string;
        readonly action: string;
        readonly value: string;
      }
    | { readonly do: 'redrive' | 'drop'; readonly delivery: string };
}

export interface Stuck {
  readonly id: string;
  readonly does: string;
  readonly state: string;
  readonly reason: string | null;
  readonly since: number;
  readonly doors: readonly Door[];
}

export function stuckOn(stage: Stage): Stuck[] {
  const waiting = stage.deliveries.now()?.deliveries.filter(({ state }) => WAITS_FOR_A_PERSON.has(state)) ?? [];
  if (waiting.length === 0) return [];
  const buttons = decisionButtons(stage);
  return waiting.map((one) => {
    const { id, does, state, reason, settledAt, createdAt } = one;
    const pressed = buttons.filter(({ value }) => id.includes(subjectOf(value)));
    const doors = [...pressed.map((button) => pressDoor(stage, one, button)), ...operatorDoors(one)];
    return { id, does, state, reason, since: settledAt ?? createdAt, doors };
  });
}

/** `message:T…:C…:<ts>`: the message that deliveries were made of, or one delivery's own id. */
const subjectOf = (value: string): string => value.slice(value.indexOf(':') + 1);

interface DecisionButton {
  readonly label: string;
  readonly action: string;
  readonly value: string;
  readonly channel: string;
  readonly ts: string;
  /** Of a private message: who sees it. */
  readonly reader: string | null;
}

function decisionButtons({ slack }: Stage): DecisionButton[] {
  const { channels, ephemerals } = slack.workspace;
  const inChannels = [...channels.values()].flatMap((channel) =>
    [...channel.messages.values()].flatMap((message) => buttonsOf(message, channel.id, null)),
  );
  return [...inChannels, ...ephemerals.flatMap((one) => buttonsOf(one, one.channel, one.user))];
}

function buttonsOf(
  { ts, blocks = [] }: Pick<Message, 'ts' | 'blocks'>,
  channel: string,
  reader: string | null,
): DecisionButton[] {
  return blocks
    .filter(isObject)
    .flatMap((block) => elementsIn(block))
    .filter((one) => DECISIONS.has(textOf(one['action_id'])) && textOf(one['value']) !== '')
    .map((one) => ({
      label: labelOf(one),
      action: textOf(one['action_id']),
      value: textOf(one['value']),
      channel,
      ts,
      reader,
    }));
}

const labelOf = ({ text }: JsonObject): string => (isObject(text) ? textOf(text['text']) : '');

function pressDoor(stage: Stage, { id }: WatchedDelivery, button: DecisionButton): Door {
  const { label, action, value, channel, ts, reader } = button;
  return { label, act: { do: 'press', member: reader ?? authorOf(stage, id), channel, ts, action, value } };
}

/** Who wrote what is on its way: the id of a delivery names the message that it was made of. */
function authorOf({ slack }: Stage, id: string): string {
  const [, channel = C.support, ts = ''] = /:(C\w+):(\d+\.\d{6})/u.exec(id) ?? [];
  return slack.workspace.channels.get(channel)?.messages.get(ts)?.user ?? U.anna;
}

const operatorDoors = ({ id }: WatchedDelivery): Door[] => [
  { label: 'Redrive', act: { do: 'redrive', delivery: id } },
  { label: 'Drop', act: { do: 'drop', delivery: id } },
];
