import { expect, test } from 'vitest';
import { ANNA, CHANNEL, stageFor } from './stage.ts';
import { answersTo, command, form, modalOf } from './asking.ts';

test('a command that was taken in before a stop is answered after the start, where its address has expired', async () => {
  const stage = await stageFor();
  const { caseId } = await stage.thread();
  stage.slack.faults.add({ method: 'response_url', action: { kind: 'status', status: 404, body: 'expired_url' } });
  const restore = stage.slack.faults.add({ method: 'users.info', action: { kind: 'status', status: 500 } });
  expect((await stage.slack.command(ANNA, CHANNEL, '/case', `close ${caseId}`)).ok).toBe(true);
  await stage.stop();
  expect(answersTo(stage, ANNA)).toEqual([]);

  restore();
  await stage.start();

  await stage.sees(() => answersTo(stage, ANNA).length > 0, 'the answer');
  expect(answersTo(stage, ANNA).map((answer) => answer.words)).toEqual(['The case is closed.']);
  expect(stage.acquire.snapshot().cases[0]?.status).toBe('closed');
});

test('a form that was opened before a stop is filled after the start, and never opened again', async () => {
  const stage = await stageFor();
  const restore = stage.slack.faults.add({ method: 'users.info', action: { kind: 'status', status: 500 } });
  await stage.slack.command(ANNA, CHANNEL, '/case', 'open');
  await stage.sees(() => modalOf(stage)?.form === 'loading', 'the loading form');
  await stage.stop();

  restore();
  await stage.start();

  await form(stage, 'open');
  expect(stage.slack.requests.filter((request) => request.method === 'views.open')).toHaveLength(1);
});

test('a form that was closed meanwhile is not opened again: its member is told', async () => {
  const stage = await stageFor();
  const restore = stage.slack.faults.add({ method: 'users.info', action: { kind: 'status', status: 500 } });
  await stage.slack.command(ANNA, CHANNEL, '/case', 'open');
  const loading = await stage.sees(() => modalOf(stage), 'the loading form');
  await stage.stop();
  await stage.slack.closeView(ANNA, loading.id);

  restore();
  await stage.start();

  const told = await stage.sees(() => answersTo(stage, ANNA)[0], 'the word about it');
  expect(told.words).toContain('could not be filled in time. Nothing was done');
  expect(modalOf(stage)).toBeUndefined();
  expect(stage.slack.requests.filter((request) => request.method === 'views.open')).toHaveLength(1);
});

test('while Acquire is away a look-up is given up with a word, and what was sent in a form is kept and done', {
  timeout: 60_000,
}, async () => {
  const stage = await stageFor();
  const jo = stage.acquire.contact({ name: 'Jo Customer', email: 'jo@example.com' });
  await stage.slack.command(ANNA, CHANNEL, '/case', 'open');
  const { id } = await form(stage, 'open');
  await stage.slack.suggest(ANNA, id, 'contact', 'Jo Customer');
  await stage.acquire.down();

  expect((await stage.slack.submitView(ANNA, id, { contact: String(jo.id), title: 'Lost' })).ok).toBe(true);
  await stage.slack.command(ANNA, CHANNEL, '/case', 'search jo@example.com');

  const words = () =>
    answersTo(stage, ANNA)
      .map((answer) => answer.words)
      .join('\n');
  await stage.sees(
    () => words().includes('is kept and done as soon as it can be') || undefined,
    'the word about the form',
    30_000,
  );
  await stage.sees(
    () => words().includes('so nothing was done. Try again') || undefined,
    'the word about the search',
    30_000,
  );
  await stage.acquire.up();
  await stage.sees(() => stage.acquire.snapshot().cases.length === 1, 'the case', 30_000);
});

test('over Socket Mode commands, buttons, forms and lists work as over HTTP', async () => {
  const stage = await stageFor({
    slack: { socketMode: true },
    env: { SLACK_APP_TOKEN: 'xapp-sandbox-app', SLACK_SIGNING_SECRET: '' },
  });
  const { root, caseId } = await stage.thread();

  expect((await command(stage, `show ${caseId}`)).words).toContain('Jo Customer');
  await stage.slack.click(ANNA, { channel: CHANNEL, ts: root, actionId: 'case_claim' });
  await stage.slack.command(ANNA, CHANNEL, '/case', 'open');
  const { id } = await form(stage, 'open');
  expect(await stage.slack.suggest(ANNA, id, 'contact', 'Jo Cust')).toHaveLength(1);
  expect((await stage.slack.submitView(ANNA, id, { title: 'x' })).errors).toHaveProperty('contact');
  await stage.slack.closeView(ANNA, id);
  await stage.slack.messageShortcut(ANNA, CHANNEL, root, 'case_note');
  const note = await form(stage, 'note');
  await stage.slack.submitView(ANNA, note.id, { text: 'Called back.' });

  await stage.sees(() => stage.acquire.snapshot().messages.some((row) => row.text === 'Called back.'), 'the note');
  expect((await fetch(`${stage.url()}/slack/events`, { method: 'POST' })).status).toBe(404);
});
