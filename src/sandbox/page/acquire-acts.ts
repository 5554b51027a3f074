import { z } from 'zod';
import type { UploadChoice } from '../acquire/uploads.ts';
import type { Stage } from '../stage.ts';
import type { Act } from './act.ts';
import { act, contentOf, File, text, words } from './act.ts';

/** What customers do in their chats, mails and text messages, and agents in Acquire's own screen. */

type Side = Pick<Stage, 'acquire'>;

const kase = z.int();
/** The agent of Acquire who is played. */
const agent = z.int();
const optional = z.string().trim().optional();
const files = z.array(File).min(1).max(10);

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
      files: files.optional(),
    },
    ({ acquire }: Side, { name, email = '', phone = '', channel, title = '', visitor = '', ...said }) => {
      if (channel === 'mail' && email === '') throw new Error('who writes an e-mail has an address');
      if (channel === 'sms' && phone === '') throw new Error('who sends a text message has a phone number');
      const contact = acquire.contact({
        name,
        email: email || null,
        phone: phone || null,
        ...(visitor !== '' && { customer_number: visitor }),
      });
      const opening = { text: said.text, channel, files: (said.files ?? []).map(uploadOf) };
      const opened = acquire.openCase(contact.id, { ...opening, ...(title !== '' && { title }) });
      return { case: opened.id, thread: opened.threadId };
    },
  ),
  customer_writes: act({ case: kase, text }, ({ acquire }: Side, said) => {
    acquire.customerWrites(said.case, said.text);
    return null;
  }),
  customer_sends: act({ case: kase, files, text: words }, ({ acquire }: Side, said) => {
    sendAll(acquire, said, {
      mail: (mail) => acquire.customerMails(said.case, mail),
      send: (file, how) => acquire.customerSends(said.case, file, how),
    });
    return null;
  }),
  acquire_writes: act({ case: kase, agent, text, as: z.enum(['message', 'note']) }, ({ acquire }: Side, said) => {
    acquire.agentWrites(said.agent, said.case, said.text, { type: said.as });
    return null;
  }),
  acquire_sends: act({ case: kase, agent, files, text: words }, ({ acquire }: Side, said) => {
    sendAll(acquire, said, {
      mail: (mail) => acquire.agentMails(said.agent, said.case, mail),
      send: (file, how) => acquire.agentSends(said.agent, said.case, file, how),
    });
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

interface Ways {
  readonly mail: (mail: { text: string; files: readonly UploadChoice[] }) => unknown;
  readonly send: (file: UploadChoice, how: { text: string }) => unknown;
}

interface Sent {
  readonly case: number;
  readonly files: readonly File[];
  readonly text: string;
}

/** A mail has all its files; elsewhere each is a message of its own, the first with the words. */
function sendAll(
  { account }: Side['acquire'],
  { case: id, text: said, files: given }: Sent,
  { mail, send }: Ways,
): void {
  const uploads = given.map(uploadOf);
  if (account.cases.get(id)?.channel === 'mail') return void mail({ text: said, files: uploads });
  for (const [at, file] of uploads.entries()) send(file, { text: at === 0 ? said : '' });
}

const uploadOf = (file: File): UploadChoice => ({
  name: file.name,
  content: contentOf(file),
  ...(file.type === '' ? {} : { type: file.type }),
});
