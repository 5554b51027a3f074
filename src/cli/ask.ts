import { createInterface } from 'node:readline';
import { Writable } from 'node:stream';
import { CommandFailed, EXIT_FAILED, EXIT_STOPPED } from './command.ts';

/** Questions on a terminal, or answers line by line from a pipe. */
export type Asker = {
  /** The answer without blanks around it; '' when nothing was typed. Rejects when there is nobody left to answer. */
  ask(question: string, options?: { readonly secret?: boolean }): Promise<string>;
  close(): void;
};

export const createAsker = (): Asker => {
  const { stdin, stdout } = process;
  let muted = false;
  // What is typed for a secret is not shown.
  const output = new Writable({
    write(chunk: Buffer, _encoding, done) {
      if (!muted) stdout.write(chunk);
      done();
    },
  });
  const lines = createInterface({ input: stdin, output, terminal: stdin.isTTY });
  const answers = lines[Symbol.asyncIterator]();
  // On a terminal whoever is asked leaves by Ctrl-C or Ctrl-D, which end the lines.
  let stopped = stdin.isTTY;
  const stop = (): void => {
    stopped = true;
    lines.close();
  };
  process.once('SIGINT', stop);

  return {
    async ask(question, { secret = false } = {}) {
      stdout.write(`${question} `);
      muted = secret;
      const answer = await answers.next();
      muted = false;
      if (secret || !stdin.isTTY || answer.done === true) stdout.write('\n');
      if (answer.done === true) throw stopped ? nothingWritten() : nobodyAnswers();
      return answer.value.trim();
    },
    close() {
      process.off('SIGINT', stop);
      lines.close();
    },
  };
};

const nothingWritten = (): CommandFailed => new CommandFailed('stopped; nothing was written', EXIT_STOPPED);

const nobodyAnswers = (): CommandFailed =>
  new CommandFailed('there was no answer: give the rest as flags, or run this on a terminal', EXIT_FAILED);
