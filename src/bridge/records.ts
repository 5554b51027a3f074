import type { Json, RecordWrite } from '../delivery/ports.ts';
import {
  Baseline,
  CardPost,
  CaseMessageRecord,
  CurrentCase,
  FileLink,
  LastTurn,
  Link,
  LinkPointer,
  MemberMessage,
  MissedEvents,
  NewestPost,
  OpenCase,
  OwnSenders,
  Root,
  SentFileLink,
  StaleQuestion,
  StandingReceipt,
  StoredFile,
} from '../core/link.ts';
import { type Parsed, parsedOnce } from '../core/parsed-once.ts';
import { VisitorLink, VisitorPoll, VisitorsSought, WatchedCase } from '../core/visitor-link.ts';

/** What the bridge asks of the store of records. Rejects on an outage: an outage never reads as "no link". */
export type RecordStore = {
  get(namespace: string, key: string): Promise<Json | undefined>;
  set(namespace: string, key: string, value: Json): Promise<void>;
  remove(namespace: string, key: string): Promise<void>;
  entries(namespace: string): AsyncIterable<readonly [key: string, value: Json]>;
};

/** Each kind of record; the key of each is said beside it. */
type Records = {
  /** linkKey */
  link: Link;
  /** linkKey */
  root: Root;
  /** linkKey, where the first message of its thread cannot be changed */
  card_post: CardPost;
  /** threadKey */
  thread: LinkPointer;
  /** account:caseId, for every case id ever seen */
  case: LinkPointer;
  /** linkKey, written by the lane of the helpdesk when it created or reopened a case */
  current_case: CurrentCase;
  /** linkKey, while its case is not closed */
  open_case: OpenCase;
  /** team:channel:ts */
  member_message: MemberMessage;
  /** linkKey, while replies are held as stale */
  stale_question: StaleQuestion;
  /** account:messageId */
  case_message: CaseMessageRecord;
  /** team:channel or team:channel:root */
  newest_post: NewestPost;
  /** linkKey: the newest reply up to which its thread was read as a whole */
  thread_cursor: NewestPost;
  /** slack: heard by all processes that share the store */
  missed_events: MissedEvents;
  /** team:account:name of a rule */
  turn: LastTurn;
  /** account */
  baseline: Baseline;
  /** account */
  own_senders: OwnSenders;
  /** team:channel:ts of a member's message */
  receipt: StandingReceipt;
  /** the key of bytes on our disk */
  file: StoredFile;
  /** the hash of a link's token */
  file_link: FileLink;
  /** the id of the delivery that sent the link */
  sent_file_link: SentFileLink;
  /** visitorLinkKey */
  visitor_link: VisitorLink;
  /** visitorLinkKey, while it is watched */
  watched_case: WatchedCase;
  /** visitorKey */
  visitor_poll: VisitorPoll;
  /** account */
  visitors_sought: VisitorsSought;
};

export type Namespace = keyof Records;
export type RecordOf<N extends Namespace> = Records[N];

/** Yesterday's code wrote what today's reads. A store that remembers its records gives the same object again. */
const readers: { readonly [N in Namespace]: (raw: unknown) => Parsed<Records[N]> } = {
  link: parsedOnce(Link),
  root: parsedOnce(Root),
  card_post: parsedOnce(CardPost),
  thread: parsedOnce(LinkPointer),
  case: parsedOnce(LinkPointer),
  current_case: parsedOnce(CurrentCase),
  open_case: parsedOnce(OpenCase),
  member_message: parsedOnce(MemberMessage),
  stale_question: parsedOnce(StaleQuestion),
  case_message: parsedOnce(CaseMessageRecord),
  newest_post: parsedOnce(NewestPost),
  thread_cursor: parsedOnce(NewestPost),
  missed_events: parsedOnce(MissedEvents),
  turn: parsedOnce(LastTurn),
  baseline: parsedOnce(Baseline),
  own_senders: parsedOnce(OwnSenders),
  receipt: parsedOnce(StandingReceipt),
  file: parsedOnce(StoredFile),
  file_link: parsedOnce(FileLink),
  sent_file_link: parsedOnce(SentFileLink),
  visitor_link: parsedOnce(VisitorLink),
  watched_case: parsedOnce(WatchedCase),
  visitor_poll: parsedOnce(VisitorPoll),
  visitors_sought: parsedOnce(VisitorsSought),
};

/** A record as parsed, and as it stood in the store: the latter is what a conditional write compares with. */
export type Stored<T> = { readonly value: T; readonly raw: Json };

/** A stored record does not fit its schema: a newer version wrote it, or the file was changed by hand. */
class RecordUnreadable extends Error {
  constructor(namespace: string) {
    super(`a record of ${namespace} cannot be read by this version`);
    this.name = 'RecordUnreadable';
  }
}

const parse = <N extends Namespace>(namespace: N, raw: Json): Stored<RecordOf<N>> => {
  const parsed = readers[namespace](raw);
  if (!parsed.success) throw new RecordUnreadable(namespace);
  return { value: parsed.data, raw };
};

/** Reads one record; null when there is none. */
export const readRecord = async <N extends Namespace>(
  store: RecordStore,
  namespace: N,
  key: string,
): Promise<Stored<RecordOf<N>> | null> => {
  const raw = await store.get(namespace, key);
  return raw === undefined || raw === null ? null : parse(namespace, raw);
};

export async function* eachRecord<N extends Namespace>(
  store: RecordStore,
  namespace: N,
): AsyncGenerator<readonly [string, RecordOf<N>]> {
  for await (const [key, raw] of store.entries(namespace)) yield [key, parse(namespace, raw).value];
}

/** Stores a record of the app's own, apart from any event or delivery. */
export const storeRecord = <N extends Namespace>(
  store: RecordStore,
  namespace: N,
  { key, value }: { readonly key: string; readonly value: RecordOf<N> },
): Promise<void> => store.set(namespace, key, value);

/** A record to be written, whatever stands there. */
export const writeRecord = <N extends Namespace>(
  namespace: N,
  key: string,
  value: RecordOf<N> | null,
): RecordWrite => ({
  namespace,
  key,
  value: value,
});

/** A record to be written only if it still is as it was read; null means that there was none. */
export const replaceRecord = <N extends Namespace>(
  namespace: N,
  key: string,
  change: { readonly was: Stored<RecordOf<N>> | null; readonly value: RecordOf<N> | null },
): RecordWrite => ({ namespace, key, value: change.value, was: change.was?.raw ?? null });
