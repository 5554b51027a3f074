import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import type { Stage } from './stage.ts';

/** The operator's commands, given as an operator gives them: `npm run deliveries -- redrive <id>`. */

const CLI = fileURLToPath(new URL('../cli.ts', import.meta.url));

/** Resolves to what the command said; rejects with its complaint. */
export async function order({ commands }: Stage, command: 'redrive' | 'drop', delivery: string): Promise<string> {
  const child = spawn(process.execPath, [CLI, 'deliveries', command, delivery], {
    env: commands,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let said = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (chunk: string) => {
      said += chunk;
    });
  }
  await once(child, 'close');
  if (child.exitCode !== 0) throw new Error(said.trim() || 'the command failed');
  return said.trim();
}
