#!/usr/bin/env node
// oxlint-disable-next-line import/no-unassigned-import -- it ends the process where Node is too old
import './node-version.mjs';
// oxlint-disable-next-line import/no-unassigned-import -- it changes how everything below is imported
import './imports.mjs';
import { existsSync } from 'node:fs';

/**
 * The door for whoever starts casebridge by hand, on whatever Node: one before 22.18 cannot read the other files at all
 * (ERR_UNKNOWN_FILE_EXTENSION, with a stack), so it is told from here.
 */

const EXIT_CONFIG = 78;

const [group] = process.argv.slice(2);
// The sandbox takes nothing from outside, and the set-up reads and writes the file itself.
if (group !== 'sandbox' && group !== 'setup' && existsSync('.env')) {
  // Node's own loadEnvFile hides why it cannot, and loses what stands behind a mark at the beginning.
  const { EnvFileUnusable, readEnvFile } = await import('./cli/env-file.ts');
  try {
    for (const [name, value] of Object.entries(readEnvFile('.env'))) process.env[name] ??= value;
  } catch (error) {
    if (!(error instanceof EnvFileUnusable)) throw error;
    console.error(error.message);
    process.exit(EXIT_CONFIG);
  }
}

const load = async () => {
  if (group === 'sandbox') {
    process.argv.splice(2, 1);
    return import('./sandbox/main.ts');
  }
  if (group !== undefined) return import('./cli.ts');
  await import('./signals.ts');
  return import('./main.ts');
};

/** The package that Node did not find; null when it is something else that failed. */
const missingPackage = (error) => {
  if (!(error instanceof Error) || !('code' in error) || !String(error.code).endsWith('MODULE_NOT_FOUND')) return null;
  const [, what = ''] = /^Cannot find (?:package|module) '([^']+)'/.exec(error.message) ?? [];
  const [, name = what] = /\/node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(what) ?? [];
  return name === '' || /^[./]/.test(name) ? null : name;
};

try {
  await load();
} catch (error) {
  const missing = missingPackage(error);
  if (missing === null) throw error;
  const more = group === 'sandbox' ? ' (the sandbox needs development dependencies, too)' : '';
  console.error(`a package is missing (${missing}): run npm ci${more}`);
  process.exit(EXIT_CONFIG);
}
