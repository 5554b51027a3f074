import { parseArgs, type ParseArgsOptionsConfig } from 'node:util';

/** Flags of a developer's command: `--help` and slips end it with its usage, 0 and 2 (as `bench` and `sandbox` do). */
export const flagsOf = <T extends ParseArgsOptionsConfig>(options: T, usage: string) => {
  const end = (line: string, code: number): never => {
    (code === 0 ? process.stdout : process.stderr).write(`${line}\n`);
    process.exit(code);
  };
  try {
    const { values } = parseArgs({ options: { ...options, help: { type: 'boolean', default: false } } });
    if ('help' in values && values.help === true) return end(usage, 0);
    return values;
  } catch (error) {
    return end(`${error instanceof Error ? error.message.split('\n')[0] : String(error)}\n${usage}`, 2);
  }
};
