import { setTimeout as pause } from 'node:timers/promises';
import type { CaseRecord, MessageRecord } from './acquire/state.ts';
import { elementsIn } from './slack/blocks.ts';
import type { JsonObject } from './slack/wire.ts';
import { isObject } from './slack/wire.ts';
import type { Message } from './slack/workspace.ts';
import type { Stage } from './stage.ts';

/** What people on both sides see, looked at until it is there, and put into words. */

const LIMIT_MS = 60_000;
const LOOK_MS = 20;

/** A step that did not come true, in words. */
export class Unseen extends Error {
  readonly expected: string;
  readonly seen: string;
  constructor(expected: string, seen: string) {
    super(`expected ${expected}, saw ${seen}`);
    this.name = 'Unseen';
    this.expected = expected;
    this.seen = seen;
  }
}

/** Looks again until something is there. What is expected and what is seen are put into words only when it is not. */
export async function until<Found>(
  find: () => Found | undefined | false,
  expected: () => string,
  seen: () => string,
): Promise<Found> {
  const deadline = Date.now() + LIMIT_MS;
  for (;;) {
    const found = find();
    if (found !== undefined && found !== false) return found;
    if (Date.now() > deadline) throw new Unseen(`${expected()} within ${LIMIT_MS / 1000} s`, seen());
    await pause(LOOK_MS);
  }
}

export function fail(reason: string): never {
  throw new Error(reason);
}

export function onceEach(text: string, count: number, where: string): void {
  if (count !== 1) throw new Unseen(`“${text}” once ${where}`, `it ${count} times`);
}

export const casesOf = ({ acquire }: Stage, { threadId }: CaseRecord): CaseRecord[] =>
  [...acquire.account.cases.values()].filter((kase) => kase.threadId === threadId);

export const rowsOfThread = (stage: Stage, kase: CaseRecord): MessageRecord[] =>
  casesOf(stage, kase).flatMap(({ id }) => stage.acquire.account.messagesByCase.get(id) ?? []);

export const isForCustomer = ({ type, sender }: MessageRecord): boolean =>
  (type === 'message' || type === 'sms') && sender.type === 'user';

export const buttonsOf = (message: Message | undefined): JsonObject[] =>
  (message?.blocks ?? [])
    .filter(isObject)
    .flatMap((block) => elementsIn(block))
    .filter((one) => one['type'] === 'button');

export const quoted = (texts: readonly string[]): string => texts.map((text) => `“${text}”`).join(', ') || 'nothing';

export const said = (messages: readonly Message[]): string => quoted(messages.map(({ text }) => text));

export const heard = (rows: readonly MessageRecord[]): string =>
  quoted(rows.map(({ type, text }) => `${type}: ${text}`));

/** As people read it: the text of its blocks, with names instead of ids. */
export function plain({ slack }: Stage, message: Message): string {
  const words = (value: unknown): string => {
    if (Array.isArray(value)) return value.map(words).join('');
    if (typeof value !== 'object' || value === null) return '';
    if ('user_id' in value) return slack.workspace.users.get(String(value.user_id))?.real_name ?? '';
    if ('text' in value && typeof value.text === 'string') return value.text;
    return 'elements' in value ? words(value.elements) : '';
  };
  return words(message.blocks);
}

export function openDeliveries({ deliveries }: Stage): string {
  const counts = deliveries.now()?.counts.deliveries;
  if (counts === undefined) return 'no word from “deliveries watch” yet';
  return ['owed', 'held', 'dead', 'unknown']
    .filter((state) => (counts[state] ?? 0) > 0)
    .map((state) => `${counts[state]} ${state}`)
    .join(', ');
}

export const delivered = ({ deliveries }: Stage): number => deliveries.now()?.counts.deliveries['delivered'] ?? 0;
