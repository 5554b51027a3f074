import { z } from 'zod';
import type { FormValues } from '../slack/forms.ts';
import type { Outcome } from '../slack/view-answers.ts';
import type { Json } from '../slack/wire.ts';
import type { Stage } from '../stage.ts';

/** What people do on the page. Each goes through a simulator, hence over its vendor's own wire, to the real app. */

const Value: z.ZodType<Json> = z.json();
const member = z.string();
const channel = z.string();
const text = z.string().trim().min(1, 'nothing is written yet').max(40_000);
const kase = z.int();

const Act = z.discriminatedUnion('do', [
  z.object({ do: z.literal('say'), member, channel, thread: z.string().optional(), text }),
  z.object({ do: z.literal('edit'), member, channel, ts: z.string(), text }),
  z.object({ do: z.literal('remove'), member, channel, ts: z.string() }),
  z.object({ do: z.literal('command'), member, channel, text: z.string() }),
  z.object({ do: z.literal('press'), member, channel, ts: z.string(), action: z.string(), value: Value.optional() }),
  z.object({ do: z.literal('press_in_view'), member, view: z.string(), action: z.string(), value: Value.optional() }),
  z.object({ do: z.literal('shortcut'), member, channel, ts: z.string(), shortcut: z.string() }),
  z.object({ do: z.literal('submit'), member, view: z.string(), values: z.record(z.string(), Value) }),
  z.object({ do: z.literal('close_view'), member, view: z.string() }),
  z.object({ do: z.literal('suggest'), member, view: z.string(), action: z.string(), query: z.string() }),
  z.object({ do: z.literal('new_customer'), name: text, email: z.string().trim(), text }),
  z.object({ do: z.literal('customer_writes'), case: kase, text }),
  z.object({ do: z.literal('acquire_writes'), case: kase, text, as: z.enum(['message', 'note']) }),
  z.object({ do: z.literal('acquire_joins'), case: kase }),
  z.object({ do: z.literal('acquire_closes'), case: kase }),
  z.object({ do: z.literal('acquire_reopens'), case: kase }),
  z.object({ do: z.literal('kill_app') }),
  z.object({ do: z.literal('start_app') }),
]);
type Act = z.infer<typeof Act>;

/** The returned function rejects with words for the person who asked. */
export const performer =
  (stage: Stage) =>
  async (given: unknown): Promise<unknown> => {
    const act = Act.safeParse(given);
    if (!act.success) throw new Error(act.error.issues[0]?.message ?? 'this cannot be done here');
    return perform(stage, act.data);
  };

async function perform(stage: Stage, act: Act): Promise<unknown> {
  const { slack, app } = stage;
  switch (act.do) {
    case 'say':
      slack.say(act.member, act.channel, act.text, act.thread === undefined ? {} : { threadTs: act.thread });
      return null;
    case 'edit':
      return slack.edit(act.member, act.channel, act.ts, act.text);
    case 'remove':
      return slack.remove(act.member, act.channel, act.ts);
    case 'command':
      return seen(await slack.command(act.member, act.channel, '/case', act.text));
    case 'press': {
      const at = { channel: act.channel, ts: act.ts, actionId: act.action };
      return seen(await slack.click(act.member, act.value === undefined ? at : { ...at, value: act.value }));
    }
    case 'press_in_view': {
      const at = { viewId: act.view, actionId: act.action };
      return seen(await slack.click(act.member, act.value === undefined ? at : { ...at, value: act.value }));
    }
    case 'shortcut':
      return seen(await slack.messageShortcut(act.member, act.channel, act.ts, act.shortcut));
    case 'submit':
      return seen(await slack.submitView(act.member, act.view, act.values satisfies FormValues));
    case 'close_view':
      return seen(await slack.closeView(act.member, act.view));
    case 'suggest':
      return slack.suggest(act.member, act.view, act.action, act.query);
    case 'kill_app':
      return app.kill();
    case 'start_app':
      return app.start();
    default:
      return inAcquire(stage, act);
  }
}

type InAcquire = Extract<Act, { do: `acquire_${string}` | 'new_customer' | 'customer_writes' }>;

function inAcquire({ acquire }: Stage, act: InAcquire): unknown {
  const agent = [...acquire.account.users.values()].find(({ role }) => role === 'agent')?.id ?? 0;
  switch (act.do) {
    case 'new_customer': {
      const contact = acquire.contact({ name: act.name, email: act.email === '' ? null : act.email });
      return { case: acquire.openCase(contact.id, { text: act.text }).id };
    }
    case 'customer_writes':
      acquire.customerWrites(act.case, act.text);
      return null;
    case 'acquire_writes':
      acquire.agentWrites(agent, act.case, act.text, { type: act.as });
      return null;
    case 'acquire_joins':
      acquire.agentJoins(agent, act.case);
      return null;
    case 'acquire_closes':
      acquire.agentCloses(agent, act.case);
      return null;
    case 'acquire_reopens':
      acquire.agentReopens(agent, act.case);
      return null;
  }
}

/** What Slack's client would show: nothing when all went well, field errors, or that the app did not answer. */
function seen({ ok, error, errors }: Outcome): { errors?: Record<string, string> } | null {
  if (!ok) throw new Error(SLACK_SAYS[error ?? ''] ?? `Slack shows an error: ${error ?? 'unknown'}`);
  return errors === undefined ? null : { errors };
}

const SLACK_SAYS: Readonly<Record<string, string>> = {
  dispatch_failed: 'Slack could not reach the app.',
  operation_timeout: 'The app did not answer within three seconds.',
};
