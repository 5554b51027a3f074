import type { App, Receiver, ReceiverEvent } from '@slack/bolt';
import type { Event, EventOf } from '../core/event.ts';
import { ChannelId, MemberId } from '../core/ids.ts';
import type { Chat } from '../core/ports.ts';
import type { NewEvent } from '../delivery/ports.ts';
import type { Reading, ReadingContext } from './events.ts';
import { toEvents } from './events.ts';
import type { SlackNews } from './news.ts';
import type { OpeningViews } from './views.ts';
import type { InFlight } from './waiting.ts';

/** What the bridge says about an event inside the request; pure. */
export type Inquiries = {
  /** The title of the modal that this asks for, null for none. */
  readonly needsForm: (event: EventOf<'command'> | EventOf<'button'> | EventOf<'shortcut'>) => string | null;
  /** What is wrong with a submitted form, by field. */
  readonly errorsOf: (event: EventOf<'form'>) => Readonly<Record<string, string>>;
};

export type IntakeOptions = Inquiries & {
  readonly intake: (events: readonly NewEvent[]) => Promise<readonly boolean[]>;
  readonly accepting: () => boolean;
  readonly context: () => ReadingContext;
  readonly forget: Chat['forget'];
  readonly tell: (news: SlackNews) => void;
  readonly views: OpeningViews;
  readonly inFlight: InFlight;
};

/** What was found out about a body before Bolt saw it. */
export type Taken = {
  /** To be shown in the form instead of closing it; the event was not stored. */
  readonly errors: Readonly<Record<string, string>>;
  /** The modal to open for this trigger. */
  readonly form: { readonly title: string; readonly name: string } | null;
};

export type Intake = {
  /** Makes the receiver store what it receives before Bolt may acknowledge it. */
  readonly durable: (receiver: Receiver) => Receiver;
  /** The same for an `event_callback`, with which Bolt has nothing to do. */
  readonly take: (event: ReceiverEvent) => Promise<void>;
  /** For the listeners; Bolt hands the same object on. */
  readonly taken: (body: object) => Taken;
};

const nothing: Taken = { errors: {}, form: null };

/** Slack was told nothing yet, so it will tell us again; or shows that it was refused. */
export class NotTaken extends Error {
  readonly status: number;
  constructor(reason: string, status: number) {
    super(`an event was not taken: ${reason}`);
    this.name = 'NotTaken';
    this.status = status;
  }
}

export const createIntake = (options: IntakeOptions): Intake => {
  const known = new WeakMap<object, Taken>();

  const take = async (event: ReceiverEvent, handOn: App['processEvent']): Promise<void> => {
    if (!options.accepting()) throw new NotTaken('intake is closed', 503);
    if (event.retryNum !== undefined && event.retryNum > 0) options.tell({ type: 'retried', attempt: event.retryNum });
    // The member waits for a list, not for a deed.
    if (event.body['type'] === 'block_suggestion') return suggest(event, handOn);
    const reading = toEvents(event.body, options.context());
    note(reading);
    if (reading.event === undefined || reading.stored === undefined) return acknowledge(event, reading);
    const errors = reading.event.type === 'form' ? options.errorsOf(reading.event) : {};
    if (Object.keys(errors).length === 0) return store(event, reading.event, reading.stored, handOn);
    known.set(event.body, { errors, form: null });
    return handOn(event);
  };

  const store = async (
    event: ReceiverEvent,
    fact: Event,
    stored: NewEvent,
    handOn: App['processEvent'],
  ): Promise<void> => {
    const title = leadsToForm(fact) ? options.needsForm(fact) : null;
    const opened = title === null ? null : options.views.expect(stored.key);
    try {
      const [isNew = true] = await options.intake([stored]);
      if (title !== null && isNew) known.set(event.body, { errors: {}, form: { title, name: stored.key } });
      // For what is only told, Bolt would do nothing but acknowledge it, and take its time.
      if (event.body['type'] === 'event_callback') return await event.ack();
      await handOn(event).catch((error: unknown) => acknowledgeAllTheSame(event, error));
    } finally {
      opened?.();
    }
  };

  /** It is stored: that Bolt cannot read all of it is no reason to have it told again. */
  const acknowledgeAllTheSame = async (event: ReceiverEvent, error: unknown): Promise<void> => {
    options.tell({ type: 'failed', what: 'hand on what was stored', error });
    await event.ack();
  };

  /** Bolt leaves what nobody offers choices for without any answer, and falls over some of it. */
  const suggest = async (event: ReceiverEvent, handOn: App['processEvent']): Promise<void> => {
    let answered = false;
    const ack: ReceiverEvent['ack'] = (response) => {
      answered = true;
      return event.ack(response);
    };
    await handOn({ ...event, ack }).catch((error: unknown) => {
      options.tell({ type: 'failed', what: 'offer choices', error });
    });
    if (!answered) await event.ack({ options: [] });
  };

  const note = ({ forget, news, ignored, own }: Reading): void => {
    if (own !== undefined) options.tell({ type: 'own', post: own });
    if (news !== undefined) options.tell({ type: news });
    if (ignored !== undefined) options.tell({ type: 'ignored', reason: ignored });
    if (forget === undefined) return;
    options.forget({
      ...(forget.member === undefined ? {} : { member: MemberId.parse(forget.member) }),
      ...(forget.channel === undefined ? {} : { channel: ChannelId.parse(forget.channel) }),
    });
  };

  return {
    taken: (body) => known.get(body) ?? nothing,
    take: (event) => options.inFlight.track(take(event, async () => undefined)),
    durable: (receiver) => ({
      init(app) {
        const handOn = app.processEvent.bind(app);
        app.processEvent = (event) => options.inFlight.track(take(event, handOn));
        receiver.init(app);
      },
      start: (...parameters) => receiver.start(...parameters),
      stop: (...parameters) => receiver.stop(...parameters),
    }),
  };
};

const leadsToForm = (event: Event): event is EventOf<'command'> | EventOf<'button'> | EventOf<'shortcut'> =>
  event.type === 'command' || event.type === 'button' || event.type === 'shortcut';

/** What cannot matter is over for Slack. A form's content is never thrown away in silence: its modal stays open. */
const acknowledge = async (event: ReceiverEvent, reading: Reading): Promise<void> => {
  if (event.body['type'] === 'view_submission') throw new NotTaken(reading.ignored ?? 'form', 400);
  await event.ack();
};
