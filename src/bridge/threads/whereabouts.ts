import { type Notice, say } from '../../core/notice.ts';
import type { Bridge } from '../context.ts';
import { rootOf } from './links.ts';

/** Where a link's thread is, in words with the way to it. */
export const whereItIs = async (bridge: Bridge, link: string, words: string): Promise<Notice> => {
  const root = await rootOf(bridge, link);
  if (root === null) return say(`${words}. It is about to start.`);
  const url = await bridge.chat.permalink(root.channel, root.ts);
  return say(`${words}: `, { url, label: 'go to the thread' }, '.');
};
