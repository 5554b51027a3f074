import type { Stage } from '../stage.ts';
import { playRehearsal, type Result, type ShownStep } from './play.ts';
import type { Rehearsal } from './rehearsal.ts';

/** Rehearsals on a terminal, in the manner of the demo. */

const FIRST_MS = 2_000;
const FURTHER_MS = 5_000;

/** Resolves to whether it came true. */
export async function rehearseInTerminal(
  stage: Stage,
  rehearsal: Rehearsal,
  { print, signal }: { readonly print: (line: string) => void; readonly signal: AbortSignal },
): Promise<Result> {
  print(`${rehearsal.name} (${rehearsal.id}, about ${rehearsal.seconds} s)`);
  print(`  ${rehearsal.does} ${rehearsal.expects}`);
  const progress = createProgress(print);
  const onStep = (step: ShownStep): void => {
    progress.on(step);
    for (const line of inLines(step)) print(line);
  };
  try {
    const result = await playRehearsal(stage, rehearsal, { onStep, signal });
    print(`${result.ok ? '✓' : '✗'} ${result.verdict} (${inSeconds(result.ms)})`);
    for (const finding of result.findings) print(`    ${finding}`);
    print('');
    return result;
  } finally {
    progress.stop();
  }
}

const inSeconds = (ms: number): string => `${(ms / 1000).toFixed(1)} s`;

function inLines({ title, state, ms, seen }: ShownStep): string[] {
  if (state === 'playing') return [];
  const took = `(${ms ?? 0} ms)`;
  if (state === 'true') return [`  ✓ ${title}: ${seen.join(' ')} ${took}`];
  return [`  ✗ ${title} ${took}`, ...seen.map((line) => `      ${line}`)];
}

/** A line after two seconds of a step and then every five, so that whoever waits knows for what. */
function createProgress(print: (line: string) => void) {
  let timer: NodeJS.Timeout | undefined;
  const stop = (): void => clearTimeout(timer);
  return {
    stop,
    on: ({ state, waits, began }: ShownStep): void => {
      stop();
      if (state !== 'playing') return;
      const tell = (): void => {
        print(`  … ${waits} (${Math.round((Date.now() - began) / 1000)} s)`);
        timer = setTimeout(tell, FURTHER_MS);
      };
      timer = setTimeout(tell, FIRST_MS);
    },
  };
}
