import { elementsIn } from './blocks.ts';
import type { Json, JsonObject } from './wire.ts';
import { isObject, textOf } from './wire.ts';
import type { Workspace } from './workspace.ts';
import type { View } from './views.ts';

/** What Slack's client makes of what a person enters, and what it does not let pass. Misuse throws a plain Error. */

export interface Found {
  block: JsonObject;
  element: JsonObject;
}

export function findElement(blocks: JsonObject[], actionId: string, value?: Json): Found {
  const found = blocks
    .flatMap((block) => elementsIn(block).map((element) => ({ block, element })))
    .filter(({ element }) => element['action_id'] === actionId);
  const [first] = found;
  if (first === undefined) throw new Error(`nothing to act on has the action_id ${actionId}`);
  return found.find(({ element }) => value !== undefined && element['value'] === value) ?? first;
}

export const optionsOf = (element: JsonObject): JsonObject[] => {
  const plain = Array.isArray(element['options']) ? element['options'].filter(isObject) : [];
  const groups = Array.isArray(element['option_groups']) ? element['option_groups'].filter(isObject) : [];
  return [...plain, ...groups.flatMap(optionsOf)];
};

/** Where the choices of an element come from when they are not in it. */
export interface Choices {
  workspace: Workspace;
  suggested: JsonObject[];
}

export function enter(element: JsonObject, given: Json, choices: Choices): JsonObject {
  const type = textOf(element['type']);
  const choose = (value: Json) => chosen(element, value, choices);
  const many = (value: Json): Json[] => (Array.isArray(value) ? value : [value]);
  switch (type) {
    case 'plain_text_input':
    case 'email_text_input':
    case 'url_text_input':
    case 'number_input':
      return { type, value: checkedText(element, given) };
    case 'static_select':
    case 'external_select':
    case 'radio_buttons':
    case 'overflow':
      return { type, selected_option: given === null ? null : choose(given) };
    case 'multi_static_select':
    case 'multi_external_select':
    case 'checkboxes':
      return { type, selected_options: many(given).map(choose) };
    case 'users_select':
    case 'channels_select':
    case 'conversations_select':
      return { type, [`selected_${type.split('_')[0]?.replace(/s$/, '')}`]: known(type, given, choices.workspace) };
    case 'multi_users_select':
    case 'multi_channels_select':
    case 'multi_conversations_select':
      return {
        type,
        [`selected_${type.split('_')[1]}`]: many(given).map((id) => known(type, id, choices.workspace)),
      };
    case 'datepicker':
      return { type, selected_date: given };
    case 'timepicker':
      return { type, selected_time: given };
    case 'datetimepicker':
      return { type, selected_date_time: given };
    case 'rich_text_input':
      return { type, rich_text_value: given };
    default:
      throw new Error(`a ${type} takes no value`);
  }
}

function chosen(element: JsonObject, given: Json, { suggested }: Choices): JsonObject {
  const offered = [...optionsOf(element), ...suggested];
  const wanted = isObject(given) ? given['value'] : given;
  const option = offered.find((one) => one['value'] === wanted);
  if (option === undefined)
    throw new Error(`${textOf(wanted)} is not among the options of ${textOf(element['action_id'])}`);
  return option;
}

function known(type: string, id: Json, { users, channels }: Workspace): string {
  const name = textOf(id);
  const there = type.includes('users') ? users.has(name) : channels.has(name) || users.has(name);
  if (!there) throw new Error(`${name} cannot be chosen in a ${type}`);
  return name;
}

function checkedText(element: JsonObject, given: Json): string | null {
  if (given === null || given === '') return null;
  const text = textOf(given);
  const least = Number(element['min_length'] ?? 0);
  const most = Number(element['max_length'] ?? 3000);
  const name = textOf(element['action_id']);
  if (text.length < least || text.length > most) throw new Error(`${name} takes ${least} to ${most} characters`);
  const type = element['type'];
  if (type === 'email_text_input' && !/^\S+@\S+\.\S+$/.test(text)) throw new Error(`${name} takes an e-mail address`);
  if (type === 'url_text_input' && !/^https?:\/\/\S+$/.test(text)) throw new Error(`${name} takes an address`);
  if (type === 'number_input' && !/^-?\d+(?:\.\d+)?$/.test(text)) throw new Error(`${name} takes a number`);
  return text;
}

const INITIAL: [string, string][] = [
  ['initial_value', 'value'],
  ['initial_option', 'selected_option'],
  ['initial_options', 'selected_options'],
  ['initial_user', 'selected_user'],
  ['initial_users', 'selected_users'],
  ['initial_channel', 'selected_channel'],
  ['initial_channels', 'selected_channels'],
  ['initial_conversation', 'selected_conversation'],
  ['initial_conversations', 'selected_conversations'],
  ['initial_date', 'selected_date'],
  ['initial_time', 'selected_time'],
  ['initial_date_time', 'selected_date_time'],
];

/** An element nobody touched: what it was made with, or nothing. */
function untouched(element: JsonObject): JsonObject {
  const type = textOf(element['type']);
  for (const [initial, field] of INITIAL) {
    const value = element[initial];
    if (value !== undefined)
      return { type, [field === 'value' && type === 'rich_text_input' ? 'rich_text_value' : field]: value };
  }
  if (type.startsWith('multi_') || type === 'checkboxes') {
    const what = /^multi_(users|channels|conversations)_select$/.exec(type)?.[1] ?? 'options';
    return { type, [`selected_${what}`]: [] };
  }
  if (/^(?:static|external)_select$|^radio_buttons$/.test(type)) return { type, selected_option: null };
  const one = /^(user|channel|conversation)s_select$/.exec(type)?.[1];
  if (one !== undefined) return { type, [`selected_${one}`]: null };
  const picked = /^(date|time|datetime)picker$/.exec(type)?.[1];
  if (picked !== undefined) return { type, [`selected_${picked === 'datetime' ? 'date_time' : picked}`]: null };
  return { type, value: null };
}

const isEmpty = (state: JsonObject): boolean =>
  Object.entries(state).every(
    ([name, value]) => name === 'type' || value === null || (Array.isArray(value) && value.length === 0),
  );

/** Values by action id, or by block id and action id; what the view does not have is refused. */
export type FormValues = Record<string, Json>;

/** Fills a view in and checks what Slack's client checks before it submits. */
export function fillIn(view: View, values: FormValues, choicesFor: (actionId: string) => Choices): void {
  const left = new Map(Object.entries(values));
  for (const block of view.blocks) {
    for (const element of elementsIn(block)) {
      if (['button', 'image', 'overflow'].includes(textOf(element['type']))) continue;
      const action = textOf(element['action_id']);
      const key = `${textOf(block['block_id'])}/${action}`;
      const given = takeValue(left, textOf(block['block_id']), action);
      if (given !== undefined) view.entered.set(key, enter(element, given, choicesFor(action)));
      else if (!view.entered.has(key)) view.entered.set(key, untouched(element));
      const state = view.entered.get(key) ?? {};
      if (block['type'] === 'input' && block['optional'] !== true && isEmpty(state)) {
        throw new Error(`the field ${action} is required`);
      }
    }
  }
  if (left.size > 0) throw new Error(`the view has no ${[...left.keys()].join(', ')}`);
}

function takeValue(left: Map<string, Json>, block: string, action: string): Json | undefined {
  const byBlock = left.get(block);
  if (isObject(byBlock) && byBlock[action] !== undefined) {
    const { [action]: value, ...rest } = byBlock;
    if (Object.keys(rest).length === 0) left.delete(block);
    else left.set(block, rest);
    return value;
  }
  const value = left.get(action);
  left.delete(action);
  return value;
}
