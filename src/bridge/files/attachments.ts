import type { EffectOf } from '../../core/effect.ts';
import type { MailAttachment } from '../../core/ports.ts';
import { Failure } from '../../delivery/errors.ts';
import type { Bridge } from '../context.ts';

/** The bytes that a message takes along, as mail takes them. */
export const attachmentsOf = async (
  bridge: Bridge,
  { files = [] }: EffectOf<'add_message'>,
): Promise<readonly MailAttachment[]> =>
  Promise.all(
    files.map(async ({ key, name, type }) => {
      const stored = await bridge.files.read(key);
      if (stored === null) throw gone();
      const chunks: Uint8Array[] = [];
      for await (const chunk of stored.body) chunks.push(chunk);
      return { name, type, content: Buffer.concat(chunks).toString('base64') };
    }),
  );

const gone = (): Failure =>
  new Failure({ kind: 'permanent', side: 'files', attempted: 'attach a file', effect: 'none', word: 'file_gone' });
