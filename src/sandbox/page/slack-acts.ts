import { z } from 'zod';
import type { FormValues } from '../slack/forms.ts';
import type { SayOptions } from '../slack/people.ts';
import type { Outcome } from '../slack/view-answers.ts';
import type { Json } from '../slack/wire.ts';
import type { Stage } from '../stage.ts';
import type { Act, File } from './act.ts';
import { act, contentOf, File as FileSaid, text, words } from './act.ts';

/** What members do in Slack's client. */

type Side = Pick<Stage, 'slack'>;

const Value: z.ZodType<Json> = z.json();
const member = z.string();
const channel = z.string();
const ts = z.string();
const action = z.string();
const value = Value.optional();

export const slackActs = {
  say: act(
    {
      member,
      channel,
      thread: z.string().optional(),
      broadcast: z.boolean().optional(),
      text: words,
      files: z.array(FileSaid).max(10).optional(),
    },
    ({ slack }: Side, said) => {
      if (said.text === '' && !said.files?.length) throw new Error('nothing is written yet');
      slack.say(said.member, said.channel, said.text, sayingOf(said));
      return null;
    },
  ),
  edit: act({ member, channel, ts, text }, ({ slack }: Side, said) =>
    nothing(slack.edit(said.member, said.channel, said.ts, said.text)),
  ),
  remove: act({ member, channel, ts }, ({ slack }: Side, said) =>
    nothing(slack.remove(said.member, said.channel, said.ts)),
  ),
  react: act({ member, channel, ts, name: z.string(), on: z.boolean() }, ({ slack }: Side, said) =>
    nothing(
      said.on
        ? slack.react(said.member, said.channel, said.ts, said.name)
        : slack.unreact(said.member, said.channel, said.ts, said.name),
    ),
  ),
  command: act(
    { member, channel, command: z.string().default('/case'), text: z.string() },
    async ({ slack }: Side, said) => seen(await slack.command(said.member, said.channel, said.command, said.text)),
  ),
  press: act({ member, channel, ts, action, value }, async ({ slack }: Side, said) =>
    seen(await slack.click(said.member, { channel: said.channel, ts: said.ts, ...chosen(said) })),
  ),
  press_in_view: act({ member, view: z.string(), action, value }, async ({ slack }: Side, said) =>
    seen(await slack.click(said.member, { viewId: said.view, ...chosen(said) })),
  ),
  shortcut: act({ member, channel, ts, shortcut: z.string() }, async ({ slack }: Side, said) =>
    seen(await slack.messageShortcut(said.member, said.channel, said.ts, said.shortcut)),
  ),
  submit: act({ member, view: z.string(), values: z.record(z.string(), Value) }, async ({ slack }: Side, said) =>
    seen(await slack.submitView(said.member, said.view, said.values satisfies FormValues)),
  ),
  close_view: act({ member, view: z.string() }, async ({ slack }: Side, said) =>
    seen(await slack.closeView(said.member, said.view)),
  ),
  suggest: act({ member, view: z.string(), action, query: z.string() }, ({ slack }: Side, said) =>
    slack.suggest(said.member, said.view, said.action, said.query),
  ),
  open_home: act({ member }, ({ slack }: Side, said) => nothing(slack.openHome(said.member))),
} satisfies Record<string, Act<Side>>;

interface Saying {
  readonly thread?: string | undefined;
  readonly broadcast?: boolean | undefined;
  readonly files?: readonly File[] | undefined;
}

const sayingOf = ({ thread, broadcast = false, files = [] }: Saying): SayOptions => ({
  ...(thread === undefined ? {} : { threadTs: thread }),
  broadcast,
  files: files.map((file) => ({
    name: file.name,
    content: contentOf(file),
    ...(file.type === '' ? {} : { mimetype: file.type }),
  })),
});

const chosen = ({ action: actionId, value: given }: { action: string; value?: Json | undefined }) =>
  given === undefined ? { actionId } : { actionId, value: given };

const nothing = (_done: void): null => null;

/** What Slack's client would show: nothing when all went well, field errors, or that the app did not answer. */
function seen({ ok, error, errors }: Outcome): { errors?: Record<string, string> } | null {
  if (!ok) throw new Error(SLACK_SAYS[error ?? ''] ?? `Slack shows an error: ${error ?? 'unknown'}`);
  return errors === undefined ? null : { errors };
}

const SLACK_SAYS: Readonly<Record<string, string>> = {
  dispatch_failed: 'Slack could not reach the app.',
  operation_timeout: 'The app did not answer within three seconds.',
};
