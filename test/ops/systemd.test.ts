import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { z } from 'zod';
import { EXIT_CONFIG } from '../../src/cli/command.ts';

/** ops/casebridge.service, by what it says and by systemd's own check where there is one. */

const unit = readFileSync('ops/casebridge.service', 'utf8');
const settings = new Map(
  [...unit.matchAll(/^([A-Z]\w+)=(.*)$/gmu)].map(([, name = '', value = '']) => [name, value] as const),
);

test('it is started again whatever ends it, but not when somebody must change the configuration first', () => {
  expect(settings.get('Restart')).toBe('always');
  expect(settings.get('RestartPreventExitStatus')).toBe(String(EXIT_CONFIG));
  expect(Number.parseInt(settings.get('TimeoutStopSec') ?? '', 10)).toBeGreaterThan(10);
});

test('it runs what is there, as a user without rights who writes to the data alone', () => {
  const [program = '', file = ''] = (settings.get('ExecStart') ?? '').split(' ');
  const folder = settings.get('WorkingDirectory') ?? '';

  expect(program).toMatch(/^\/usr\/bin\/node$/u);
  expect(existsSync(file)).toBe(true);
  expect(settings.get('User')).toBe('casebridge');
  expect(settings.get('ReadWritePaths')).toBe(`${folder}/data`);
  expect(settings.get('ProtectSystem')).toBe('strict');
  expect(settings.get('CapabilityBoundingSet')).toBe('');
  // What V8 compiles must be run.
  expect(settings.has('MemoryDenyWriteExecute')).toBe(false);
  expect(unit).not.toMatch(/xox[bp]-|xapp-|PASSWORD/u);
});

test('what it says of the installation names what there is', () => {
  const { scripts } = z
    .object({ scripts: z.object({}).loose() })
    .parse(JSON.parse(readFileSync('package.json', 'utf8')));

  for (const [, script = ''] of unit.matchAll(/npm run (\w+)/gu)) expect(scripts).toHaveProperty(script);
  for (const [, path = ''] of unit.matchAll(/(?:cp |\/opt\/casebridge\/)((?:ops|docs)\/[\w.]+)/gu))
    expect(existsSync(path), path).toBe(true);
});

const ANALYZE = process.env['SYSTEMD_ANALYZE'] ?? 'systemd-analyze';
const isThere = spawnSync(ANALYZE, ['--version']).status === 0;

/** What systemd says of it, with the Node of this test in the place of the one of the machine. */
const verified = (text: string): string => {
  const folder = mkdtempSync(join(tmpdir(), 'casebridge-unit-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  const file = join(folder, 'casebridge.service');
  writeFileSync(file, text.replace('/usr/bin/node', process.execPath).replace(/^Documentation=.*$/mu, ''));
  const { status, stderr } = spawnSync(ANALYZE, ['verify', '--man=no', file], { encoding: 'utf8' });
  return `${status} ${stderr}`;
};

test.runIf(isThere)('systemd itself has nothing to say about it', () => {
  expect(verified(unit)).toBe('0 ');
  expect(verified(unit.replace('RestartSec', 'RestartSecs'))).toContain('RestartSecs');
});
