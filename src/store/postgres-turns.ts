/**
 * Hands on together what comes within one turn of the event loop. While as many handfuls as may be are under way, what
 * comes is kept for the next one.
 */
export function inTurns<W>(
  carry: (handful: readonly W[]) => Promise<void>,
  { atOnce, most }: { readonly atOnce: number; readonly most: number },
): (one: W) => void {
  const waiting: W[] = [];
  let underWay = 0;
  let scheduled = false;

  const schedule = (): void => {
    if (scheduled || waiting.length === 0 || underWay >= atOnce) return;
    scheduled = true;
    setImmediate(() => {
      scheduled = false;
      underWay += 1;
      void carry(waiting.splice(0, most)).finally(() => {
        underWay -= 1;
        schedule();
      });
      schedule();
    });
  };

  return (one) => {
    waiting.push(one);
    schedule();
  };
}
