import { z } from 'zod';
import type { Stage } from '../stage.ts';
import type { Act } from './act.ts';
import { act, contentOf, File, text } from './act.ts';

/** What customers do in their chats, mails and text messages, and agents in Acquire's own screen. */

type Side = Pick<Stage, 'acquire'>;

const kase = z.int();
/** The agent of Acquire who is played. */
const agent = z.int();
const optional = z.string().trim().optional();

export const acquireActs = {
  new_customer: act(
    {
      name: text,
      email: optional,
      phone: optional,
      channel: z.enum(['chat', 'mail', 'sms']).default('chat'),
      title: optional,
      /** What giosg calls the same person. */
      visitor: optional,
      text,
    },
    ({ acquire }: Side, { name, email = '', phone = '', channel, title = '', visitor = '', text: words }) => {
      if (channel === 'mail' && email === '') throw new Error('who writes an e-mail has an address');
      if (channel === 'sms' && phone === '') throw new Error('who sends a text message has a phone number');
      const contact = acquire.contact({
        name,
        email: email || null,
        phone: phone || null,
        ...(visitor !== '' && { customer_number: visitor }),
      });
      const opened = acquire.openCase(contact.id, { text: words, channel, ...(title !== '' && { title }) });
      return { case: opened.id, thread: opened.threadId };
    },
  ),
  customer_writes: act({ case: kase, text }, ({ acquire }: Side, said) => {
    acquire.customerWrites(said.case, said.text);
    return null;
  }),
  customer_sends: act({ case: kase, file: File, text: z.string() }, ({ acquire }: Side, said) => {
    acquire.customerSends(said.case, uploadOf(said.file), { text: said.text });
    return null;
  }),
  acquire_writes: act({ case: kase, agent, text, as: z.enum(['message', 'note']) }, ({ acquire }: Side, said) => {
    acquire.agentWrites(said.agent, said.case, said.text, { type: said.as });
    return null;
  }),
  acquire_sends: act({ case: kase, agent, file: File, text: z.string() }, ({ acquire }: Side, said) => {
    acquire.agentSends(said.agent, said.case, uploadOf(said.file), { text: said.text });
    return null;
  }),
  acquire_joins: act({ case: kase, agent }, ({ acquire }: Side, said) => {
    acquire.agentJoins(said.agent, said.case);
    return null;
  }),
  acquire_closes: act({ case: kase, agent }, ({ acquire }: Side, said) => {
    acquire.agentCloses(said.agent, said.case);
    return null;
  }),
  acquire_reopens: act({ case: kase, agent }, ({ acquire }: Side, said) => {
    acquire.agentReopens(said.agent, said.case);
    return null;
  }),
  acquire_edits: act({ message: z.int(), text }, ({ acquire }: Side, said) => {
    acquire.editMessage(said.message, said.text);
    return null;
  }),
  acquire_deletes: act({ message: z.int() }, ({ acquire }: Side, said) => {
    acquire.deleteMessage(said.message);
    return null;
  }),
} satisfies Record<string, Act<Side>>;

const uploadOf = (file: File) => ({
  name: file.name,
  content: contentOf(file),
  ...(file.type === '' ? {} : { type: file.type }),
});
