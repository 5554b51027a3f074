import { createRequire, Module } from 'node:module';
import { setTimeout as pause } from 'node:timers/promises';

/** What a start need not wait for: packages that are loaded when they are used, or a moment after the start. */

/** Long enough for whoever asks whether we are ready to hear it first. */
const SOON_MS = 1000;

const soon: (() => unknown)[] = [];

/** A package of ours that only some need. `load` requires it. */
export const whenUsed = <Module>(load: () => Module): (() => Module) => {
  let loaded: { readonly module: Module } | null = null;
  return () => (loaded ??= { module: load() }).module;
};

/** One that most need, but not at once: `loadTheRest` loads it, so that the first message does not wait for it. */
export const whenUsedOrSoon = <Module>(load: () => Module): (() => Module) => {
  const used = whenUsed(load);
  soon.push(used);
  return used;
};

/** Rejects when one of them cannot be loaded, as the start would have. */
export const loadTheRest = async (): Promise<void> => {
  for (const load of soon.splice(0)) {
    await pause(SOON_MS, undefined, { ref: false });
    load();
  }
};

/**
 * Lets a package load some of its own packages when it uses them: what it requires is a stand-in until then. For packages
 * that reach for these by name (`socket_mode_1.SocketModeClient`), as what TypeScript compiles does. To be called before
 * the package is loaded, which then has to be required: an import reads everything that it exports.
 */
export const putOff = (theirs: readonly string[], path: string): void => {
  const require = createRequire(path);
  for (const name of theirs) {
    const file = require.resolve(name);
    if (require.cache[file] !== undefined) continue;
    const used = whenUsed((): unknown => {
      delete require.cache[file];
      return require(file);
    });
    require.cache[file] = standIn(file, used);
  }
};

const standIn = (file: string, used: () => unknown): Module => {
  const get = (_: object, name: string | symbol): unknown => {
    if (name === '__esModule') return true;
    const real: object = Object(used());
    return name === 'default' && !(name in real) ? real : Reflect.get(real, name);
  };
  return Object.assign(new Module(file), { filename: file, loaded: true, exports: new Proxy({}, { get }) });
};
