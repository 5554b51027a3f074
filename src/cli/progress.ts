/** What long commands show while they work: beside the result, on stderr. */

const FIRST_MS = 2_000;
const AGAIN_MS = 5_000;
const REDRAW_MS = 500;

/** After two seconds: a line that is drawn anew on a terminal, one now and then elsewhere. */
export const showProgress = (line: () => string): (() => void) => {
  const { stderr } = process;
  let drawn = false;
  const draw = (): void => {
    drawn = true;
    stderr.write(stderr.isTTY ? `\r\u001b[K… ${line()}` : `… ${line()}\n`);
    timer = setTimeout(draw, stderr.isTTY ? REDRAW_MS : AGAIN_MS);
  };
  let timer = setTimeout(draw, FIRST_MS);
  return () => {
    clearTimeout(timer);
    if (drawn && stderr.isTTY) stderr.write('\r\u001b[K');
  };
};
