import { z } from 'zod';
import type { Chat, MissedFact, SeenMessage } from '../core/ports.ts';
import { MemberId, SlackTs } from '../core/ids.ts';
import type { Api } from './api.ts';
import { toMissedFact } from './events.ts';
import { markerOf } from './marker.ts';
import { textOf } from './messages.ts';

/** More are allowed; big pages are answered slowly. */
const PAGE = 200;

const Row = z.object({
  ts: SlackTs,
  thread_ts: SlackTs.nullish().catch(undefined),
  latest_reply: SlackTs.nullish().catch(undefined),
  user: MemberId.nullish().catch(undefined),
  bot_id: z.string().nullish().catch(undefined),
  text: z.string().nullish().catch(undefined),
  blocks: z.array(z.unknown()).nullish().catch(undefined),
  files: z
    .array(z.object({ name: z.string().catch('') }))
    .catch([])
    .default([]),
  metadata: z.unknown().optional(),
});
type Row = z.infer<typeof Row>;

const Page = z.object({
  messages: z.array(Row),
  has_more: z.boolean().catch(false),
  response_metadata: z.object({ next_cursor: z.string().catch('') }).catch({ next_cursor: '' }),
});

export type History = Pick<Chat, 'readThread' | 'readChannel' | 'repliesAbove' | 'newestReplies'>;

const RawPage = z.object({
  messages: z.array(z.looseObject({ ts: SlackTs })),
  response_metadata: Page.shape.response_metadata,
});

export const createHistory = (api: Api): History => {
  type Paged<R> = z.ZodType<{ messages: R[]; response_metadata: { next_cursor: string } }>;

  async function* pages<R>(
    method: string,
    parameters: Readonly<Record<string, unknown>>,
    answer: Paged<R>,
  ): AsyncGenerator<readonly R[]> {
    for (let cursor = ''; ; ) {
      const page = await api.call(method, { ...parameters, ...(cursor && { cursor }) }, answer);
      yield page.messages;
      cursor = page.response_metadata.next_cursor;
      if (cursor === '') return;
    }
  }

  const about = { limit: PAGE, include_all_metadata: true };
  const above = (after: SlackTs | null) => (after === null ? {} : { oldest: after });

  return {
    async readThread(channel, root, after) {
      const found = new Map<SlackTs, SeenMessage>();
      for await (const rows of pages('conversations.replies', { channel, ts: root, ...about, ...above(after) }, Page)) {
        // Every page begins with the root, also above `oldest`.
        for (const row of rows) {
          if (after === null || row.ts > after) found.set(row.ts, seen(row, api.identity().bot));
        }
      }
      return [...found.values()].toSorted((one, other) => (one.ts < other.ts ? -1 : 1));
    },

    async readChannel(channel, after, take) {
      for await (const rows of pages('conversations.history', { channel, ...about, ...above(after) }, Page)) {
        for (const row of rows) {
          // A reply that was also shown in the channel belongs to its thread.
          const inThread = row.thread_ts && row.thread_ts !== row.ts;
          if (!inThread && take(seen(row, api.identity().bot)) === 'enough') return;
        }
      }
    },

    async repliesAbove(channel, root, after) {
      const { team, botUser } = api.identity();
      const found = new Map<string, MissedFact>();
      for await (const rows of pages(
        'conversations.replies',
        { channel, ts: root, limit: PAGE, ...above(after) },
        RawPage,
      )) {
        for (const row of rows) {
          const fact =
            after !== null && row.ts <= after ? null : toMissedFact(row, channel, { team, bot: botUser, app: null });
          if (fact !== null) found.set(row.ts, fact);
        }
      }
      return [...found].toSorted(([one], [other]) => (one < other ? -1 : 1)).map(([, fact]) => fact);
    },

    async newestReplies(channel, oldest) {
      const newest = new Map<SlackTs, SlackTs>();
      for await (const rows of pages(
        'conversations.history',
        { channel, limit: PAGE, oldest, inclusive: true },
        Page,
      )) {
        for (const row of rows) if (row.latest_reply) newest.set(row.ts, row.latest_reply);
      }
      return newest;
    },
  };
};

const seen = (row: Row, bot: string): SeenMessage => ({
  ts: row.ts,
  thread: row.thread_ts ?? null,
  own: row.bot_id === bot,
  author: row.user ?? null,
  text: textOf(row),
  files: row.files.map(({ name }) => name),
  marker: markerOf(row.metadata),
  buttons: (row.blocks ?? []).flatMap(valuesIn),
});

const Buttons = z.object({ type: z.literal('actions'), elements: z.array(z.object({ value: z.string().optional() })) });

const valuesIn = (block: unknown): readonly string[] =>
  (Buttons.safeParse(block).data?.elements ?? []).flatMap(({ value }) => value ?? []);
