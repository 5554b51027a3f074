import type { Agent, Case, Contact, Department } from './case.ts';
import type { AnswerTo, CaseReading, Event, SlackText } from './event.ts';
import type { CaseFile, OpenedFile, SlackFile } from './files.ts';
import type {
  AccountId,
  AgentId,
  CaseId,
  ChainId,
  ChannelId,
  ContactId,
  MemberId,
  MessageId,
  SlackTs,
  TeamId,
} from './ids.ts';
import type { Form, Notice, PostAs } from './notice.ts';

/**
 * What the bridge asks of a case system and of a chat. Every method rejects only with `Failure` (src/delivery/errors.ts)
 * and tries exactly once: retries have one owner, the outbox. Contracts: test/contracts/helpdesk.ts and chat.ts.
 */

/** Ids of what was written. `asAsked` is false when the answer shows another type or side than we asked for. */
export type WrittenMessage = {
  readonly id: MessageId;
  readonly case: CaseId;
  readonly chain: ChainId | null;
  readonly asAsked: boolean;
  /** How many attachments the answer to a mail shows. */
  readonly attached?: number;
};

/** A file that goes along with a mail. */
export type MailAttachment = {
  readonly name: string;
  readonly type: string;
  /** Its bytes in base64. */
  readonly content: string;
};

/**
 * Who wrote it, by e-mail: an agent with a key of their own is shown to the contact as its author. Where the helpdesk
 * refuses such a key, the call fails without effect under this word, and the next one is made with the common key.
 */
export type Authored = { readonly author?: string | null };
export const OWN_KEY_REFUSED = 'OWN_KEY_REFUSED';

export type MessageDraft = Authored & {
  readonly case: CaseId;
  readonly contact: ContactId;
  readonly kind: 'reply' | 'note';
  readonly text: string;
  /** The text with its styles, where the contact's channel is to get them; null for plain text. */
  readonly html: string | null;
  /** The delivery's id, sent along where the helpdesk takes it; null: the message may be refused for its sake. */
  readonly marker: string | null;
  /** For mails alone. */
  readonly attachments?: readonly MailAttachment[];
};

export type MessageChange = Authored & {
  readonly case: CaseId;
  readonly message: MessageId;
  readonly kind: 'reply' | 'note';
  readonly text: string;
  /** As in a draft. */
  readonly html: string | null;
};

/** What an answer to the last mail of a case is made of. Addresses are bare, each is there once. */
export type Mail = {
  /** The account's own address in this conversation: what an answer comes from. */
  readonly inbox: string;
  readonly to: readonly string[];
  readonly cc: readonly string[];
  /** As it stands; an answer adds its own `Re:`. */
  readonly subject: string;
  /** `Message-ID` that an answer refers to, where one is known. */
  readonly messageId: string | null;
  /** The newest mail known, by the helpdesk's own count of mails. */
  readonly newest: string;
};

/** A mail of our side, as it can be read afterwards. */
export type SentMail = {
  /** The case's message that it is, where the list of mails tells. */
  readonly message: MessageId | null;
  /** The helpdesk's id of the sender. */
  readonly sender: string | null;
  /** Its text and its HTML, in the form of `readBack`. */
  readonly words: readonly string[];
};

export type MailDraft = Authored & {
  readonly case: CaseId;
  readonly contact: ContactId;
  readonly answers: Mail;
  readonly html: string;
  readonly text: string;
  readonly attachments?: readonly MailAttachment[];
};

export type SmsDraft = Authored & {
  readonly case: CaseId;
  readonly contact: ContactId;
  /** One of `smsNumbers`. */
  readonly from: string;
  readonly text: string;
};

export type CaseDraft = Authored & {
  readonly contact: ContactId;
  readonly title: string;
  /** First message to the contact; null opens the case without one. */
  readonly firstMessage: string | null;
  /** The vendor's word, as in `Case`; a chat unless told otherwise, and then for the helpdesk to keep. */
  readonly channel?: string;
  /** Reopen: the chain to go on with. */
  readonly chain: ChainId | null;
  /** The delivery's id, sent along with the first message where the helpdesk takes it; null as in a message. */
  readonly marker: string | null;
};

export type CasePage = {
  readonly cases: readonly Case[];
  /** Pass to `listCases` for the next page; null at the end. */
  readonly next: number | null;
};

/** Of somebody who was asked by name or as one of a department. `sent` is null where the helpdesk does not say. */
export type InviteOutcome = { readonly agent: AgentId; readonly sent: boolean | null };

export type Helpdesk = {
  readonly account: AccountId;
  /** Where people open this case in the helpdesk's own screens. */
  caseUrl(id: CaseId): string;
  /** Null when there is no such case. */
  getCase(id: CaseId): Promise<Case | null>;
  /** Cases that are not closed, in no promised order; some may be listed twice while pages shift. */
  listOpenCases(page: number): Promise<CasePage>;
  /** Cases of a contact that are not closed. */
  openCasesOf(contact: ContactId): Promise<readonly Case[]>;
  /** The cases before this one in its chain, oldest first, as far as they can be listed. */
  casesBefore(of: Case): Promise<readonly CaseId[]>;
  /**
   * The case and its messages in order of ids. `complete: false` when no reader that works gives a whole list: then
   * absence of a message proves nothing. Null when there is no such case.
   */
  readCase(id: CaseId): Promise<CaseReading | null>;
  /** Highest message id of the account, null where it cannot be read. */
  newestMessage(): Promise<MessageId | null>;
  addMessage(draft: MessageDraft): Promise<WrittenMessage>;
  /** Replaces the text of a message of ours. `kind` is the one it was stored with. */
  updateMessage(change: MessageChange): Promise<WrittenMessage>;
  /** For good. A message that is gone already is no failure. */
  deleteMessage(id: MessageId, author?: string | null): Promise<void>;
  /** The newest mail between us and the contact of this case; null when none shows how to answer it. */
  lastMail(of: Case): Promise<Mail | null>;
  /** Only cases of channel `mail` take it. */
  sendMail(draft: MailDraft): Promise<WrittenMessage>;
  /** Mails of our side in this case that are newer than the given one, in order. */
  mailsSince(of: Case, newest: string): Promise<readonly SentMail[]>;
  /** Files that came or went with the mails of this case, by the message that each mail is. */
  mailFiles(of: Case): Promise<ReadonlyMap<MessageId, readonly CaseFile[]>>;
  /** The account's own numbers that can send text messages, in international form. */
  smsNumbers(): Promise<readonly string[]>;
  /** The number of the account in this conversation, as its last text message shows it; null when none does. */
  smsNumberOf(of: Case): Promise<string | null>;
  /**
   * To the contact's own number. Fails without effect where that number is not surely complete (`NO_PHONE`,
   * `NO_COUNTRY_CODE`) or the conversation cannot be named to the helpdesk (`NO_TIMELINE`).
   */
  sendSms(draft: SmsDraft): Promise<WrittenMessage>;
  createCase(draft: CaseDraft): Promise<Case>;
  /** False when the helpdesk only let us leave: the case is not closed. */
  closeCase(id: CaseId, options: { readonly askFeedback: boolean }): Promise<boolean>;
  joinCase(id: CaseId, author?: string | null): Promise<Case>;
  /** Departments by their numbers. Those who were asked by name come first, in their order. */
  inviteAgents(
    id: CaseId,
    agents: readonly AgentId[],
    departments?: readonly string[],
  ): Promise<readonly InviteOutcome[]>;
  followUp(options: {
    readonly case: CaseId;
    readonly contact: ContactId;
    readonly at: number;
    readonly text: string;
  }): Promise<void>;
  getContact(id: ContactId): Promise<Contact | null>;
  /** Contacts with this text in name, e-mail or phone. */
  findContacts(text: string): Promise<readonly Contact[]>;
  createContact(draft: {
    readonly name: string;
    readonly email: string | null;
    readonly phone: string | null;
  }): Promise<Contact>;
  agents(): Promise<readonly Agent[]>;
  departments(): Promise<readonly Department[]>;
  /** One cheap read that proves host and key. */
  probe(): Promise<void>;
  /** Whether what is sent may bear a marker; null as long as nobody knows. */
  takesMarks(): boolean | null;
  /** Ids of senders that our keys are known to write as; grows with every answer. */
  ownSenders(): ReadonlySet<string>;
  /** Whether a row of this author's would be known as ours by its sender: each key it may be written with has written. */
  isNamed(author: string | null): boolean;
  /** Some agents have keys of their own. */
  readonly knowsAuthors: boolean;
  /** Authors whose own keys are refused now. */
  refusedAuthors(): Promise<readonly string[]>;
  /** What a message of ours may look like when it is read again, normalised: one of these is the text of its row. */
  readBack(words: { readonly text: string; readonly html: string | null }): readonly string[];
};

export type Member = {
  readonly id: MemberId;
  readonly team: TeamId;
  /** Display name, else real name. */
  readonly name: string;
  /** Real name, else display name: what customers are shown. */
  readonly fullName: string;
  readonly email: string | null;
  /** Minutes and daylight saving come from the name: `Europe/Helsinki`. */
  readonly timeZone: string | null;
  /** A human, full member of the installing workspace: no guest, stranger, bot, or deleted account. */
  readonly full: boolean;
};

export type PostRequest = {
  readonly channel: ChannelId;
  /** The root to answer to; null starts a thread. */
  readonly thread: SlackTs | null;
  readonly as: PostAs | null;
  readonly notice: Notice;
  readonly broadcast: boolean;
  /** Stored as message metadata: ids only, never personal data. */
  readonly marker: Marker;
};

/** `event_type: casebridge.delivery`. `joined`: other deliveries of the link in the same post, by the ends of their ids. */
export type Marker = { readonly delivery: string; readonly link: string | null; readonly joined?: readonly string[] };

/** `thread` is what Slack says it answered to: null means that it landed in the channel. */
export type Posted = { readonly ts: SlackTs; readonly thread: SlackTs | null };

/** A message as read from Slack. `own`: posted by this app. */
export type SeenMessage = {
  readonly ts: SlackTs;
  readonly thread: SlackTs | null;
  readonly own: boolean;
  readonly author: MemberId | null;
  readonly text: SlackText;
  /** Names of its files. */
  readonly files: readonly string[];
  readonly marker: Marker | null;
  /** Values of its buttons. */
  readonly buttons: readonly string[];
};

/** A fact that we were perhaps not told, with the key and lane of the event that tells it. */
export type MissedFact = {
  readonly key: string;
  readonly lane: string;
  readonly position?: string;
  readonly event: Event;
};

/** A file's bytes on their way into Slack. */
export type Upload = { readonly url: string; readonly size: number; readonly body: AsyncIterable<Uint8Array> };

/** A message that shows a file; `thread` null: it stands in the channel. */
export type FileShare = { readonly ts: SlackTs; readonly thread: SlackTs | null };

export type Chat = {
  readonly team: TeamId;
  /** Whether names of customers may be used on posts (`chat:write.customize`). */
  readonly canPostAs: boolean;
  post(request: PostRequest): Promise<Posted>;
  update(request: { readonly channel: ChannelId; readonly ts: SlackTs; readonly notice: Notice }): Promise<void>;
  remove(channel: ChannelId, ts: SlackTs): Promise<void>;
  /** Adds one of casebridge's own reactions; true when it is there now, also when it was before. */
  react(request: {
    readonly channel: ChannelId;
    readonly ts: SlackTs;
    readonly emoji: string;
    readonly on: boolean;
  }): Promise<void>;
  /** Visible to one member; falls back from the response address to an ephemeral message. */
  answer(request: {
    readonly channel: ChannelId;
    readonly member: MemberId;
    readonly thread: SlackTs | null;
    readonly responseUrl: string | null;
    readonly notice: Notice;
    /** In the place of the answer that the response address came with. */
    readonly replaces?: boolean;
  }): Promise<void>;
  /** The bytes of a member's file, checked against what was announced; asks first what a stub is. */
  openFile(file: SlackFile, signal: AbortSignal): Promise<OpenedFile>;
  /** A place for a file's bytes. Nobody sees it until it is completed, and it vanishes when it is not. */
  startUpload(file: {
    readonly name: string;
    readonly size: number;
  }): Promise<{ readonly file: string; readonly url: string }>;
  sendUpload(upload: Upload, signal: AbortSignal): Promise<void>;
  /** Shows an uploaded file in a thread, below the notice; once, however often it is asked for. */
  completeUpload(request: {
    readonly file: string;
    readonly name: string;
    readonly channel: ChannelId;
    readonly thread: SlackTs;
    readonly notice: Notice;
  }): Promise<void>;
  /** Where a file is shown in a channel, which Slack may take a moment to tell; null when there is no such file. */
  fileShares(file: string, channel: ChannelId): Promise<readonly FileShare[] | null>;
  /** Draws the home tab of one member. */
  /** `channel` stands for the place of what is pressed on it. */
  publishHome(member: MemberId, notice: Notice, channel: ChannelId): Promise<void>;
  /** Fills the modal that was opened for an event under its inbox key; `to` comes back with its submission. */
  fillForm(view: string, form: Form, to: AnswerTo): Promise<void>;
  /** Messages of a thread above `after` in order, all pages; the root first when `after` is null. */
  readThread(channel: ChannelId, root: SlackTs, after: SlackTs | null): Promise<readonly SeenMessage[]>;
  /** Messages of a channel (no thread replies) above `after`, newest first, until `take` says enough. */
  readChannel(
    channel: ChannelId,
    after: SlackTs | null,
    take: (message: SeenMessage) => 'go on' | 'enough',
  ): Promise<void>;
  /** What members wrote in a thread above `after`, under the keys that the events of it come under. */
  repliesAbove(channel: ChannelId, root: SlackTs, after: SlackTs | null): Promise<readonly MissedFact[]>;
  /** The newest reply of each thread whose first message is not older than `oldest`. */
  newestReplies(channel: ChannelId, oldest: SlackTs): Promise<ReadonlyMap<SlackTs, SlackTs>>;
  /** Null when there is no such member. Kept for a minute. */
  member(id: MemberId): Promise<Member | null>;
  /** Whether the member is in the channel. Kept for a minute, or until an event says otherwise. */
  isInChannel(channel: ChannelId, member: MemberId): Promise<boolean>;
  isInGroup(group: string, member: MemberId): Promise<boolean>;
  /** Whether people of another company are in the channel. Kept for a minute. */
  isShared(channel: ChannelId): Promise<boolean>;
  /** Names for mentions inside a text that goes to a customer. */
  channelName(channel: ChannelId): Promise<string | null>;
  groupName(group: string): Promise<string | null>;
  permalink(channel: ChannelId, ts: SlackTs): Promise<string>;
  /** Forget what is kept about members and channels. */
  forget(what: { readonly member?: MemberId; readonly channel?: ChannelId }): void;
  probe(): Promise<void>;
};

/** Where the text of a member goes through on its way to a customer: names for ids. */
export type Names = {
  member(id: string): Promise<string>;
  channel(id: string): Promise<string>;
  group(id: string): Promise<string>;
};
