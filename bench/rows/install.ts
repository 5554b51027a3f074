import { execFile } from 'node:child_process';
import { copyFile, lstat, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import type { Row } from '../row.ts';

/** What a production install brings along. */

const AT_MOST_MB = 80;
const INSTALL_LIMIT_MS = 300_000;
const ROOT = fileURLToPath(new URL('../../', import.meta.url));

export const installRow: Row = {
  name: 'install',
  title: 'Production install',
  quick: false,
  run: async ({ folder, say }) => {
    for (const file of ['package.json', 'package-lock.json']) await copyFile(join(ROOT, file), join(folder, file));
    say('npm ci --omit=dev');
    await promisify(execFile)('npm', ['ci', '--omit=dev', '--ignore-scripts', '--no-audit', '--no-fund'], {
      cwd: folder,
      timeout: INSTALL_LIMIT_MS,
    });
    const { bytes, packages } = await sizeOf(join(folder, 'node_modules'));
    const size = { value: Math.round(bytes / 1_000_000), unit: 'MB' };
    return {
      lines: [
        {
          what: 'node_modules',
          ours: size,
          peer: null,
          judged: size,
          target: { most: AT_MOST_MB },
          cpuMsPerMessage: null,
          runs: [{ bytes, packages }],
          remark: `${packages} packages`,
        },
      ],
    };
  },
};

type Size = { readonly bytes: number; readonly packages: number };

/** As it lies on the disk, in whole blocks. */
const sizeOf = async (folder: string): Promise<Size> => {
  let [bytes, packages] = [0, 0];
  for (const entry of await readdir(folder, { recursive: true, withFileTypes: true })) {
    const { blocks } = await lstat(join(entry.parentPath, entry.name));
    bytes += blocks * 512;
    const parents = entry.parentPath.split(/[/\\]/);
    const isPackage = entry.name === 'package.json' && /^(?:node_modules|@.+)$/.test(parents.at(-2) ?? '');
    packages += isPackage ? 1 : 0;
  }
  return { bytes, packages };
};
