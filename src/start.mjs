#!/usr/bin/env node
// oxlint-disable-next-line import/no-unassigned-import -- it ends the process where Node is too old
import './node-version.mjs';
import { existsSync } from 'node:fs';

/**
 * The door for whoever starts casebridge by hand, on whatever Node: one before 22.18 cannot read the other files at all
 * (ERR_UNKNOWN_FILE_EXTENSION, with a stack), so it is told from here.
 */

const EXIT_CONFIG = 78;

const [group] = process.argv.slice(2);
// The sandbox takes nothing from outside, and the set-up reads and writes the file itself.
if (group !== 'sandbox' && group !== 'setup' && existsSync('.env')) {
  try {
    process.loadEnvFile('.env');
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : 'unknown';
    console.error(`.env cannot be read (${code})`);
    process.exit(EXIT_CONFIG);
  }
}

if (group === 'sandbox') {
  process.argv.splice(2, 1);
  await import('./sandbox/main.ts');
} else {
  await import(group === undefined ? './main.ts' : './cli.ts');
}
