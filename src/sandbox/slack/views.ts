import { blockFaults } from './blocks.ts';
import { named } from './content.ts';
import { invalidArguments, Refusal } from './refusal.ts';
import type { Json, JsonObject, Outgoing } from './wire.ts';
import { isObject } from './wire.ts';
import type { Workspace } from './workspace.ts';
import { newId } from './workspace.ts';

const TRIGGER_LIFE_MS = 3000;
const MAX_STACK = 3;
const MAX_VIEW_BYTES = 250_000;
const TITLE = 24;

export interface View {
  id: string;
  type: 'modal' | 'home';
  user: string;
  /** As the app gave it, with block ids. */
  given: JsonObject;
  blocks: JsonObject[];
  hash: string;
  rootId: string;
  previousId: string | null;
  /** What the person filled in so far: `block/action` to the element's state. */
  entered: Map<string, JsonObject>;
}

interface Trigger {
  user: string;
  at: number;
  used: boolean;
  viewId: string | undefined;
}

export interface Views {
  /** Modals by user, the visible one last. */
  stacks: Map<string, View[]>;
  homes: Map<string, View>;
  newTrigger: (user: string, viewId?: string) => string;
  redeem: (trigger: string) => Trigger;
  find: (id: string) => View | undefined;
  byExternalId: (id: string) => View | undefined;
  /** Checks the view and shows it on top of `below`, or alone. */
  show: (given: Json | undefined, user: string, below?: View[]) => View;
  replace: (view: View, given: Json | undefined) => View;
  publish: (given: Json | undefined, user: string) => View;
}

export function createViews(workspace: Workspace): Views {
  const triggers = new Map<string, Trigger>();
  const stacks = new Map<string, View[]>();
  const homes = new Map<string, View>();
  const tell = (view: View): View => {
    workspace.changed({ kind: 'view', user: view.user });
    return view;
  };
  const fresh = (given: Json | undefined, user: string, type: View['type']): View => {
    const checked = checkView(given, type);
    const id = newId(workspace, 'V');
    const blocks = blocksOf(workspace, checked);
    const base = { id, type, user, given: checked, blocks, hash: newHash(workspace), rootId: id, previousId: null };
    return { ...base, entered: new Map() };
  };
  const all = () => [...[...stacks.values()].flat(), ...homes.values()];
  return {
    stacks,
    homes,
    newTrigger: (user, viewId) => {
      const id = `${workspace.now()}.${newId(workspace, '', 12)}.${newId(workspace, '', 20).toLowerCase()}`;
      triggers.set(id, { user, at: workspace.now(), used: false, viewId });
      return id;
    },
    redeem: (id) => {
      const trigger = triggers.get(id);
      if (trigger === undefined) throw new Refusal('invalid_trigger_id');
      if (trigger.used) throw new Refusal('exchanged_trigger_id');
      if (workspace.now() - trigger.at > TRIGGER_LIFE_MS) throw new Refusal('expired_trigger_id');
      return trigger;
    },
    find: (id) => all().find((view) => view.id === id),
    byExternalId: (id) => all().find((view) => view.given['external_id'] === id),
    show: (given, user, below = []) => {
      if (below.length >= MAX_STACK) throw new Refusal('push_limit_reached');
      const view = fresh(given, user, 'modal');
      const top = below.at(-1);
      if (top !== undefined) Object.assign(view, { rootId: top.rootId, previousId: top.id });
      stacks.set(user, [...below, view]);
      return tell(view);
    },
    replace: (view, given) => {
      const checked = checkView(given, view.type);
      Object.assign(view, { given: checked, blocks: blocksOf(workspace, checked), hash: newHash(workspace) });
      const alive = new Set(view.blocks.map((block) => block['block_id']));
      for (const key of view.entered.keys()) if (!alive.has(key.split('/')[0] ?? '')) view.entered.delete(key);
      return tell(view);
    },
    publish: (given, user) => {
      const view = fresh(given, user, 'home');
      const before = homes.get(user);
      if (before !== undefined) Object.assign(view, { id: before.id, rootId: before.id });
      homes.set(user, view);
      return tell(view);
    },
  };
}

const newHash = (workspace: Workspace): string =>
  `${Math.floor(workspace.now() / 1000)}.${newId(workspace, '', 8).toLowerCase()}`;

const blocksOf = (workspace: Workspace, given: JsonObject): JsonObject[] =>
  named(workspace, Array.isArray(given['blocks']) ? given['blocks'].filter(isObject) : []);

const FIELDS = new Set(
  'type title blocks close submit private_metadata callback_id clear_on_close notify_on_close external_id submit_disabled'.split(
    ' ',
  ),
);

/** Refuses what Slack's views methods refuse, with the same pointer. */
function checkView(given: Json | undefined, type: View['type']): JsonObject {
  if (!isObject(given)) throw invalidArguments('missing required field: view');
  const faults: string[] = [];
  const fault = (at: string, message: string) => faults.push(`${message} [json-pointer:/view${at}]`);
  if (given['type'] !== type) fault('/type', `must be ${type}`);
  for (const name of Object.keys(given)) if (!FIELDS.has(name)) fault('', `invalid additional property: ${name}`);
  for (const name of type === 'modal' ? ['title', 'submit', 'close'] : []) {
    const text = given[name];
    if (text === undefined && name !== 'title') continue;
    const words = isObject(text) && text['type'] === 'plain_text' ? text['text'] : undefined;
    if (typeof words !== 'string' || words === '') fault(`/${name}`, 'must be a plain_text object');
    else if (words.length > TITLE) fault(`/${name}/text`, `must be less than ${TITLE + 1} characters`);
  }
  for (const [name, most] of Object.entries({ callback_id: 255, private_metadata: 3000, external_id: 255 })) {
    const text = given[name];
    if (text === undefined) continue;
    if (typeof text !== 'string') fault(`/${name}`, 'must be a string');
    else if (text.length > most) fault(`/${name}`, `must be less than ${most + 1} characters`);
  }
  const blocks = given['blocks'];
  if (blocks === undefined) fault('', 'missing required field: blocks');
  else faults.push(...blockFaults(blocks, type, '/view/blocks'));
  const asks = Array.isArray(blocks) && blocks.some((block) => isObject(block) && block['type'] === 'input');
  if (type === 'modal' && asks && given['submit'] === undefined) fault('', 'missing required field: submit');
  if (faults.length > 0) throw invalidArguments(...faults);
  if (Buffer.byteLength(JSON.stringify(given)) > MAX_VIEW_BYTES) throw new Refusal('view_too_large');
  return given;
}

/** As the API answers it and payloads carry it. */
export function shownView(workspace: Workspace, view: View): Outgoing {
  const { given } = view;
  return {
    id: view.id,
    team_id: workspace.team.id,
    type: view.type,
    blocks: view.blocks,
    private_metadata: given['private_metadata'] ?? '',
    callback_id: given['callback_id'] ?? '',
    state: { values: stateOf(view) },
    hash: view.hash,
    title: given['title'] ?? { type: 'plain_text', text: 'View Title', emoji: true },
    clear_on_close: given['clear_on_close'] ?? false,
    notify_on_close: given['notify_on_close'] ?? false,
    close: given['close'] ?? null,
    submit: given['submit'] ?? null,
    previous_view_id: view.previousId,
    root_view_id: view.rootId,
    app_id: workspace.app.id,
    external_id: given['external_id'] ?? '',
    app_installed_team_id: workspace.team.id,
    bot_id: workspace.app.botId,
  };
}

export function stateOf(view: View): Record<string, Record<string, JsonObject>> {
  const values: Record<string, Record<string, JsonObject>> = {};
  for (const [key, state] of view.entered) {
    const [block = '', action = ''] = key.split('/');
    values[block] = { ...values[block], [action]: state };
  }
  return values;
}
