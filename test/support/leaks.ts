import { z } from 'zod';
import type { AcquireSimulator } from '../../src/sandbox/acquire/server.ts';
import type { SlackSimulator } from '../../src/sandbox/slack/server.ts';

/** Everything that must never stand in a log, an error or a metric: what people said, who they are, and our secrets. */

export type Sides = { readonly slack: SlackSimulator; readonly acquire: AcquireSimulator };

/** Shorter ones may stand in a sentence of ours by chance. */
const SAYS_SOMETHING = 10;
const CUT = 40;

const Said = z.object({ text: z.string().catch(''), user: z.string().optional(), username: z.string().optional() });
const Holder = z.object({
  channels: z.array(z.object({ messages: z.array(z.unknown()) })),
  users: z.array(
    z.object({ id: z.string(), real_name: z.string().catch(''), profile: z.object({ email: z.string().catch('') }) }),
  ),
});

export const confidentialIn = ({ slack, acquire }: Sides): readonly string[] => {
  const { app } = slack.workspace;
  const { channels, users } = Holder.parse(slack.snapshot());
  const { contacts, messages, users: agents, cases } = acquire.snapshot();
  const secrets = [app.botToken, app.appToken, app.signingSecret, acquire.key];
  const people = [
    // Our own name is in every metric.
    ...users.filter(({ id }) => id !== app.botUserId).flatMap(({ real_name, profile }) => [real_name, profile.email]),
    ...contacts.flatMap(({ fields }) => Object.values(fields).filter((value) => typeof value === 'string')),
    ...agents.flatMap(({ email }) => [email ?? '']),
  ];
  const said = [
    ...channels
      .flatMap((channel) => channel.messages.map((message) => Said.parse(message)))
      // Our own words: alarms stand in the log as well.
      .filter(({ user, username }) => user !== app.botUserId || username !== undefined)
      .map(({ text }) => text),
    ...messages.map(({ text }) => text),
    ...cases.map(({ title }) => title ?? ''),
  ];
  const words = said.filter((text) => text.length >= SAYS_SOMETHING && text.includes(' '));
  const known = people.filter((text) => text.length >= SAYS_SOMETHING / 2 && !/^\d{1,5}$/u.test(text));
  return [...new Set([...secrets, ...known, ...words])].filter((text) => text !== '');
};

/** Which of them stand in a text, as they are or as JSON has them; of long ones either end is enough. */
export const leaksIn = (text: string, confidential: readonly string[]): readonly string[] =>
  confidential.filter((one) => {
    const json = JSON.stringify(one).slice(1, -1);
    return [json.slice(0, CUT), json.slice(-CUT)].some((part) => part.trim() !== '' && text.includes(part));
  });
