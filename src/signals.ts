/**
 * Loaded before the rest of a start, which takes a moment: as the first process of a container one that listens to no
 * signal cannot be stopped at all.
 */

export type SignalListener = { readonly stop: () => void; readonly reload: () => void };

let listener: SignalListener | null = null;

/** Nothing was begun as long as there is no listener: then a stop is an exit. */
const stop = (): void => {
  if (listener === null) process.exit(0);
  listener.stop();
};

process.on('SIGTERM', stop);
process.on('SIGINT', stop);
process.on('SIGHUP', () => listener?.reload());

export const listenToSignals = (given: SignalListener): void => {
  listener = given;
};
