import { expect, test } from 'vitest';
import { type Stage, stageFor } from '../stories/stage.ts';

const onSocket = () =>
  stageFor({
    slack: { socketMode: true },
    env: { SLACK_APP_TOKEN: 'xapp-sandbox-app', SLACK_SIGNING_SECRET: '' },
  });

const slackSide = async (stage: Stage): Promise<unknown> => {
  const body: unknown = await (await fetch(`${stage.url()}/readyz`)).json();
  return typeof body === 'object' && body !== null && 'slack' in body ? body.slack : null;
};

const connected = async (stage: Stage): Promise<string | undefined> =>
  /^casebridge_slack_connected (?<value>\d)$/mu.exec(await (await fetch(`${stage.url()}/metrics`)).text())?.groups?.[
    'value'
  ];

const linesWith = (stage: Stage, words: RegExp): number => stage.logged().match(words)?.length ?? 0;

const REFUSED = /"alarm":"slack:app_token"/gu;
const FAILED = /"level":(?:40|"warn")[^\n]*there is no connection to Slack/gu;

test('an app token that is taken back while we run is alarmed, and degraded until it works again', async () => {
  const stage = await onSocket();
  expect([await slackSide(stage), await connected(stage)]).toEqual(['ok', '1']);
  let tries = 0;
  const mended = stage.slack.faults.add({
    method: 'apps.connections.open',
    action: { kind: 'error', error: 'invalid_auth' },
    matches: () => (tries += 1) > 0,
  });
  stage.slack.socket.cut();

  await stage.sees(() => tries >= 3, 'it is tried again');
  expect([await slackSide(stage), await connected(stage)]).toEqual(['ok', '0']);
  await expect.poll(() => slackSide(stage), { timeout: 20_000 }).toBe('degraded');
  expect([linesWith(stage, REFUSED), linesWith(stage, FAILED)]).toEqual([1, 1]);
  mended();
  await expect.poll(() => slackSide(stage), { timeout: 30_000 }).toBe('ok');

  expect(await connected(stage)).toBe('1');
}, 60_000);

test('a planned refresh of the connection is no trouble, and an outage is no refusal', async () => {
  const stage = await onSocket();
  stage.slack.socket.disconnect('refresh_requested');
  await stage.sees(() => linesWith(stage, /"up":true/gu) === 2, 'a new connection');
  expect(linesWith(stage, FAILED)).toBe(0);

  stage.slack.faults.add({
    method: 'apps.connections.open',
    action: { kind: 'error', error: 'internal_error' },
    times: 1,
  });
  stage.slack.socket.cut();
  await stage.sees(() => linesWith(stage, /"up":true/gu) === 3, 'a new connection');

  expect([linesWith(stage, FAILED), linesWith(stage, REFUSED)]).toEqual([1, 0]);
});

test('over HTTP there is no connection to speak of', async () => {
  const stage = await stageFor();

  expect([await slackSide(stage), await connected(stage)]).toEqual(['ok', undefined]);
});
