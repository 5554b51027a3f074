import { z } from 'zod';
import type { Case } from './case.ts';
import { type Hours, isOpen } from './hours.ts';
import type { ChannelId, MemberId } from './ids.ts';

/** Which way a case takes: ordered rules, of which the first that fits counts. */

/** When a thread starts by itself: at the first customer's message, as soon as there is a case, when it waits for a person. */
export const Start = z.enum(['message', 'new', 'waiting', 'never']);
export type Start = z.infer<typeof Start>;

/** Somebody to be mentioned. */
export type Called = { readonly group: string } | { readonly member: MemberId };

/** Who is mentioned when a thread starts. `turns`: one of them each time, in order. */
export type Mentions = { readonly turns: boolean; readonly who: readonly Called[] };

/** What a case must be like. Patterns are compared without case; `*` stands for anything. One that fits is enough. */
export type Condition =
  | { readonly on: Fact; readonly patterns: readonly string[] }
  | { readonly on: 'contact' | 'field'; readonly key: string; readonly patterns: readonly string[] }
  | { readonly on: 'hours'; readonly name: string; readonly hours: Hours; readonly open: boolean };
type Fact = 'channel' | 'department' | 'queue' | 'tag' | 'title';

/** A rule of the routes file. */
export type Route = {
  readonly name: string;
  /** All must hold; none takes every case. */
  readonly conditions: readonly Condition[];
  /** Where threads start; null where none does. */
  readonly channel: ChannelId | null;
  readonly start: Start;
  /** What differs from the settings of the channel, under their names. */
  readonly settings: Readonly<Record<string, unknown>>;
  readonly mentions: Mentions | null;
  /** After so long without an answer the thread is reminded (ms). */
  readonly remind: number | null;
  readonly escalate: Escalation | null;
  /** The hours in which waiting counts; null when it always does. */
  readonly hours: Hours | null;
};

/** After so long without an answer (ms) this channel is told. */
export type Escalation = {
  readonly after: number;
  readonly channel: ChannelId;
  readonly mentions: readonly Called[];
};

/** The first rule that fits; null when none does. */
export const routeFor = (of: Case, routes: readonly Route[], now: number): Route | null =>
  routes.find(({ conditions }) => conditions.every((condition) => holds(condition, of, now))) ?? null;

/** One rule in the order in which they are asked. */
export type RouteStep = {
  readonly route: string;
  readonly result: 'taken' | 'passed over' | 'not reached';
  /** The first condition that does not hold, with what was found instead. */
  readonly why: string | null;
};

/** Which rule a case takes, and why not the ones before it. */
export const explainRoute = (of: Case, routes: readonly Route[], now: number): readonly RouteStep[] => {
  const taken = routeFor(of, routes, now);
  const end = taken === null ? routes.length : routes.indexOf(taken);
  return routes.map(({ name, conditions }, at): RouteStep => {
    if (at === end) return { route: name, result: 'taken', why: null };
    if (at > end) return { route: name, result: 'not reached', why: null };
    const failed = conditions.find((condition) => !holds(condition, of, now));
    return { route: name, result: 'passed over', why: failed === undefined ? null : whyNot(failed, of) };
  });
};

const holds = (condition: Condition, of: Case, now: number): boolean => {
  if (condition.on === 'hours') return isOpen(condition.hours, now) === condition.open;
  const values = valuesOf(condition, of);
  const patterns = condition.on === 'title' ? condition.patterns.map((words) => `*${words}*`) : condition.patterns;
  return values.some((value) => patterns.some((pattern) => fits(pattern, value)));
};

const valuesOf = (condition: Exclude<Condition, { on: 'hours' }>, of: Case): readonly string[] => {
  switch (condition.on) {
    case 'channel':
      return [of.channel];
    case 'title':
      return present(of.title);
    case 'department':
      return of.departments;
    case 'queue':
      return of.queues;
    case 'tag':
      return of.tags;
    case 'field':
      return present(of.fields[condition.key]);
    case 'contact':
      return present(contactValue(of.contact, condition.key));
  }
};

const present = (value: string | null | undefined): readonly string[] =>
  value === null || value === undefined || value === '' ? [] : [value];

const contactValue = (contact: Case['contact'], key: string): string | null | undefined => {
  switch (key) {
    case 'id':
    case 'name':
    case 'email':
    case 'phone':
      return contact[key];
    default:
      return contact.fields[key];
  }
};

/** Piece by piece from the left, so that no pattern takes long on any value. */
export const fits = (pattern: string, value: string): boolean => {
  const text = folded(value);
  const pieces = folded(pattern).split('*');
  const first = pieces.shift() ?? '';
  const last = pieces.pop();
  if (last === undefined) return text === first;
  if (!text.startsWith(first) || !text.endsWith(last) || text.length < first.length + last.length) return false;
  let at = first.length;
  for (const piece of pieces) {
    const found = text.indexOf(piece, at);
    if (found === -1) return false;
    at = found + piece.length;
  }
  return at <= text.length - last.length;
};

const folded = (text: string): string => text.trim().normalize('NFC').toLowerCase();

const whyNot = (condition: Condition, of: Case): string => {
  if (condition.on === 'hours') return `${condition.name} is ${condition.open ? 'closed' : 'open'} now`;
  const name = 'key' in condition ? `${condition.on} ${condition.key}` : condition.on;
  const found = valuesOf(condition, of);
  const wanted = condition.patterns.join(' or ');
  return `${name} must be ${wanted}; it is ${found.length === 0 ? 'not there' : found.join(', ')}`;
};
