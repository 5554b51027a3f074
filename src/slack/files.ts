import { z } from 'zod';
import { essenceOf, type ByteAnswer, type SendForBytes, type SlackFile } from '../core/files.ts';
import { SlackTs } from '../core/ids.ts';
import type { Chat } from '../core/ports.ts';
import { Failure, type FailureFacts } from '../delivery/errors.ts';
import type { Api } from './api.ts';
import { drawNotice } from './blocks.ts';
import { failureOf, ofStatus, SIDE } from './errors.ts';
import { File } from './schema.ts';

/** Files of Slack: bytes out of it, and bytes into it. https://docs.slack.dev/messaging/working-with-files */

const SLACK_FILES = 'https://files.slack.com';
const SLACK_API = 'https://slack.com';

const HTML = 'text/html';
/** What says nothing of the bytes agrees with everything. */
const ANY_TYPE: ReadonlySet<string> = new Set(['', 'application/octet-stream', 'binary/octet-stream']);

/** Parts of `Chat` that are about files. */
export type SlackFiles = Pick<Chat, 'openFile' | 'startUpload' | 'sendUpload' | 'completeUpload' | 'fileShares'>;

const Info = z.object({ file: File });
const Upload = z.object({ upload_url: z.string(), file_id: z.string() });
const Share = z.object({ ts: SlackTs, thread_ts: SlackTs.nullish().catch(undefined) });
const Shares = z.record(z.string(), z.array(Share)).catch({});
const Shared = z.object({
  file: z.object({ shares: z.object({ public: Shares, private: Shares }).partial().catch({}) }),
});

/** `null`: this build of the app has no way to foreign bytes. */
export const createFiles = (options: {
  readonly api: Api;
  readonly token: string;
  readonly apiUrl: string;
  readonly send: SendForBytes;
}): SlackFiles => {
  const { api, send } = options;
  const { origin } = new URL(options.apiUrl);
  /** The only hosts that are shown our token, or our bytes. */
  const hosts: ReadonlySet<string> = new Set([origin === SLACK_API ? SLACK_FILES : origin]);
  const isSlacks = (url: string): boolean => URL.canParse(url) && hosts.has(new URL(url).origin);

  return {
    async openFile(given, signal) {
      const file = given.state === 'stub' || given.url === null ? await ask(api, given.id) : given;
      if (file.state !== 'here' || file.url === null) throw refusal(`file_${file.state}`);
      if (!isSlacks(file.url)) throw refusal('foreign_host');
      const headers = { authorization: `Bearer ${options.token}`, 'accept-encoding': 'identity' };
      const answer = await got(DOWNLOAD, send({ url: file.url, method: 'GET', headers, body: null, signal }));
      await check(answer, file);
      const { name, type, size } = file;
      return {
        name,
        type: type ?? answer.headers['content-type'] ?? 'application/octet-stream',
        size,
        body: answer.body,
      };
    },

    async startUpload({ name, size }) {
      const upload = await api.call('files.getUploadURLExternal', { filename: name, length: size }, Upload);
      return { file: upload.file_id, url: upload.upload_url };
    },

    async sendUpload({ url, size, body }, signal) {
      if (!isSlacks(url)) throw refusal('foreign_host', UPLOAD);
      const headers = { 'content-type': 'application/octet-stream', 'content-length': String(size) };
      const answer = await got(UPLOAD, send({ url, method: 'POST', headers, body, signal }));
      await answer.discard();
      if (answer.status === 200) return;
      const sorted = ofStatus(answer.status);
      // An address that is used up or that does not like the bytes: a new one is asked for.
      throw new Failure({ ...sorted, side: SIDE, attempted: UPLOAD, effect: 'none' });
    },

    async completeUpload({ file, name, channel, thread, notice }) {
      const { blocks } = drawNotice(notice, 'files.completeUploadExternal');
      const files = [{ id: file, title: name }];
      await api.call(
        'files.completeUploadExternal',
        { files, channel_id: channel, thread_ts: thread, blocks },
        z.object({}),
      );
    },

    async fileShares(file, channel) {
      try {
        const { shares } = (await api.call('files.info', { file }, Shared)).file;
        const all = [shares.public?.[channel], shares.private?.[channel]].flatMap((some) => some ?? []);
        return all.map(({ ts, thread_ts }) => ({ ts, thread: thread_ts ?? null }));
      } catch (error) {
        if (error instanceof Failure && NO_SUCH_FILE.has(error.facts.word ?? '')) return null;
        throw error;
      }
    },
  };
};

const DOWNLOAD = 'download a file';
const UPLOAD = 'upload a file';
const NO_SUCH_FILE: ReadonlySet<string> = new Set(['file_not_found', 'file_deleted']);

/** With Slack Connect an event holds a stub (`check_file_info`). https://docs.slack.dev/apis/slack-connect */
const ask = async (api: Api, id: string): Promise<SlackFile> => {
  const info = await api.call('files.info', { file: id }, Info);
  return fileFrom(info.file);
};

/** A file as Slack shows it. */
export const fileFrom = (file: File): SlackFile => ({
  id: file.id,
  name: file.name ?? file.title ?? 'file',
  size: file.size ?? null,
  type: file.mimetype ?? null,
  url: file.url_private_download ?? file.url_private ?? null,
  state: stateOf(file),
});

const stateOf = ({ mode, file_access: access, is_external: external }: File): SlackFile['state'] => {
  if (mode === 'file_access' || access === 'check_file_info') return 'stub';
  if (mode === 'external' || external === true) return 'external';
  if (mode === 'hidden_by_limit') return 'hidden';
  if (mode === 'tombstone' || access === 'file_not_found' || access === 'access_denied') return 'gone';
  return 'here';
};

const refusal = (word: string, attempted = DOWNLOAD): Failure =>
  new Failure({ kind: 'permanent', side: SIDE, attempted, effect: 'none', word });

const got = async (attempted: string, answer: Promise<ByteAnswer>): Promise<ByteAnswer> => {
  try {
    return await answer;
  } catch (error) {
    // Bytes alone change nothing that anybody sees, so they may be asked for, or sent, once more.
    const { facts } = failureOf(error, attempted);
    throw new Failure({ ...facts, effect: 'none' });
  }
};

/** Refuses what is not the file that was announced; the body is then let go of. */
const check = async (answer: ByteAnswer, file: SlackFile): Promise<void> => {
  const wrong = wrongWith(answer, file);
  if (wrong === null) return;
  await answer.discard();
  throw new Failure({ side: SIDE, attempted: DOWNLOAD, effect: 'none', ...wrong });
};

type Wrong = Pick<FailureFacts, 'kind' | 'word' | 'status' | 'retryAfterMs'>;

const wrongWith = ({ status, headers }: ByteAnswer, file: SlackFile): Wrong | null => {
  // Slack sends whoever may not read a file to its sign-in page, or shows that with status 200.
  if (status >= 300 && status < 400) return { kind: 'permanent', word: 'sign_in_page' };
  if (status === 429) return ofRateLimit(headers['retry-after']);
  if (status === 404 || status === 410) return { kind: 'not_found', word: 'file_gone' };
  if (status !== 200) return { kind: status >= 500 || status === 408 ? 'transient' : 'permanent', status };
  const announced = essenceOf(file.type ?? '');
  const served = essenceOf(headers['content-type'] ?? '');
  const length = headers['content-length'];
  const isAnnouncedSize = file.size === null || length === undefined || Number(length) === file.size;
  if (served === HTML && (announced !== HTML || !isAnnouncedSize)) return { kind: 'permanent', word: 'sign_in_page' };
  if (!isAnnouncedSize) return { kind: 'permanent', word: 'size_mismatch' };
  return agree(announced, served) ? null : { kind: 'permanent', word: 'type_mismatch' };
};

const ofRateLimit = (wait: string | undefined): Wrong => {
  const sorted = ofStatus(429);
  return wait !== undefined && /^\d{1,6}$/.test(wait) ? { ...sorted, retryAfterMs: Number(wait) * 1000 } : sorted;
};

/** Slack serves some texts under another name of text than it announces. */
const agree = (announced: string, served: string): boolean =>
  ANY_TYPE.has(announced) || ANY_TYPE.has(served) || announced === served || kindOf(announced) === kindOf(served);

const kindOf = (type: string): string => type.split('/')[0] ?? '';
