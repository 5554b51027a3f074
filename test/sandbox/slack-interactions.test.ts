import { describe, expect, test } from 'vitest';
import { C, U } from '../../src/sandbox/slack/seed.ts';
import { textOf } from '../../src/sandbox/slack/wire.ts';
import type { Received } from './slack-support.ts';
import { appFor, button, call, input, modal, posted, section, slackFor } from './slack-support.ts';

const last = (received: Received[], field: string): string => textOf(received.at(-1)?.body[field]);

const respond = async (url: string, body: object) => {
  const response = await fetch(url, { method: 'POST', body: JSON.stringify(body) });
  return `${response.status} ${await response.text()}`;
};

describe('commands', () => {
  test('the answer is shown to the user alone, with names escaped on the way in', async () => {
    const slack = await slackFor();
    const received = await appFor(slack, () => ({ body: { text: 'done' } }));

    const outcome = await slack.command(U.anna, C.secret, '/case', 'assign 7 @ben');

    expect(outcome.ok).toBe(true);
    expect(received[0]?.body).toMatchObject({
      command: '/case',
      text: 'assign 7 <@U0BEN|ben>',
      channel_name: 'privategroup',
    });
    expect(received[0]?.headers['content-type']).toBe('application/x-www-form-urlencoded');
    expect(received[0]?.body).not.toHaveProperty('thread_ts');
    expect(slack.ephemerals(U.anna).map((one) => one.text)).toEqual(['done']);
  });

  test('an error, a late answer and an unknown command are shown as Slack shows them, and not repeated', async () => {
    const slack = await slackFor({ answerMs: 40 });
    const received = await appFor(slack, (_, count) => (count === 1 ? { status: 500 } : undefined));

    expect(await slack.command(U.anna, C.support, '/case')).toMatchObject({ ok: false, error: 'dispatch_failed' });
    expect(await slack.command(U.anna, C.support, '/case')).toMatchObject({ ok: false, error: 'operation_timeout' });
    expect(await slack.command(U.anna, C.support, '/cse')).toMatchObject({ ok: false, error: 'invalid_command' });

    expect(received).toHaveLength(2);
    expect(slack.ephemerals(U.anna)[1]?.text).toBe('/case failed with the error "operation_timeout"');
  });

  test('people of other workspaces have no commands', async () => {
    const slack = await slackFor();

    await expect(slack.command(U.stranger, C.partners, '/case')).rejects.toThrow('installing workspace');
  });
});

describe('response_url', () => {
  test('takes five answers in half an hour', async () => {
    let now = 1_800_000_000_000;
    const slack = await slackFor({ now: () => now });
    const received = await appFor(slack, () => ({}));
    await slack.command(U.anna, C.support, '/case');
    const url = last(received, 'response_url');

    const answers: string[] = [];
    for (let i = 0; i < 6; i += 1) answers.push(await respond(url, { text: `answer ${i}` }));
    await slack.command(U.anna, C.support, '/case');
    now += 30 * 60_000 + 1;

    expect(answers.slice(0, 5)).toEqual(Array(5).fill('200 ok'));
    expect(answers[5]).toContain('used_url');
    expect(await respond(last(received, 'response_url'), { text: 'late' })).toContain('expired_url');
    expect(slack.ephemerals(U.anna)).toHaveLength(5);
  });

  test('replaces or deletes the message that was clicked, or says it in the channel', async () => {
    const slack = await slackFor();
    const received = await appFor(slack, () => ({}));
    const ts = await posted(slack, {
      channel: C.support,
      text: 'x',
      blocks: [{ type: 'actions', elements: [button('go')] }],
    });
    await slack.click(U.anna, { channel: C.support, ts, actionId: 'go' });
    const url = last(received, 'response_url');

    await respond(url, { response_type: 'in_channel', text: 'for all', thread_ts: ts });
    await respond(url, { replace_original: true, text: 'changed' });

    expect(slack.thread(C.support, ts).map((m) => m.text)).toEqual(['changed', 'for all']);
    expect(await respond(url, { text: '' })).toContain('no_text');
  });
});

describe('buttons', () => {
  test('a click carries the real button, the message and where it stands', async () => {
    const slack = await slackFor();
    const received = await appFor(slack, () => ({}));
    const parent = slack.say(U.anna, C.support, 'parent');
    const blocks = [{ type: 'actions', elements: [button('close', '72'), button('note')] }];
    const ts = await posted(slack, { channel: C.support, thread_ts: parent.ts, text: 'x', blocks });

    const byStranger = slack.click(U.stranger, { channel: C.support, ts, actionId: 'close' });
    await expect(byStranger).rejects.toThrow('is not in');
    await slack.click(U.anna, { channel: C.support, ts, actionId: 'close' });

    const payload = received.at(-1)?.body;
    expect(payload).toMatchObject({ type: 'block_actions', user: { id: U.anna, team_id: 'T0CASEBRIDGE' } });
    expect(payload).toMatchObject({ actions: [{ action_id: 'close', value: '72', type: 'button' }] });
    expect(payload).toMatchObject({
      container: { message_ts: ts, thread_ts: parent.ts },
      message: { thread_ts: parent.ts },
    });
  });

  test('what is not there cannot be clicked', async () => {
    const slack = await slackFor();
    const ts = await posted(slack, { channel: C.support, text: 'plain' });

    await expect(slack.click(U.anna, { channel: C.support, ts, actionId: 'go' })).rejects.toThrow('action_id go');
    await expect(slack.messageShortcut(U.anna, C.support, ts, 'unknown')).rejects.toThrow('no shortcut');
  });
});

describe('views', () => {
  async function opened(view: object, answer: () => { body?: unknown } = () => ({})) {
    const slack = await slackFor();
    const received = await appFor(slack, answer);
    await slack.globalShortcut(U.anna, 'case_open');
    const opening = await call(slack, 'views.open', { trigger_id: last(received, 'trigger_id'), view });
    return { slack, received, opening, view: slack.viewsOf(U.anna)[0] };
  }

  test('a trigger lives three seconds and opens one view', async () => {
    let now = 1_800_000_000_000;
    const slack = await slackFor({ now: () => now });
    const received = await appFor(slack, () => ({}));
    const open = () => call(slack, 'views.open', { trigger_id: last(received, 'trigger_id'), view: modal() });

    await slack.globalShortcut(U.anna, 'case_open');
    expect(await open()).toMatchObject({ ok: true, view: { callback_id: 'form' } });
    expect(await open()).toMatchObject({ error: 'exchanged_trigger_id' });
    await slack.globalShortcut(U.anna, 'case_open');
    now += 3001;
    expect(await open()).toMatchObject({ error: 'expired_trigger_id' });
  });

  test.each([
    ['a title above 24 characters', modal(undefined, { title: { type: 'plain_text', text: 'x'.repeat(25) } }), '25'],
    ['private_metadata above 3,000', modal(undefined, { private_metadata: 'x'.repeat(3001) }), '3001'],
    ['101 blocks', modal(Array.from({ length: 101 }, () => section('a'))), 'no more than 100'],
    ['an input without a submit button', modal([input('text')], { submit: undefined }), 'submit'],
  ])('%s is refused', async (_name, view, words) => {
    const { opening } = await opened(view);

    expect(opening['error']).toBe('invalid_arguments');
    expect(JSON.stringify(opening)).toContain(words);
  });

  test('a submission is built from the inputs, and unknown or missing ones are refused', async () => {
    const blocks = [input('text', { min_length: 2 }), { ...input('more'), optional: true }];
    const { slack, received, view } = await opened(modal(blocks, { private_metadata: 'case 7' }));
    const id = view?.id ?? '';

    await expect(slack.submitView(U.anna, id, { text: 'hello', other: 'x' })).rejects.toThrow('no other');
    await expect(slack.submitView(U.anna, id, { text: '' })).rejects.toThrow('required');
    await expect(slack.submitView(U.anna, id, { text: 'h' })).rejects.toThrow('2 to 3000');
    expect(await slack.submitView(U.anna, id, { text: 'hello' })).toMatchObject({ ok: true, view: undefined });

    expect(received.at(-1)?.body).toMatchObject({
      type: 'view_submission',
      view: {
        private_metadata: 'case 7',
        state: {
          values: { text: { text: { type: 'plain_text_input', value: 'hello' } }, more: { more: { value: null } } },
        },
      },
    });
  });

  test('field errors keep the view open and must name its inputs', async () => {
    let errors: object = { text: 'too short' };
    const { slack, view } = await opened(modal([input('text')]), () => ({
      body: { response_action: 'errors', errors },
    }));
    const submit = () => slack.submitView(U.anna, view?.id ?? '', { text: 'a' });

    expect(await submit()).toMatchObject({ ok: true, errors: { text: 'too short' }, view: { id: view?.id } });
    errors = { nowhere: 'x' };
    expect(await submit()).toMatchObject({ ok: false });
    expect(slack.viewsOf(U.anna)).toHaveLength(1);
  });

  test('an update with a stale hash is a conflict, and a closed view is not found', async () => {
    const { slack, view } = await opened(modal());
    const update = (hash: string) =>
      call(slack, 'views.update', { view_id: view?.id, hash, view: modal([section('two')]) });
    const hash = view?.hash ?? '';

    expect(await update(hash)).toMatchObject({ ok: true });
    expect(await update(hash)).toMatchObject({ error: 'hash_conflict' });
    await slack.closeView(U.anna, view?.id ?? '');
    expect(await update(hash)).toMatchObject({ error: 'not_found' });
  });

  test('options of an external select come from the app and bind the choice', async () => {
    const option = { text: { type: 'plain_text', text: 'Mia' }, value: 'contact-1' };
    const select = { type: 'external_select', action_id: 'who', min_query_length: 2 };
    const { slack, view, received } = await opened(modal([input('who', select)]), () => ({
      body: { options: [option] },
    }));
    const id = view?.id ?? '';
    const before = received.length;

    expect(await slack.suggest(U.anna, id, 'who', 'm')).toEqual([]);
    await expect(slack.submitView(U.anna, id, { who: 'contact-1' })).rejects.toThrow('not among the options');
    expect(await slack.suggest(U.anna, id, 'who', 'mia')).toEqual([option]);

    expect(received).toHaveLength(before + 1);
    expect(received.at(-1)?.body).toMatchObject({ type: 'block_suggestion', action_id: 'who', value: 'mia' });
  });

  test('views stack three deep', async () => {
    const blocks = [{ type: 'actions', elements: [button('more')] }];
    const { slack, received } = await opened(modal(blocks));
    const push = async () => {
      const top = slack.viewsOf(U.anna).at(-1);
      await slack.click(U.anna, { viewId: top?.id ?? '', actionId: 'more' });
      return call(slack, 'views.push', { trigger_id: last(received, 'trigger_id'), view: modal(blocks) });
    };

    expect(await push()).toMatchObject({ ok: true });
    expect(await push()).toMatchObject({ ok: true });
    expect(await push()).toMatchObject({ error: 'push_limit_reached' });
  });

  test('the Home tab shows what was published', async () => {
    const slack = await slackFor();
    const view = { type: 'home', blocks: [section('cases')] };

    expect(await call(slack, 'views.publish', { user_id: U.anna, view })).toMatchObject({ ok: true });
    expect(slack.home(U.anna)?.blocks).toMatchObject([section('cases')]);
    expect(await call(slack, 'views.publish', { user_id: U.anna, hash: 'old', view })).toMatchObject({
      error: 'hash_conflict',
    });
  });
});
