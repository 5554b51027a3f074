import type { Json, JsonObject } from '../../src/sandbox/slack/wire.ts';
import { isObject, textOf } from '../../src/sandbox/slack/wire.ts';
import type { Side } from './conformance-sides.ts';

/** One call of a scenario with its answer. */
export interface Answered {
  /** The method and, after a colon, what is special about this call. */
  readonly call: string;
  readonly answer: JsonObject;
}

export type Ask = (call: string, params?: object, token?: string) => Promise<JsonObject>;
export type Scenario = (ask: Ask, side: Side) => Promise<void>;

export async function played(scenario: Scenario, side: Side): Promise<readonly Answered[]> {
  const answers: Answered[] = [];
  const ask: Ask = async (call, params, token) => {
    const answer = await side.call(methodOf(call), params, token);
    answers.push({ call, answer });
    return answer;
  };
  await scenario(ask, side);
  return answers;
}

export const methodOf = (call: string): string => call.split(':')[0] ?? call;

/** Where two sides answer differently: whether and why a call fails, and the types of what stands where. */
export function differences(ours: readonly Answered[], theirs: readonly Answered[]): readonly string[] {
  const found = ours.flatMap(({ call, answer }, index) => {
    const other = theirs[index];
    if (other?.call !== call) throw new Error(`the sides went apart at ${call}`);
    const [mine, yours] = [outcomeOf(answer), outcomeOf(other.answer)];
    if (mine !== yours) return [`${call} → ${mine}, there ${yours}`];
    return unlike(shapeOf(methodOf(call), answer), shapeOf(methodOf(call), other.answer));
  });
  return [...new Set(found)];
}

const outcomeOf = (answer: JsonObject): string => (answer['ok'] === true ? 'ok' : textOf(answer['error']));

type Shape = ReadonlyMap<string, string>;

function unlike(ours: Shape, theirs: Shape): readonly string[] {
  const places = [...new Set([...ours.keys(), ...theirs.keys()])];
  return places.flatMap((place) => {
    const [mine, yours] = [ours.get(place), theirs.get(place)];
    if (mine === yours) return [];
    // What is in a thing that one side lacks altogether goes without saying.
    const isToldAbove = (side: Shape): boolean =>
      above(place) !== '' && !/object|list/.test(side.get(above(place)) ?? '');
    if (mine === undefined) return isToldAbove(ours) ? [] : [`${place}: only there`];
    if (yours === undefined) return isToldAbove(theirs) ? [] : [`${place}: only ours`];
    return [`${place}: ${mine}, there ${yours}`];
  });
}

/** What many answers hold is looked at as one thing, whichever answer it is in. */
const THINGS: Readonly<Record<string, string>> = {
  message: 'a message',
  'messages[]': 'a message',
  channel: 'a channel',
  'channels[]': 'a channel',
  user: 'a user',
  'members[]': 'a user',
  file: 'a file',
  'files[]': 'a file',
  view: 'a view',
};

const OBJECT_ID = /^[CGDF][A-Z0-9]{8,}$/;

/** Every place in an answer with the type of what is there; the elements of a list share one place. */
function shapeOf(method: string, answer: JsonObject): Shape {
  const shape = new Map<string, string>();
  const note = (place: string, type: string): void => {
    const types = new Set([...(shape.get(place)?.split(' or ') ?? []), type]);
    shape.set(place, [...types].toSorted().join(' or '));
  };
  const walk = (value: Json | undefined, at: readonly string[]): void => {
    const thing = isObject(value) ? THINGS[at.at(-1) ?? ''] : undefined;
    const place = thing === undefined ? at : [thing];
    const named = place.join(' › ');
    if (Array.isArray(value)) {
      note(named, 'list');
      for (const item of value) walk(item, [...place.slice(0, -1), `${place.at(-1)}[]`]);
    } else if (isObject(value)) {
      note(named, 'object');
      for (const [name, part] of Object.entries(value)) walk(part, [...place, OBJECT_ID.test(name) ? '(id)' : name]);
    } else note(named, value === null ? 'null' : typeof value);
  };
  walk(answer, [method]);
  return shape;
}

/** The thing or list that a place is in; none for an answer as a whole. */
const above = (place: string): string =>
  place.endsWith('[]') ? place.slice(0, -2) : place.split(' › ').slice(0, -1).join(' › ');
