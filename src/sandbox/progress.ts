import { setTimeout as pause } from 'node:timers/promises';

const FIRST_MS = 2_000;
const FURTHER_MS = 5_000;

/** A line after two seconds and then every five, so that whoever waits knows for what. */
export async function withProgress<Result>(
  what: string,
  work: Promise<Result>,
  print: (line: string) => void,
): Promise<Result> {
  const began = Date.now();
  const over = new AbortController();
  const tell = async (): Promise<void> => {
    for (let wait = FIRST_MS; ; wait = FURTHER_MS) {
      await pause(wait, undefined, { signal: over.signal });
      print(`… ${what} (${Math.round((Date.now() - began) / 1000)} s)`);
    }
  };
  tell().catch(() => undefined);
  try {
    return await work;
  } finally {
    over.abort();
  }
}
