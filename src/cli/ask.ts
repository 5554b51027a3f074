import { createInterface } from 'node:readline';
import { Writable } from 'node:stream';

/** Questions on a terminal, or answers line by line from a pipe. */
export type Asker = {
  /** The answer without blanks around it; '' when nothing was typed. Rejects when there is nobody left to answer. */
  ask(question: string, options?: { readonly secret?: boolean }): Promise<string>;
  close(): void;
};

class NobodyAnswers extends Error {
  constructor() {
    super('there was no answer: give the rest as flags, or run this on a terminal');
    this.name = 'NobodyAnswers';
  }
}

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

  return {
    async ask(question, { secret = false } = {}) {
      stdout.write(`${question} `);
      muted = secret;
      const answer = await answers.next();
      muted = false;
      if (secret || !stdin.isTTY) stdout.write('\n');
      if (answer.done === true) throw new NobodyAnswers();
      return answer.value.trim();
    },
    close: () => lines.close(),
  };
};
