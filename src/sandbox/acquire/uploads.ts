import type { ServerResponse } from 'node:http';
import type { Account, Row } from './state.ts';

/** Files that people send in Acquire: where they lie, and how a row may name them, for nobody has published either. */

export interface UploadChoice {
  name: string;
  content: Buffer | string;
  type?: string;
}

const BASE = '/uploads/';

/** Anybody with the address may read it, as the customer's widget does. */
function addUpload(account: Account, choice: UploadChoice): string {
  const path = `${BASE}${account.nextId('other')}/${encodeURIComponent(choice.name)}`;
  const { name, type = 'application/octet-stream' } = choice;
  account.uploads.set(path, { name, type, content: Buffer.from(choice.content) });
  return path;
}

export const attachmentRow = (account: Account, origin: string, choice: UploadChoice): Row => ({
  name: choice.name,
  type: choice.type ?? 'application/octet-stream',
  size: Buffer.from(choice.content).length,
  url: `${origin}${addUpload(account, choice)}`,
});

/** In the mails of a case, whose keys are Postmark's. */
export const mailAttachmentRow = (account: Account, origin: string, choice: UploadChoice): Row => {
  const { name, type, size, url } = attachmentRow(account, origin, choice);
  return { Name: name, ContentType: type, ContentLength: size, url };
};

/** False when nothing lies there. */
export function serveUpload(account: Account, path: string, response: ServerResponse): boolean {
  if (!path.startsWith(BASE)) return false;
  const upload = account.uploads.get(path);
  if (upload === undefined) {
    response.writeHead(404, { 'content-type': 'text/plain' }).end('Not found');
    return true;
  }
  response.writeHead(200, { 'content-type': upload.type, 'content-length': upload.content.length });
  response.end(upload.content);
  return true;
}
