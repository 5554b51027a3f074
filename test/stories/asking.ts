import { z } from 'zod';
import { ANNA, CHANNEL, type Stage } from './stage.ts';

/** Asking casebridge for something, and reading what it says to that person alone. */

type Place = { readonly member?: string; readonly channel?: string };

export type Answer = {
  readonly ts: string;
  readonly words: string;
  /** Labels of its buttons, with what each press needs. */
  readonly buttons: readonly { readonly label: string; readonly actionId: string; readonly value: string }[];
};

/** Gives the slash command and waits for the private answer. */
export const command = (stage: Stage, text: string, place: Place = {}): Promise<Answer> => {
  const { member = ANNA, channel = CHANNEL } = place;
  return answerTo(stage, member, () => stage.slack.command(member, channel, '/case', text), `“/case ${text}”`);
};

/** Presses a button of a private answer and waits for the next one. */
export const press = (stage: Stage, answer: Answer, label: string, place: Place = {}): Promise<Answer> => {
  const { member = ANNA, channel = CHANNEL } = place;
  const found = buttonOf(answer, label);
  const at = { channel, ts: answer.ts, actionId: found.actionId, value: found.value };
  return answerTo(stage, member, () => stage.slack.click(member, at), `“${label}”`);
};

const buttonOf = (answer: Answer, label: string): Answer['buttons'][number] => {
  const found = answer.buttons.find((button) => button.label === label);
  if (found === undefined) throw new Error(`there is no button “${label}” on: ${answer.words}`);
  return found;
};

/** Does something and waits for the private answer to it. */
export const answerTo = async (
  stage: Stage,
  member: string,
  act: () => Promise<{ ok: boolean; error?: string }>,
  what: string,
): Promise<Answer> => {
  const before = answersTo(stage, member).length;
  const outcome = await act();
  if (!outcome.ok) throw new Error(`Slack says that ${what} failed: ${outcome.error}`);
  return stage.sees(() => answersTo(stage, member)[before], `the answer to ${what}`);
};

/** Everything that was said to this person alone, the oldest first. */
export const answersTo = (stage: Stage, member: string): readonly Answer[] =>
  stage.slack.workspace.ephemerals
    .filter((one) => one.user === member)
    .map((one) => ({ ts: one.ts, words: wordsIn(one.blocks).join(''), buttons: buttonsIn(one.blocks) }));

/** What a member sees on top: the words of the modal, its fields, its buttons. */
export const modalOf = (stage: Stage, member: string = ANNA) => {
  const view = Modals.parse(stage.slack.snapshot())
    .modals.find((one) => one.user === member)
    ?.views.at(-1);
  if (view === undefined) return undefined;
  return {
    id: view.id,
    form: view.callback_id,
    words: wordsIn(view.blocks).join('\n'),
    buttons: buttonsIn(view.blocks),
  };
};

const Modal = z.object({ id: z.string(), callback_id: z.string(), blocks: z.array(z.unknown()) });
const Modals = z.object({ modals: z.array(z.object({ user: z.string(), views: z.array(Modal) })) });
const Node = z.record(z.string(), z.unknown());

/** Waits until the modal of a member is this form, filled. */
export const form = (stage: Stage, name: string, member: string = ANNA) =>
  stage.sees(() => {
    const modal = modalOf(stage, member);
    return modal?.form === name ? modal : undefined;
  }, `the form “${name}”`);

const wordsIn = (value: unknown): string[] => {
  if (Array.isArray(value)) return value.flatMap(wordsIn);
  const node = Node.safeParse(value).data;
  if (node === undefined) return [];
  if (node['type'] === 'button') return [];
  // A date shows by each reader's own clock; without one, as this.
  const date = typeof node['fallback'] === 'string' ? [node['fallback']] : [];
  const own = typeof node['text'] === 'string' ? [node['text']] : [...date, ...wordsIn(node['text'])];
  const initial = typeof node['initial_value'] === 'string' ? [node['initial_value']] : [];
  const rest = ['elements', 'fields', 'element', 'label', 'hint', 'options'].flatMap((name) => wordsIn(node[name]));
  return [...own, ...rest, ...initial];
};

const buttonsIn = (value: unknown): Answer['buttons'] => {
  if (Array.isArray(value)) return value.flatMap(buttonsIn);
  const node = Node.safeParse(value).data;
  if (node === undefined) return [];
  if (node['type'] !== 'button') return buttonsIn(node['elements'] ?? []);
  return [
    {
      label: wordsIn(node['text']).join(''),
      actionId: textIn(node['action_id']),
      value: textIn(node['value']),
    },
  ];
};

const textIn = (value: unknown): string => (typeof value === 'string' ? value : '');
