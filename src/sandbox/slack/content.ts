import { blockFaults, tooLong } from './blocks.ts';
import { objects, Refusal } from './refusal.ts';
import { blockId, postedText } from './text.ts';
import type { Json, JsonObject } from './wire.ts';
import type { NewEphemeral, Workspace } from './workspace.ts';
import { formatTs, nextTs } from './workspace.ts';

export const MAX_POST_TEXT = 40_000;

/** Checked content: what a post, an update, an ephemeral or a response_url may say. */
export interface Content {
  text: string;
  blocks: JsonObject[] | undefined;
  /** Blocks given by the app, not made from its text. */
  ownBlocks: boolean;
}

export function readContent(workspace: Workspace, given: { text: string; blocks: Json | undefined }): Content {
  const text = postedText(given.text);
  if (given.blocks === undefined) return { text, blocks: undefined, ownBlocks: false };
  const blocks = objects(given.blocks, 'invalid_blocks_format') ?? [];
  const faults = blockFaults(given.blocks, 'message');
  if (faults.length > 0) {
    const messages = faults.map((fault) => `[ERROR] ${fault}`);
    throw new Refusal('invalid_blocks', { errors: faults, response_metadata: { messages } });
  }
  if (tooLong(blocks)) throw new Refusal('msg_blocks_too_long');
  return { text, blocks: named(workspace, blocks), ownBlocks: blocks.length > 0 };
}

export const named = (workspace: Workspace, blocks: JsonObject[]): JsonObject[] =>
  structuredClone(blocks).map((block) => ({ ...block, block_id: block['block_id'] ?? blockId(workspace) }));

export function addEphemeral(workspace: Workspace, given: NewEphemeral): string {
  const channel = workspace.channels.get(given.channel);
  const ts = channel === undefined ? formatTs(workspace.now() * 1000) : nextTs(workspace, channel);
  workspace.ephemerals.push({ ...given, ts, at: workspace.now() });
  workspace.changed({ kind: 'ephemeral', channel: given.channel, user: given.user, ts });
  return ts;
}
