/**
 * The outside of the delivery engine: what it stores, what it asks of a store, and what it asks of a destination.
 * It knows no vendor. Payloads and effects are JSON that only the owner of the engine understands.
 */

export type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json | undefined };

/** Milliseconds since 1970, by the store's own clock where several processes share it. */
export type Instant = number;

/** A fact told to us, to be stored before its sender is answered. */
export type NewEvent = {
  /** Derived from what happened, so that telling it twice gives the same key. */
  readonly key: string;
  /** Events of one lane are worked on one after another, in the order of their arrival. */
  readonly lane: string;
  /** Where what follows from it stands among the deliveries that wait for its lane (`NewDelivery.after`); absent: before all. */
  readonly position?: string;
  readonly payload: Json;
  /** Not to be worked on before this; absent means at once. A timer is an event with a date. */
  readonly due?: Instant;
};

/** An event in a worker's hands for a while; every write names its token, so that a late worker changes nothing. */
export type ClaimedEvent = {
  readonly id: number;
  readonly key: string;
  readonly lane: string;
  readonly payload: Json;
  readonly token: string;
  readonly receivedAt: Instant;
  /** How often it was claimed before without being settled, by crashes too. */
  readonly attempts: number;
  /** How often it was returned as failed. */
  readonly failures: number;
  /** How often, since, whoever had it was gone or frozen before it was settled or returned. */
  readonly crashes: number;
  /** How often of these nothing else was in work, as far as was noted. */
  readonly crashesAlone: number;
};

/**
 * `fifo`: one after another in order of position, never skipped. `newest`: only the last one counts, an older one
 * still waiting is superseded; served after all fifo lanes, and never a dead letter.
 */
export type LaneMode = 'fifo' | 'newest';

/** A change owed to a side. */
export type NewDelivery = {
  /** Derived idempotency key, unique for ever; also the marker that the other side stores with our write. */
  readonly id: string;
  readonly lane: string;
  readonly mode: LaneMode;
  /** The source's own order, comparable as text within the lane. Null goes to the end of what is there now; '' begins the lane, always. */
  readonly position: string | null;
  readonly effect: Json;
  /**
   * A lane of events: no attempt begins while one of them waits to be worked on that may have to go first. Those whose
   * position is a higher one do not hold it up, or nothing would be sent while more comes than can be worked on.
   */
  readonly after?: string;
  /** Keys of the gates that must all be open, the widest first: side, method, channel. */
  readonly gates: readonly string[];
  /** Not to be begun before this; absent means at once. It keeps its place: what stands behind it waits too. */
  readonly due?: Instant;
  /** Held deliveries stand outside the lane until a person decides. */
  readonly state: 'owed' | 'held';
  readonly reason?: string;
  /**
   * Perhaps done before by an earlier life of this store (a restored backup, a lost file): look it up above this
   * baseline before the first attempt.
   */
  readonly suspect?: Json;
  /** When to tell the owner, by an event, that it is still owed, or still held. */
  readonly remindAfter?: Reminders;
  /** Which changes of state become an event (`DeliveryNews`): all, only those that are not `delivered`, none. */
  readonly tell: 'all' | 'failures' | 'nothing';
  /**
   * How long its key is kept once it is settled: as long as its lane lives, or for the days of `Retention.keyMs`. In
   * newest lanes it goes with the text, whatever this says.
   */
  readonly keyFor: 'lane' | 'days';
};

/** Ages in ms, counted anew each time it becomes owed or held: what a person releases, or must decide on, begins to wait. */
export type Reminders = { readonly owed?: readonly number[]; readonly held?: readonly number[] };

/** The lasting states of a delivery, one doc line each: docs/delivery.md draws them. */
export type DeliveryState =
  /** In its lane, to be done. */
  | 'owed'
  /** A person must decide before it enters its lane. */
  | 'held'
  /** Done, with the other side's receipt. */
  | 'delivered'
  /** Not tried again unless a person says so. */
  | 'dead'
  /** The outcome cannot be determined; nothing is sent again unless a person says so. */
  | 'unknown'
  /** A person, or something newer, made it unnecessary. */
  | 'dropped';

/** One try, stored as open before the other side is called. */
export type Attempt = {
  /** What the other side looked like before, in its own sequence; read by `lookup`. */
  readonly baseline: Json;
  /** After this nothing we started can still take effect. */
  readonly deadline: Instant;
};

export type ClaimedDelivery = {
  readonly id: string;
  readonly lane: string;
  readonly mode: LaneMode;
  readonly effect: Json;
  readonly gates: readonly string[];
  readonly token: string;
  readonly createdAt: Instant;
  /** Attempts that were counted. */
  readonly attempts: number;
  /** An attempt was opened before this claim: whatever was said of it, the other side may show otherwise. */
  readonly tried: boolean;
  /** How often whoever had it was gone or frozen before anything came of it. */
  readonly crashes: number;
  /** How often of these nothing else was in work, as far as was noted. */
  readonly crashesAlone: number;
  /** Set when an earlier attempt was not settled: look it up first. `lookups`: how often that was put off, gates not counted. */
  readonly open: (Attempt & { readonly lookups: number }) | null;
  /** Milliseconds in which the side was usable since this became owed; deadlines count these, not the clock. */
  readonly usableMs: number;
};

/** A record stored in the same transaction as something else. `value: null` deletes. */
export type RecordWrite = {
  readonly namespace: string;
  readonly key: string;
  readonly value: Json;
  /**
   * When given, the write happens only if the stored value still is this one (null: there is none); otherwise the
   * whole transaction is refused with `Conflict`, and its author reads again. This is how one link is claimed once.
   */
  readonly was?: Json;
};

/** Keeps a gate closed until `until`, for a reason that people can read; then one passage is tried (half open). */
export type GateClosing = { readonly key: string; readonly until: Instant; readonly reason: string };

/** What came of an attempt. A reason is stored, shown and logged: made of safe facts, never of content. */
export type Verdict =
  | {
      readonly type: 'delivered';
      readonly receipt: Json;
      readonly records?: readonly RecordWrite[];
      /** Deliveries of the same lane that this attempt carried along: delivered with it, if they are still owed. */
      readonly also?: readonly string[];
    }
  /** Failed for now and surely not done: counted, tried again later (`afterMs`, else by backoff). */
  | { readonly type: 'retry'; readonly reason: string; readonly afterMs?: number }
  /** Nothing wrong with this delivery: the way is closed. Not counted. */
  | { readonly type: 'snooze'; readonly reason: string; readonly gate: GateClosing }
  /** It may have been done. The attempt stays open; after its deadline it is looked up. */
  | { readonly type: 'ambiguous'; readonly reason: string }
  /** A person must decide: leaves the lane, and with it what it takes `also` along, as far as it is still owed. */
  | { readonly type: 'hold'; readonly reason: string; readonly also?: readonly string[] }
  | Dead
  | { readonly type: 'unknown'; readonly reason: string }
  | { readonly type: 'dropped'; readonly reason: string };

/** Not tried again by itself. A receipt names what the other side has all the same, not as it was meant to be. */
export type Dead = {
  readonly type: 'dead';
  readonly reason: string;
  readonly receipt?: Json;
  readonly records?: readonly RecordWrite[];
};

/** What a look-up of an open attempt found. */
export type Finding =
  | {
      readonly type: 'found';
      readonly receipt: Json;
      readonly records?: readonly RecordWrite[];
      readonly also?: readonly string[];
    }
  /** A complete read showed that it was not done. */
  | { readonly type: 'absent' }
  /** It was done, but not as it was meant to be. */
  | Dead
  /** Cannot be determined. */
  | { readonly type: 'undecided'; readonly reason: string }
  /** The look-up itself must be repeated later. */
  | { readonly type: 'later'; readonly reason: string; readonly gate?: GateClosing };

/** What an attempt starts from: `plan` is handed to `perform`, `baseline` is stored. */
export type Prepared =
  | { readonly type: 'go'; readonly baseline: Json; readonly plan: Json }
  | Exclude<Verdict, { type: 'ambiguous' } | { type: 'delivered' }>
  /** Nothing is left to do (the state is already as wanted). */
  | { readonly type: 'delivered'; readonly receipt: Json; readonly records?: readonly RecordWrite[] };

/** The way to one side. Never throws for what the other side answers: outcomes are values. */
export type Destination = {
  /** Reads what the attempt needs (case id, thread ts, baseline). Writes nothing. */
  prepare(delivery: ClaimedDelivery): Promise<Prepared>;
  /** The one call that changes the other side; must give up before `deadline`. */
  perform(delivery: ClaimedDelivery, plan: Json, deadline: Instant): Promise<Verdict>;
  /** Finds out what became of an open attempt. Writes nothing. */
  lookup(delivery: ClaimedDelivery, baseline: Json): Promise<Finding>;
};

/**
 * A person's or a rule's change to a delivery. One that does not fit (no such delivery, an attempt is open, another
 * state) refuses the whole transaction with `Conflict`, so that its author looks again; one that is already true is
 * nothing. A claim without an open attempt gives way: its worker finds the lease lost.
 */
export type DeliveryChange =
  /** held, dead or unknown → owed, at the end of its lane, with attempts counted anew. */
  | { readonly type: 'release'; readonly id: string; readonly effect?: Json }
  /** owed (no attempt open), held, dead or unknown → dropped. */
  | { readonly type: 'drop'; readonly id: string; readonly reason: string }
  /** owed (no attempt open) → held. */
  | { readonly type: 'hold'; readonly id: string; readonly reason: string }
  /**
   * unknown, or owed and tried (an attempt may be open) → delivered, because a person, a later read or our own echo
   * saw it on the other side. `also`: as of `Verdict`.
   */
  | { readonly type: 'confirm'; readonly id: string; readonly receipt: Json; readonly also?: readonly string[] }
  /** owed (no attempt open), held, dead or unknown: another content under the same key. */
  | { readonly type: 'replace'; readonly id: string; readonly effect: Json };

/** Everything that follows from one event, stored in one transaction with its settlement. */
export type Settlement = {
  /** `dead`: it made its handler fail again and again; kept for a person. */
  readonly outcome: 'handled' | 'ignored' | 'dead';
  readonly reason?: string;
  readonly deliveries: readonly NewDelivery[];
  readonly changes: readonly DeliveryChange[];
  readonly records: readonly RecordWrite[];
  readonly events: readonly NewEvent[];
  /** Lanes whose link has ended: their keys may be forgotten after the retention. */
  readonly endedLanes?: readonly string[];
};

/** What the engine tells its owner, as an event in the inbox, in the transaction that made it true. */
export type DeliveryNews = {
  readonly type: 'delivery';
  readonly id: string;
  readonly lane: string;
  readonly state: DeliveryState;
  /** Absent for a change of state; set when only time has passed (ms since it came into this state). */
  readonly waitedMs?: number;
  /** It was delivered below a position that had been delivered before. */
  readonly late?: boolean;
  readonly reason?: string;
  readonly receipt?: Json;
  readonly effect: Json;
};

/** The pace of a gate: one passage every `intervalMs`, of which `burst` may come at once. Null: no pace of its own. */
export type Pace = { readonly intervalMs: number; readonly burst: number } | null;

/** A delivery as people see it. */
export type DeliveryView = {
  readonly id: string;
  readonly lane: string;
  readonly position: string;
  readonly state: DeliveryState;
  readonly reason: string | null;
  readonly effect: Json;
  readonly receipt: Json;
  readonly attempts: number;
  /** An attempt was opened at least once. */
  readonly tried: boolean;
  /** An attempt is open: its outcome is not known yet. */
  readonly attempting: boolean;
  /** What the open attempt started from; null when there is none. */
  readonly baseline: Json;
  /** Not tried in this life of the store, perhaps in an earlier one: looked up before its first attempt. */
  readonly suspect: boolean;
  readonly createdAt: Instant;
  readonly settledAt: Instant | null;
};

export type GateView = {
  readonly key: string;
  readonly closedUntil: Instant | null;
  readonly reason: string | null;
  readonly waiting: number;
};

export type Counts = {
  readonly events: Readonly<Record<'owed' | 'handled' | 'ignored' | 'dead', number>>;
  readonly deliveries: Readonly<Record<DeliveryState, number>>;
  readonly oldestOwed: Instant | null;
  readonly late: number;
};

/** An operator's order, left in the store by the CLI, executed by the app. */
export type Order = { readonly id: number; readonly order: Json };

/**
 * What the engine asks of a database. Each method is one transaction; it resolves when the transaction is durable,
 * and rejects when nothing of it happened. Contract: test/contracts/delivery-store.ts.
 */
export type DeliveryStore = {
  /** Resolves to which of the keys were new. */
  put(events: readonly NewEvent[]): Promise<readonly boolean[]>;
  claimEvents(limit: number, leaseMs: number): Promise<readonly ClaimedEvent[]>;
  /** Throws `Conflict` when a record was not as expected, `LeaseLost` when somebody else has the event now. */
  settleEvent(event: ClaimedEvent, settlement: Settlement): Promise<void>;
  /** Gives the event back, due again after `afterMs`; later ones of its lane wait behind it. Throws `LeaseLost`. */
  returnEvent(event: ClaimedEvent, again: { readonly afterMs: number; readonly counted: boolean }): Promise<void>;
  /** Notes that nothing else is in work beside it: a crash now is one that it met alone. Throws `LeaseLost`. */
  noteEventAlone(event: ClaimedEvent): Promise<void>;

  claimDeliveries(limit: number, leaseMs: number): Promise<readonly ClaimedDelivery[]>;
  /**
   * Stores the attempt as open, and stretches the lease well past its deadline. Throws `LeaseLost`, and `Overtaken`
   * when the delivery is no longer the first of its lane: what is known by now keeps its order.
   */
  openAttempt(delivery: ClaimedDelivery, attempt: Attempt): Promise<void>;
  /** Closes the attempt (but for `ambiguous`), frees the lane, tells the news. Throws `LeaseLost`. */
  settleDelivery(delivery: ClaimedDelivery, verdict: Settled): Promise<void>;
  /** Frees the lane as if never claimed, because the process stops before the attempt. Throws `LeaseLost`. */
  returnDelivery(delivery: ClaimedDelivery): Promise<void>;
  /** As `noteEventAlone`. */
  noteAlone(delivery: ClaimedDelivery): Promise<void>;

  /** Puts an event of news into the inbox for every delivery whose reminder is due; resolves to how many. */
  remind(limit: number): Promise<number>;
  openGate(key: string): Promise<void>;
  /** The earliest moment at which something not claimable now becomes so; null when nothing waits. */
  nextDue(what: 'events' | 'deliveries'): Promise<Instant | null>;
  /** Deletes and blanks what retention allows, at most `limit` rows; resolves to how many. */
  purge(retention: Retention, limit: number): Promise<number>;

  view(id: string): Promise<DeliveryView | null>;
  list(filter: DeliveryFilter): Promise<readonly DeliveryView[]>;
  gates(): Promise<readonly GateView[]>;
  counts(): Promise<Counts>;

  takeOrders(limit: number): Promise<readonly Order[]>;
  finishOrder(id: number, answer: Json): Promise<void>;

  /** Now, by the clock that moments in the store are counted by; the same for all processes that share a database. */
  now(): Instant;
  /** Called after a commit that made something claimable. Resolves nothing; returns how to stop listening. */
  onWork(listener: (what: 'events' | 'deliveries') => void): () => void;
  close(): Promise<void>;
};

/** A verdict with the moment of the next try already decided by the worker. */
export type Settled =
  | Exclude<Verdict, { type: 'retry' } | { type: 'ambiguous' }>
  | { readonly type: 'retry'; readonly reason: string; readonly afterMs: number; readonly counted: boolean }
  /** A look-up that must wait for a gate closes it and keeps its attempt open. */
  | {
      readonly type: 'ambiguous';
      readonly reason: string;
      readonly lookupAfterMs: number;
      readonly gate?: GateClosing;
      /** The call came back, whatever it said: what it met before was not its doing. */
      readonly called?: true;
    };

export type DeliveryFilter = {
  readonly states?: readonly DeliveryState[];
  readonly lane?: string;
  /** Only those of the lane with an open attempt. */
  readonly attempting?: boolean;
  /** As the lane is worked on, first to last, instead of the latest first; wants a lane and one state. */
  readonly inOrder?: boolean;
  readonly limit: number;
};

/** Ages after which something goes, in ms. */
export type Retention = {
  /** Texts of delivered and dropped deliveries, and of settled events. */
  readonly textMs: number;
  /** Texts of dead letters. */
  readonly deadTextMs: number;
  /** Keys of settled events, and of settled deliveries that are kept for days or whose lane has ended. */
  readonly keyMs: number;
};

/** The part of a log that the engine writes to. */
export type DeliveryLog = {
  info(facts: Readonly<Record<string, unknown>>, message: string): void;
  warn(facts: Readonly<Record<string, unknown>>, message: string): void;
  error(facts: Readonly<Record<string, unknown>>, message: string): void;
};

/** Something with a life: the inbox, the outbox, housekeeping. A stopped one is not started again. */
export type Worker = {
  start(): void;
  /** Claims nothing more, waits for what is in flight at most `limitMs`, hands back what was not begun. */
  stop(limitMs: number): Promise<void>;
};
