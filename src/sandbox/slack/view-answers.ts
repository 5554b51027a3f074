import { Refusal } from './refusal.ts';
import type { View, Views } from './views.ts';
import type { Json, JsonObject } from './wire.ts';
import { isObject, textOf } from './wire.ts';
import type { Workspace } from './workspace.ts';

/** What a person's screen does with the app's answer to a submitted view. */

/** What came of a command, a click or a submission, as the person sees it. */
export interface Outcome {
  ok: boolean;
  /** The failure that Slack shows: `dispatch_failed`, `operation_timeout`, or words about a bad answer. */
  error?: string;
  body?: Json;
  /** Field errors of a view, by block id. */
  errors?: Record<string, string>;
  /** The modal the person now looks at. */
  view?: View | undefined;
}

interface Seeing {
  workspace: Workspace;
  views: Views;
}

export function openView(views: Views, user: string, id: string): View {
  const home = views.homes.get(user);
  if (home?.id === id) return home;
  const top = views.stacks.get(user)?.at(-1);
  if (top?.id !== id) throw new Error(`${user} does not see the view ${id}`);
  return top;
}

export function drop({ views, workspace }: Seeing, view: View, all: boolean): void {
  const stack = views.stacks.get(view.user) ?? [];
  views.stacks.set(view.user, all ? [] : stack.filter((other) => other !== view));
  workspace.changed({ kind: 'view', user: view.user });
}

export function applyViewAnswer(parts: Seeing, view: View, body: Json | undefined): Outcome {
  const now = (): View | undefined => parts.views.stacks.get(view.user)?.at(-1);
  const answer = isObject(body) ? body : {};
  const trouble = (error: string): Outcome => ({ ok: false, error, view: now(), body: body ?? null });
  if (body !== undefined && body !== null && body !== '' && answer['response_action'] === undefined) {
    return trouble('an answer to view_submission is empty or has a response_action');
  }
  try {
    switch (answer['response_action']) {
      case undefined:
        drop(parts, view, false);
        return { ok: true, view: now() };
      case 'clear':
        drop(parts, view, true);
        return { ok: true, view: now() };
      case 'errors':
        return fieldErrors(view, answer) ?? trouble('errors name a block that is no input of the view');
      case 'update':
        parts.views.replace(view, answer['view']);
        return { ok: true, view: now() };
      case 'push':
        parts.views.show(answer['view'], view.user, parts.views.stacks.get(view.user));
        return { ok: true, view: now() };
      default:
        return trouble('unknown response_action');
    }
  } catch (error) {
    if (error instanceof Refusal) return trouble(JSON.stringify({ error: error.code, ...error.extra }));
    throw error;
  }
}

function fieldErrors(view: View, answer: JsonObject): Outcome | undefined {
  const given = isObject(answer['errors']) ? Object.entries(answer['errors']) : [];
  const inputs = new Set(view.blocks.filter((block) => block['type'] === 'input').map((block) => block['block_id']));
  if (given.length === 0 || given.some(([block]) => !inputs.has(block))) return undefined;
  return { ok: true, view, errors: Object.fromEntries(given.map(([block, text]) => [block, textOf(text)])) };
}
