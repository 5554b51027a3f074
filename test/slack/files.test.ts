import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect, onTestFinished, test } from 'vitest';
import type { SlackFile } from '../../src/core/files.ts';
import { ChannelId, SlackTs } from '../../src/core/ids.ts';
import { C, U } from '../../src/sandbox/slack/seed.ts';
import { createFiles } from '../../src/slack/files.ts';
import { openRoom, type Room, type Wishes } from './room.ts';

const room = async (wishes: Wishes = {}): Promise<Room> => {
  const opened = await openRoom(wishes);
  onTestFinished(opened.close);
  opened.simulator.join(U.app, C.support);
  return opened;
};

const later = (): AbortSignal => AbortSignal.timeout(5000);

const textOf = async (body: AsyncIterable<Uint8Array>): Promise<string> => {
  const chunks: Uint8Array[] = [];
  for await (const chunk of body) chunks.push(chunk);
  return Buffer.concat(chunks).toString();
};

async function* bytes(text: string): AsyncGenerator<Uint8Array> {
  yield Buffer.from(text);
}

/** A server that is not Slack's, and what it was shown. */
const stranger = async () => {
  const seen: (string | undefined)[] = [];
  const server = createServer((request, response) => {
    seen.push(request.headers.authorization);
    response.end('bytes');
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => void server.close());
  const address: AddressInfo | string | null = server.address();
  if (address === null || typeof address === 'string') throw new Error('the server listens nowhere');
  return { url: `http://127.0.0.1:${address.port}`, seen };
};

const fileOf = (url: string | null, more: Partial<SlackFile> = {}): SlackFile => ({
  id: 'F1',
  name: 'a.png',
  size: 5,
  type: 'image/png',
  url,
  state: 'here',
  ...more,
});

test.each([
  (url: string) => `${url}/files-pri/T1-F1/a.png`,
  () => 'https://files.slack.com.evil.example/files-pri/T1-F1/a.png',
  () => 'https://evil.example/files.slack.com/a.png',
  () => 'https://files.slack.com@evil.example/a.png',
  () => 'file:///etc/passwd',
  () => 'not an address',
])('the token is shown to no other host (%#)', async (address) => {
  const { slack } = await room();
  const other = await stranger();

  const opened = slack.chat.openFile(fileOf(address(other.url)), later());

  await expect(opened).rejects.toMatchObject({ facts: { kind: 'permanent', word: 'foreign_host', effect: 'none' } });
  expect(other.seen).toEqual([]);
});

test('with Slack’s own API only files.slack.com is asked, over https', async () => {
  const urls: string[] = [];
  const never = () => {
    throw new Error('not asked');
  };
  const files = createFiles({
    api: { call: never, known: () => null, identity: never, identify: never },
    token: 'xoxb-1',
    apiUrl: 'https://slack.com/api/',
    send: async ({ url }) => {
      urls.push(url);
      return { status: 200, headers: { 'content-type': 'image/png' }, body: bytes('bytes'), discard: async () => {} };
    },
  });

  await files.openFile(fileOf('https://files.slack.com/files-pri/T1-F1/a.png'), later());
  for (const url of ['http://files.slack.com/a.png', 'https://slack.com/a.png', 'https://a.slack.com/a.png']) {
    await expect(files.openFile(fileOf(url), later())).rejects.toMatchObject({ facts: { word: 'foreign_host' } });
  }

  expect(urls).toEqual(['https://files.slack.com/files-pri/T1-F1/a.png']);
});

test('bytes go to no other host than Slack’s', async () => {
  const { slack } = await room();
  const other = await stranger();

  const sent = slack.chat.sendUpload({ url: `${other.url}/upload/v1/F1`, size: 5, body: bytes('bytes') }, later());

  await expect(sent).rejects.toMatchObject({ facts: { word: 'foreign_host' } });
  expect(other.seen).toEqual([]);
});

test('an upload shows nothing until it is completed, then once', async () => {
  const { slack, simulator } = await room();
  const root = SlackTs.parse(simulator.say(U.anna, C.support, 'a thread').ts);
  const channel = ChannelId.parse(C.support);
  const { file, url } = await slack.chat.startUpload({ name: 'a.txt', size: 5 });

  await slack.chat.sendUpload({ url, size: 5, body: bytes('bytes') }, later());
  expect(await slack.chat.fileShares(file, channel)).toBeNull();
  const request = { file, name: 'a.txt', channel, thread: root, notice: { summary: 'x', parts: [] } };
  await slack.chat.completeUpload(request);

  await simulator.sees(() => simulator.thread(C.support, root).length === 2);
  const [share, ...others] = (await slack.chat.fileShares(file, channel)) ?? [];
  expect(share).toMatchObject({ thread: root });
  expect(others).toEqual([]);
  await expect(slack.chat.completeUpload(request)).rejects.toMatchObject({ facts: { word: 'file_not_found' } });
  expect(simulator.thread(C.support, root)).toHaveLength(2);
});

test('bytes that are not as many as announced are refused, without effect', async () => {
  const { slack } = await room();
  const { url } = await slack.chat.startUpload({ name: 'a.txt', size: 6 });

  const sent = slack.chat.sendUpload({ url, size: 5, body: bytes('bytes') }, later());

  await expect(sent).rejects.toMatchObject({ facts: { effect: 'none', status: 400 } });
});

test('an event tells of a file what is needed to fetch it', async () => {
  const { simulator, inbox, slack } = await room();
  const { ts } = simulator.say(U.anna, C.support, 'a thread');

  simulator.say(U.anna, C.support, 'with a file', { threadTs: ts, files: [{ name: 'a.png', content: 'bytes' }] });
  await simulator.sees(() => inbox.length > 0);

  const payload = inbox[0]?.payload;
  expect(payload).toMatchObject({
    files: [{ name: 'a.png', size: 5, type: 'image/png', state: 'here', url: expect.stringContaining('/files-pri/') }],
  });
  const [file] = [...simulator.files.all.values()].map((one) =>
    fileOf(String(simulator.files.shown(one)['url_private'])),
  );
  expect(await textOf((await slack.chat.openFile(file ?? fileOf(null), later())).body)).toBe('bytes');
});
