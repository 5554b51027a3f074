import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { ChannelId, MemberId, SlackTs } from '../../src/core/ids.ts';
import type { Notice } from '../../src/core/notice.ts';
import { say } from '../../src/core/notice.ts';
import type { Chat, PostRequest } from '../../src/core/ports.ts';
import { Failure } from '../../src/delivery/errors.ts';

/** What every chat must do for the bridge. */

/** What people do in the chat's own client, and what they see there. */
export type ChatWorld = {
  readonly chat: Chat;
  /** A channel with our app and `agent`, not `stranger` in it. */
  readonly channel: ChannelId;
  readonly archived: ChannelId;
  readonly agent: MemberId;
  readonly guest: MemberId;
  readonly stranger: MemberId;
  /** A member writes; null starts a thread. */
  memberWrites(text: string, thread?: SlackTs | null): SlackTs;
  /** Posts of a thread, the first one included, as a person reads them. */
  reads(thread: SlackTs): readonly { readonly by: string; readonly text: string }[];
  reactions(ts: SlackTs): readonly string[];
  /** Texts that only this member sees. */
  privately(member: MemberId): readonly string[];
  /** Slack can no longer be reached. */
  goesDown(): Promise<void>;
  /** Answers are lost from now on, though everything is done. */
  losesAnswers(): void;
  asksToWait(seconds: number): void;
  refusesOurKey(): void;
  stop(): Promise<void>;
};

const nowhere = ChannelId.parse('C0NOWHERE');
const noTs = SlackTs.parse('1500000000.000000');

const failure = async (promise: Promise<unknown>): Promise<Failure['facts']> => {
  const error = await promise.then(
    () => null,
    (reason: unknown) => reason,
  );
  if (error instanceof Failure) return error.facts;
  throw new Error('it did not fail, or not with a Failure');
};

export const chatContract = (name: string, open: () => Promise<ChatWorld>): void => {
  describe(`chat: ${name}`, () => {
    let world: ChatWorld;
    let chat: Chat;

    beforeEach(async () => {
      world = await open();
      chat = world.chat;
    });
    afterEach(() => world.stop());

    const request = (notice: Notice, more: Partial<PostRequest> = {}): PostRequest => ({
      channel: world.channel,
      thread: null,
      as: null,
      notice,
      broadcast: false,
      marker: { delivery: 'start:1', link: 'T1:acquire:acme:7' },
      ...more,
    });
    const startThread = async () => (await chat.post(request(say('A new case')))).ts;

    test('a post without a thread starts one, a post with one stands in it', async () => {
      const root = await chat.post(request(say('A new case')));
      const reply = await chat.post(request(say('Hello'), { thread: root.ts }));

      expect(root.thread).toBeNull();
      expect(reply.thread).toBe(root.ts);
      expect(world.reads(root.ts).map(({ text }) => text)).toEqual(['A new case', 'Hello']);
    });

    test('a customer is shown under the customer’s name', async () => {
      const root = await startThread();

      await chat.post(request(say('Hi!'), { thread: root, as: { name: 'Robin (customer)', icon: 'contact' } }));

      expect(world.reads(root)[1]).toEqual({ by: 'Robin (customer)', text: 'Hi!' });
    });

    test('nothing that a customer writes becomes a mention, a link or markup', async () => {
      const text = '<!channel> <@U0ANNA> <https://bank.example|safe> *bold* `code` & &amp; <b>';

      const root = await chat.post(request(say(text)));

      expect(world.reads(root.ts).map((post) => post.text)).toEqual([text]);
    });

    test('what was posted is found again by its marker', async () => {
      const root = await startThread();
      const { ts } = await chat.post(
        request(say('Hello'), { thread: root, marker: { delivery: 'reply:2', link: null } }),
      );
      world.memberWrites('Me too', root);

      const seen = await chat.readThread(world.channel, root, null);

      expect(seen.map((message) => [message.own, message.marker?.delivery ?? null])).toEqual([
        [true, 'start:1'],
        [true, 'reply:2'],
        [false, null],
      ]);
      expect(seen[1]).toMatchObject({ ts, thread: root, marker: { link: null } });
      expect(seen[2]).toMatchObject({ author: world.agent, text: { mrkdwn: 'Me too' } });
    });

    test('a thread is read above a message only', async () => {
      const root = await startThread();
      const first = world.memberWrites('one', root);
      const second = world.memberWrites('two', root);

      const seen = await chat.readThread(world.channel, root, first);

      expect(seen.map(({ ts }) => ts)).toEqual([second]);
    });

    test('a long thread is read whole and in order', async () => {
      const root = await startThread();
      const written = Array.from({ length: 450 }, (_, at) => world.memberWrites(`message ${at}`, root));

      const seen = await chat.readThread(world.channel, root, null);

      expect(seen.map(({ ts }) => ts)).toEqual([root, ...written]);
    });

    test('a channel is read newest first, without replies, until it is enough', async () => {
      const older = await startThread();
      const newer = await startThread();
      world.memberWrites('a reply', newer);
      const seen: SlackTs[] = [];

      await chat.readChannel(world.channel, null, (message) => {
        seen.push(message.ts);
        return message.ts === older ? 'enough' : 'go on';
      });

      expect(seen).toEqual([newer, older]);
    });

    test('a post of ours is changed and taken away', async () => {
      const root = await startThread();
      const { ts } = await chat.post(request(say('before'), { thread: root }));

      await chat.update({ channel: world.channel, ts, notice: say('after') });
      expect(world.reads(root)[1]?.text).toBe('after');

      await chat.remove(world.channel, ts);
      expect(world.reads(root)).toHaveLength(1);
    });

    test('a change keeps the marker', async () => {
      const root = await startThread();

      await chat.update({ channel: world.channel, ts: root, notice: say('closed') });

      expect((await chat.readThread(world.channel, root, null))[0]?.marker?.delivery).toBe('start:1');
    });

    test('a reaction that is there already, or gone already, is as wanted', async () => {
      const ts = world.memberWrites('a reply', null);
      const mark = { channel: world.channel, ts, emoji: 'white_check_mark' };

      await chat.react({ ...mark, on: true });
      await chat.react({ ...mark, on: true });
      expect(world.reactions(ts)).toEqual(['white_check_mark']);

      await chat.react({ ...mark, on: false });
      await chat.react({ ...mark, on: false });
      expect(world.reactions(ts)).toEqual([]);
    });

    test('an answer is for one member only', async () => {
      const root = await startThread();

      await chat.answer({
        channel: world.channel,
        member: world.agent,
        thread: root,
        responseUrl: null,
        notice: say('psst'),
      });

      expect(world.privately(world.agent)).toEqual(['psst']);
      expect(world.reads(root)).toHaveLength(1);
    });

    test('an address for answers that is not the chat’s own is not followed', async () => {
      const responseUrl = 'https://elsewhere.example/actions/1';

      await chat.answer({
        channel: world.channel,
        member: world.agent,
        thread: null,
        responseUrl,
        notice: say('psst'),
      });

      expect(world.privately(world.agent)).toEqual(['psst']);
    });

    test('a member who cannot be reached needs no answer', async () => {
      const where = { channel: world.channel, thread: null, responseUrl: null, notice: say('psst') };

      await expect(chat.answer({ ...where, member: world.stranger })).resolves.toBeUndefined();
      await expect(chat.answer({ ...where, channel: nowhere, member: world.agent })).resolves.toBeUndefined();
    });

    test('only a full member of the workspace counts as one', async () => {
      expect((await chat.member(world.agent))?.full).toBe(true);
      expect((await chat.member(world.guest))?.full).toBe(false);
      expect((await chat.member(world.stranger))?.full).toBe(false);
      expect(await chat.member(MemberId.parse('U0NOBODY'))).toBeNull();
    });

    test('who is in a channel is known', async () => {
      expect(await chat.isInChannel(world.channel, world.agent)).toBe(true);
      expect(await chat.isInChannel(world.channel, world.stranger)).toBe(false);
    });

    test('a channel that is gone or archived is a failure of the place', async () => {
      expect(await failure(chat.post(request(say('x'), { channel: nowhere })))).toMatchObject({
        kind: 'place',
        effect: 'none',
      });
      expect(await failure(chat.post(request(say('x'), { channel: world.archived })))).toMatchObject({ kind: 'place' });
      expect(await failure(chat.readThread(world.channel, noTs, null))).toMatchObject({ kind: 'place' });
    });

    test('a message that is gone is not found', async () => {
      const gone = chat.update({ channel: world.channel, ts: noTs, notice: say('x') });

      expect(await failure(gone)).toMatchObject({ kind: 'not_found', effect: 'none' });
    });

    test('a modal that is not open is not found', async () => {
      const form = { form: 'case_reply', title: 'Reply', submit: 'Send', context: '', parts: [] };
      const to = { team: chat.team, channel: world.channel, member: world.agent, thread: null, responseUrl: null };

      expect(await failure(chat.fillForm('no such view', form, to))).toMatchObject({ kind: 'not_found' });
    });

    test('a notice with more than fits is refused before it is sent', async () => {
      const parts = Array.from({ length: 60 }, () => ({ part: 'divider' as const }));

      const refused = chat.post(request({ summary: 'too much', parts }));

      expect(await failure(refused)).toMatchObject({ kind: 'permanent', effect: 'none' });
    });

    test('a refused connection has had no effect', async () => {
      await world.goesDown();
      // A connection that was open before may have carried the request, so the first failure says little.
      await failure(chat.probe());

      expect(await failure(chat.post(request(say('x'))))).toMatchObject({ kind: 'transient', effect: 'none' });
    });

    test('a lost answer may have had its effect, and is not tried again', async () => {
      const root = await startThread();
      world.losesAnswers();

      const lost = chat.post(request(say('once'), { thread: root }));

      expect(await failure(lost)).toMatchObject({ kind: 'transient', effect: 'possible' });
      expect(world.reads(root).map(({ text }) => text)).toEqual(['A new case', 'once']);
    });

    test('a request to wait says how long', async () => {
      world.asksToWait(7);

      const waits = await failure(chat.post(request(say('x'))));

      expect(waits).toMatchObject({ kind: 'rate_limited', effect: 'none', retryAfterMs: 7000 });
    });

    test('a refused key is told apart', async () => {
      world.refusesOurKey();

      expect(await failure(chat.post(request(say('x'))))).toMatchObject({ kind: 'auth', effect: 'none' });
      expect(await failure(chat.probe())).toMatchObject({ kind: 'auth' });
    });
  });
};
