import { blockFaults } from './blocks.ts';
import { addEphemeral } from './content.ts';
import type { Choices, FormValues } from './forms.ts';
import { enter, fillIn, findElement, optionsOf } from './forms.ts';
import { shown } from './messages.ts';
import { Refusal } from './refusal.ts';
import type { Origin, ResponseUrls } from './response-urls.ts';
import { respond } from './response-urls.ts';
import type { Answer, Kind } from './transport.ts';
import type { Outcome } from './view-answers.ts';
import { applyViewAnswer, drop, openView } from './view-answers.ts';
import type { Views } from './views.ts';
import { shownView, stateOf } from './views.ts';
import type { Json, JsonObject, Outgoing } from './wire.ts';
import { isObject, textOf } from './wire.ts';
import type { Channel, Workspace } from './workspace.ts';
import { channelOf, formatTs, messageOf, userOf } from './workspace.ts';

export interface Interactions {
  command: (user: string, channel: string, command: string, text?: string) => Promise<Outcome>;
  click: (user: string, at: Click) => Promise<Outcome>;
  messageShortcut: (user: string, channel: string, ts: string, callbackId: string) => Promise<Outcome>;
  globalShortcut: (user: string, callbackId: string) => Promise<Outcome>;
  submitView: (user: string, viewId: string, values?: FormValues) => Promise<Outcome>;
  closeView: (user: string, viewId: string) => Promise<Outcome>;
  suggest: (user: string, viewId: string, actionId: string, query: string) => Promise<JsonObject[]>;
}

/** On a message (or an ephemeral one), or in a view. `value` tells equal buttons apart, or is what is chosen. */
export interface Click {
  channel?: string;
  ts?: string;
  viewId?: string;
  actionId: string;
  value?: Json;
}

export interface InteractionParts {
  workspace: Workspace;
  views: Views;
  responses: ResponseUrls;
  ask: (kind: Kind, payload: Outgoing) => Promise<Answer>;
}

export function createInteractions(parts: InteractionParts): Interactions {
  const { workspace, views } = parts;
  /** What the app last offered to a person, by `user/action`. */
  const suggested = new Map<string, JsonObject[]>();
  const choices = (user: string, action: string): Choices => ({
    workspace,
    suggested: suggested.get(`${user}/${action}`) ?? [],
  });
  const outcomeOf = (user: string, answer: Answer): Outcome => {
    const view = views.stacks.get(user)?.at(-1);
    if (!answer.ok) return { ok: false, error: answer.error, view };
    return { ok: true, view, ...(answer.body === undefined ? {} : { body: answer.body }) };
  };
  const ask = async (user: string, payload: Outgoing): Promise<Outcome> =>
    outcomeOf(user, await parts.ask('interactive', payload));

  return {
    command: (user, channel, command, text = '') => runCommand(parts, { user, channel, command, text }),
    click: async (user, at) => {
      const payload =
        at.viewId === undefined ? clickOnMessage(parts, user, at, choices) : clickInView(parts, user, at, choices);
      return ask(user, payload);
    },
    messageShortcut: async (user, channelId, ts, callbackId) => {
      const channel = channelOf(workspace, channelId);
      const message = messageOf(channel, ts);
      return ask(user, {
        ...shortcut(parts, user, { type: 'message_action', callbackId }),
        channel: named(channel),
        message_ts: message.ts,
        message: shown(message),
        response_url: parts.responses.create({ user, channel: channel.id }),
      });
    },
    globalShortcut: async (user, callbackId) => ask(user, shortcut(parts, user, { type: 'shortcut', callbackId })),
    submitView: async (user, viewId, values = {}) => {
      const view = openView(views, user, viewId);
      fillIn(view, values, (action) => choices(user, action));
      const payload = {
        ...base(parts, user, { type: 'view_submission', viewId }),
        view: shownView(workspace, view),
        response_urls: [],
      };
      const answer = await parts.ask('interactive', payload);
      return answer.ok ? applyViewAnswer(parts, view, answer.body) : outcomeOf(user, answer);
    },
    closeView: async (user, viewId) => {
      const view = openView(views, user, viewId);
      const cleared = view.given['clear_on_close'] === true;
      drop(parts, view, cleared);
      if (view.given['notify_on_close'] !== true) return { ok: true };
      const { trigger_id: _, ...rest } = base(parts, user, { type: 'view_closed' });
      return ask(user, { ...rest, view: shownView(workspace, view), is_cleared: cleared });
    },
    suggest: async (user, viewId, actionId, query) => {
      const view = openView(views, user, viewId);
      const { block, element } = findElement(view.blocks, actionId);
      if (query.length < Number(element['min_query_length'] ?? 3)) return [];
      const where = { action_id: actionId, block_id: block['block_id'], value: query };
      const container = { type: 'view', view_id: view.id };
      const { trigger_id: _, ...rest } = base(parts, user, { type: 'block_suggestion' });
      const answer = await parts.ask('interactive', { ...rest, ...where, container, view: shownView(workspace, view) });
      if (!answer.ok) throw new Error(`the list could not be loaded: ${answer.error}`);
      const options = offered(answer.body);
      suggested.set(`${user}/${actionId}`, options);
      return options;
    },
  };
}

function base(parts: InteractionParts, userId: string, about: { type: string; viewId?: string | undefined }): Outgoing {
  const { workspace, views } = parts;
  const user = userOf(workspace, userId);
  const { team, app } = workspace;
  return {
    type: about.type,
    user: { id: user.id, username: user.name, name: user.name, team_id: user.team_id },
    api_app_id: app.id,
    token: app.verificationToken,
    team: { id: team.id, domain: team.domain },
    enterprise: null,
    is_enterprise_install: false,
    trigger_id: views.newTrigger(user.id, about.viewId),
  };
}

function shortcut(parts: InteractionParts, user: string, about: { type: string; callbackId: string }): Outgoing {
  const { workspace } = parts;
  refuseForeign(workspace, user);
  if (!workspace.app.shortcuts.includes(about.callbackId))
    throw new Error(`the app has no shortcut ${about.callbackId}`);
  const action_ts = formatTs(workspace.now() * 1000);
  return { ...base(parts, user, about), callback_id: about.callbackId, action_ts };
}

/** Private channels do not give their name away in payloads. */
const named = (channel: Channel) => ({ id: channel.id, name: spokenName(channel) });
const spokenName = (channel: Channel): string =>
  channel.kind === 'public' ? channel.name : channel.kind === 'private' ? 'privategroup' : 'directmessage';

/** Commands and shortcuts are offered to the installing workspace's users only. */
function refuseForeign(workspace: Workspace, userId: string): void {
  const user = userOf(workspace, userId);
  if (user.team_id !== workspace.team.id) throw new Error(`${userId} is not of the installing workspace`);
  if (user.deleted) throw new Error(`${userId} is deactivated`);
  if (!workspace.app.scopes.includes('commands')) throw new Error('the app lacks the scope commands');
}

async function runCommand(
  parts: InteractionParts,
  typed: { user: string; channel: string; command: string; text: string },
): Promise<Outcome> {
  const { workspace } = parts;
  const { team, app } = workspace;
  const user = userOf(workspace, typed.user);
  const channel = channelOf(workspace, typed.channel);
  refuseForeign(workspace, user.id);
  const tell = (text: string) => addEphemeral(workspace, { channel: channel.id, user: user.id, text });
  if (!app.commands.includes(typed.command)) {
    tell(`${typed.command} is not a valid command.`);
    return { ok: false, error: 'invalid_command' };
  }
  const origin: Origin = { user: user.id, channel: channel.id };
  const text = typed.text.trim();
  const answer = await parts.ask('slash_commands', {
    token: app.verificationToken,
    team_id: team.id,
    team_domain: team.domain,
    channel_id: channel.id,
    channel_name: spokenName(channel),
    user_id: user.id,
    user_name: user.name,
    command: typed.command,
    text: app.shouldEscape ? escapeCommand(workspace, text) : text,
    api_app_id: app.id,
    is_enterprise_install: 'false',
    response_url: parts.responses.create(origin),
    trigger_id: parts.views.newTrigger(user.id),
  });
  const view = parts.views.stacks.get(user.id)?.at(-1);
  if (!answer.ok) {
    tell(`${typed.command} failed with the error "${answer.error}"`);
    return { ok: false, error: answer.error, view };
  }
  if (answer.body === undefined || answer.body === null) return { ok: true, view };
  try {
    respond(workspace, origin, isObject(answer.body) ? answer.body : { text: textOf(answer.body) });
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    tell(`${typed.command} failed with the error "${error.code}"`);
    return { ok: false, error: error.code, body: answer.body, view };
  }
  return { ok: true, body: answer.body, view };
}

/** With should_escape, names come as tokens that carry the id. */
function escapeCommand(workspace: Workspace, text: string): string {
  const escaped = text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
  return escaped.replace(/(?<!\w)([@#])([\w.-]*\w)/g, (found, sign: string, name: string) => {
    if (sign === '@') {
      const user = [...workspace.users.values()].find((one) => one.name === name);
      return user === undefined ? found : `<@${user.id}|${user.name}>`;
    }
    const channel = [...workspace.channels.values()].find((one) => one.name === name);
    return channel === undefined ? found : `<#${channel.id}|${channel.name}>`;
  });
}

type ChoicesFor = (user: string, action: string) => Choices;

function clickOnMessage(parts: InteractionParts, user: string, at: Click, choices: ChoicesFor): Outgoing {
  const { workspace } = parts;
  const channel = channelOf(workspace, at.channel ?? '');
  const ephemeral = workspace.ephemerals.find(
    (one) => one.ts === at.ts && one.user === user && one.channel === channel.id,
  );
  const message = ephemeral === undefined ? messageOf(channel, at.ts ?? '') : undefined;
  if (message !== undefined && !channel.members.has(user)) throw new Error(`${user} is not in ${channel.id}`);
  const original = message ?? ephemeral;
  const found = findElement(original?.blocks ?? [], at.actionId, at.value);
  const action = actionOf(workspace, found, at, choices(user, at.actionId));
  const origin = { user, channel: channel.id, ...(ephemeral ? { ephemeral: ephemeral.ts } : { message: at.ts ?? '' }) };
  const thread = original?.thread_ts === undefined ? {} : { thread_ts: original.thread_ts };
  return {
    ...base(parts, user, { type: 'block_actions' }),
    container: {
      type: 'message',
      message_ts: at.ts,
      channel_id: channel.id,
      is_ephemeral: ephemeral !== undefined,
      ...thread,
    },
    channel: named(channel),
    // Of an ephemeral message Slack sends no content.
    ...(message === undefined ? {} : { message: shown(message) }),
    state: { values: {} },
    response_url: parts.responses.create(origin),
    actions: [action],
  };
}

function clickInView(parts: InteractionParts, user: string, at: Click, choices: ChoicesFor): Outgoing {
  const view = openView(parts.views, user, at.viewId ?? '');
  const found = findElement(view.blocks, at.actionId, at.value);
  const action = actionOf(parts.workspace, found, at, choices(user, at.actionId));
  const type = textOf(found.element['type']);
  if (type !== 'button' && type !== 'overflow') {
    const state = enter(found.element, at.value ?? null, choices(user, at.actionId));
    view.entered.set(`${textOf(found.block['block_id'])}/${at.actionId}`, state);
  }
  return {
    ...base(parts, user, { type: 'block_actions', viewId: view.type === 'modal' ? view.id : undefined }),
    container: { type: 'view', view_id: view.id },
    view: shownView(parts.workspace, view),
    state: { values: stateOf(view) },
    actions: [action],
  };
}

function actionOf(workspace: Workspace, { block, element }: Found, at: Click, choices: Choices): Outgoing {
  const common = { action_id: at.actionId, block_id: block['block_id'], action_ts: formatTs(workspace.now() * 1000) };
  if (element['type'] === 'button') {
    const value = element['value'] === undefined ? {} : { value: element['value'] };
    return { ...common, type: 'button', text: element['text'], ...value };
  }
  if (at.value === undefined) throw new Error(`choose a value for ${at.actionId}`);
  return { ...common, ...enter(element, at.value, choices) };
}

type Found = ReturnType<typeof findElement>;

/** Options for an external select go through the same checks as those in a block. */
function offered(body: Json | undefined): JsonObject[] {
  const lists = isObject(body) ? body : {};
  const options = optionsOf(lists);
  if (lists['options'] === undefined && lists['option_groups'] === undefined) {
    throw new Error('an answer to block_suggestion has options or option_groups');
  }
  const given =
    lists['options'] === undefined ? { option_groups: lists['option_groups'] } : { options: lists['options'] };
  const select = { type: 'static_select', action_id: 'offered', ...given } as const;
  const block = JSON.parse(JSON.stringify({ type: 'actions', elements: [select] }));
  const faults = options.length === 0 ? [] : blockFaults([block], 'message');
  if (faults.length > 0) throw new Error(`the options are not valid: ${faults.join('; ')}`);
  return options;
}
