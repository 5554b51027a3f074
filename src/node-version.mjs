/** Imported before everything else. Nothing here, nor in start.mjs, needs a newer Node than the one it complains of. */

const NEEDED = 24;
/** sysexits.h EX_CONFIG, as for everything that somebody must change. */
const EXIT_CONFIG = 78;

const { node } = process.versions;
if (Number.parseInt(node, 10) < NEEDED) {
  console.error(`casebridge needs Node ${NEEDED} or newer; this is Node ${node}; npm ci brings one for development`);
  process.exit(EXIT_CONFIG);
}
