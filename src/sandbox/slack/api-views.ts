import type { Call, Method } from './call.ts';
import { Refusal } from './refusal.ts';
import type { View } from './views.ts';
import { shownView } from './views.ts';
import type { Json, Outgoing } from './wire.ts';
import { isObject } from './wire.ts';

export const VIEW_METHODS: Record<string, Method> = {
  'views.open': { tier: 4, run: open },
  'views.push': { tier: 4, run: push },
  'views.update': { tier: 4, run: update },
  'views.publish': { tier: 4, run: publish },
};

const viewArg = (call: Call): Json | undefined => call.args.json('view', 'invalid_arguments');

function refuseTaken(call: Call, own?: View): void {
  const view = viewArg(call);
  const id = isObject(view) ? view['external_id'] : undefined;
  if (typeof id !== 'string' || id === '') return;
  const found = call.views.byExternalId(id);
  if (found !== undefined && found !== own) throw new Refusal('duplicate_external_id');
}

function open(call: Call): Outgoing {
  const trigger = call.views.redeem(call.args.required('trigger_id'));
  refuseTaken(call);
  const view = call.views.show(viewArg(call), trigger.user);
  trigger.used = true;
  return { view: shownView(call.workspace, view) };
}

function push(call: Call): Outgoing {
  const trigger = call.views.redeem(call.args.required('trigger_id'));
  const stack = call.views.stacks.get(trigger.user) ?? [];
  if (trigger.viewId === undefined || stack.at(-1)?.id !== trigger.viewId) throw new Refusal('not_found');
  refuseTaken(call);
  const view = call.views.show(viewArg(call), trigger.user, stack);
  trigger.used = true;
  return { view: shownView(call.workspace, view) };
}

function update(call: Call): Outgoing {
  const { args, views } = call;
  const external = args.text('external_id');
  const view = external === undefined ? views.find(args.required('view_id')) : views.byExternalId(external);
  if (view === undefined || view.type === 'home') throw new Refusal('not_found');
  refuseStale(call, view);
  refuseTaken(call, view);
  return { view: shownView(call.workspace, views.replace(view, viewArg(call))) };
}

function publish(call: Call): Outgoing {
  const user = call.workspace.users.get(call.args.required('user_id'));
  if (user === undefined || user.is_bot) throw new Refusal('user_not_found');
  const before = call.views.homes.get(user.id);
  if (before !== undefined) refuseStale(call, before);
  return { view: shownView(call.workspace, call.views.publish(viewArg(call), user.id)) };
}

function refuseStale(call: Call, view: View): void {
  const hash = call.args.text('hash');
  if (hash !== undefined && hash !== view.hash) throw new Refusal('hash_conflict');
}
