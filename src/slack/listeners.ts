import type { App } from '@slack/bolt';
import { z } from 'zod';
import { ChannelId, MemberId } from '../core/ids.ts';
import type { Choice } from '../core/notice.ts';
import type { Call } from './api.ts';
import { drawChoices, loadingView, readLuggage } from './forms.ts';
import type { Intake } from './intake.ts';
import { actionPrefix } from './manifest.ts';
import type { SlackNews } from './news.ts';
import { Suggestion } from './schema.ts';
import { within } from './waiting.ts';

/** Slack waits three seconds for a list. */
const SUGGEST_LIMIT_MS = 2500;

/** A field of a form asks what could be chosen, while the member types. `context` is the form's own. */
export type Question = {
  readonly member: MemberId;
  readonly channel: ChannelId | null;
  readonly field: string;
  readonly query: string;
  readonly context: string;
};

export type ListenerOptions = {
  readonly command: string;
  readonly taken: Intake['taken'];
  readonly call: Call;
  readonly suggest: (question: Question) => Promise<readonly Choice[]>;
  readonly tell: (news: SlackNews) => void;
};

/** Only what must be answered inside the request; what follows from an event is the worker's. */
export const listen = (app: App, options: ListenerOptions): void => {
  const anything = /.*/s;
  const ours = new RegExp(`^${actionPrefix}`);
  // Bolt would otherwise log a listener's failure and answer 200.
  app.error(async (error) => {
    throw error;
  });
  app.command(options.command, async ({ ack, body }) => {
    await ack();
    await openForm(body, body.trigger_id, options);
  });
  app.action({ type: 'block_actions', action_id: ours }, async ({ ack, body }) => {
    await ack();
    await openForm(body, body.trigger_id, options);
  });
  app.shortcut(anything, async ({ ack, body }) => {
    await ack();
    await openForm(body, body.trigger_id, options);
  });
  app.view(anything, async ({ ack, body }) => {
    const { errors } = options.taken(body);
    if (Object.keys(errors).length === 0) await ack();
    else await ack({ response_action: 'errors', errors });
  });
  app.options(anything, async ({ ack, body }) => {
    await ack({ options: drawChoices(await choicesFor(body, options)) });
  });
};

/** A trigger that came too late opens nothing: the worker answers privately then. */
const openForm = async (body: object, trigger: string | undefined, options: ListenerOptions): Promise<void> => {
  const { form } = options.taken(body);
  if (form === null || trigger === undefined) return;
  const opening = options.call(
    isInModal(body) ? 'views.push' : 'views.open',
    { trigger_id: trigger, view: loadingView(form.title, form.name) },
    z.object({}),
  );
  await opening.catch((error: unknown) => options.tell({ type: 'failed', what: 'open a form', error }));
};

/** What is opened from a modal stands above it, and gives way to it again. */
const isInModal = (body: object): boolean => InModal.safeParse(body).success;
const InModal = z.object({ view: z.object({ type: z.literal('modal') }) });

const choicesFor = async (body: unknown, options: ListenerOptions): Promise<readonly Choice[]> => {
  const parsed = Suggestion.safeParse(body);
  if (!parsed.success) return [];
  const { user, action_id: field, value: query, view, channel } = parsed.data;
  const luggage = view ? readLuggage(view.private_metadata) : null;
  const place = luggage?.channel ?? channel?.id;
  const question = {
    member: MemberId.parse(user.id),
    channel: place === undefined ? null : ChannelId.parse(place),
    field,
    query,
    context: luggage?.context ?? '',
  };
  try {
    return await within(options.suggest(question), SUGGEST_LIMIT_MS);
  } catch (error) {
    options.tell({ type: 'failed', what: 'suggest choices', error });
    return [];
  }
};
