import { closeSync, fdatasyncSync, openSync, rmSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { median, percentile, rounded } from './arithmetic.ts';

/** What one durable write costs on this disk right now: a page appended, and fdatasync. */
export type Disk = { readonly commitP50Ms: number; readonly commitP99Ms: number };

const WRITES = 200;
const PAGE = Buffer.alloc(4096, 7);

export const measureDisk = (folder: string): Disk => {
  const path = join(folder, 'disk.probe');
  const file = openSync(path, 'w');
  try {
    const took = Array.from({ length: WRITES }, () => {
      const began = performance.now();
      writeSync(file, PAGE);
      fdatasyncSync(file);
      return performance.now() - began;
    });
    return { commitP50Ms: rounded(median(took)), commitP99Ms: rounded(percentile(took, 0.99)) };
  } finally {
    closeSync(file);
    rmSync(path);
  }
};
