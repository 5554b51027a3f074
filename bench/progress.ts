/** What happens now: one line that changes on a terminal, plain lines elsewhere. */

export type Progress = { readonly show: (line: string) => void; readonly end: () => void };

const CLEAR = '\r\u001B[2K';

export const createProgress = (out: NodeJS.WriteStream): Progress => {
  const began = Date.now();
  const timed = (line: string): string => `${`${Math.round((Date.now() - began) / 1000)}`.padStart(4)} s  ${line}`;
  if (!out.isTTY) return { show: (line) => void out.write(`${timed(line)}\n`), end: () => undefined };

  let last = '';
  const draw = (): void => void out.write(`${CLEAR}${timed(last).slice(0, out.columns - 1)}`);
  const timer = setInterval(draw, 1_000);
  return {
    show: (line) => {
      last = line;
      draw();
    },
    end: () => {
      clearInterval(timer);
      out.write(CLEAR);
    },
  };
};
