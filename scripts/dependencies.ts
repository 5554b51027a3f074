import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { z } from 'zod';

/**
 * `npm run dependencies`: what production consists of, as the lock file has it, as the table of docs/security.md. With
 * `-- --newest` the registry is asked, too: how old each version is, and whether there is a newer one.
 */

const Locked = z.object({
  version: z.string().default(''),
  license: z.string().default('?'),
  dev: z.boolean().default(false),
  hasInstallScript: z.boolean().default(false),
  dependencies: z.record(z.string(), z.string()).default({}),
  optionalDependencies: z.record(z.string(), z.string()).default({}),
  peerDependencies: z.record(z.string(), z.string()).default({}),
});
type Locked = z.infer<typeof Locked>;

const Lock = z.object({ packages: z.record(z.string(), Locked) });
const Manifest = z.object({ dependencies: z.record(z.string(), z.string()) });

export type Dependency = {
  readonly name: string;
  readonly version: string;
  readonly license: string;
  /** Packages that come with it, itself not counted. */
  readonly brings: number;
};

export type Production = {
  readonly direct: readonly Dependency[];
  /** Everything that `npm ci --omit=dev` installs. */
  readonly all: readonly (Omit<Dependency, 'brings'> & { readonly hasInstallScript: boolean })[];
};

const HOME = 'node_modules/';

export const production = (): Production => {
  const { packages } = Lock.parse(JSON.parse(readFileSync('package-lock.json', 'utf8')));
  const { dependencies } = Manifest.parse(JSON.parse(readFileSync('package.json', 'utf8')));
  const direct = Object.keys(dependencies).map((name) => {
    const { version, license } = packages[`${HOME}${name}`] ?? Locked.parse({});
    return { name, version, license, brings: reached(packages, `${HOME}${name}`).size - 1 };
  });
  const all = Object.entries(packages).flatMap(([path, { dev, version, license, hasInstallScript }]) =>
    path === '' || dev
      ? []
      : [{ name: path.slice(path.lastIndexOf(HOME) + HOME.length), version, license, hasInstallScript }],
  );
  return { direct, all };
};

type Packages = z.infer<typeof Lock>['packages'];

/** The places of a package and of all that it needs, found as Node finds them: from its own folder outwards. */
const reached = (packages: Packages, from: string, seen: Set<string> = new Set()): ReadonlySet<string> => {
  const found = packages[from];
  if (found === undefined || seen.has(from)) return seen;
  seen.add(from);
  for (const name of Object.keys({ ...found.dependencies, ...found.optionalDependencies, ...found.peerDependencies })) {
    const place = placeOf(packages, name, from);
    if (place !== null) reached(packages, place, seen);
  }
  return seen;
};

/** What is not installed (an optional peer), or only for development, is not there in production. */
const placeOf = (packages: Packages, name: string, from: string): string | null => {
  for (let folder = from; ; ) {
    const place = `${folder === '' ? '' : `${folder}/`}${HOME}${name}`;
    const found = packages[place];
    if (found !== undefined) return found.dev ? null : place;
    if (folder === '') return null;
    folder = folder.slice(0, Math.max(0, folder.lastIndexOf(`/${HOME}`)));
  }
};

export const table = ({ direct }: Production): string =>
  [
    '| package | version | licence | brings |',
    '| --- | --- | --- | --- |',
    ...direct.map(({ name, version, license, brings }) => `| \`${name}\` | ${version} | ${license} | ${brings} |`),
  ].join('\n');

const Told = z.object({ time: z.record(z.string(), z.string()), 'dist-tags': z.object({ latest: z.string() }) });

const newestOf = ({ name, version }: Dependency): string => {
  const told = execFileSync('npm', ['view', name, 'time', 'dist-tags', '--json'], { encoding: 'utf8' });
  const { time, 'dist-tags': tags } = Told.parse(JSON.parse(told));
  const dated = (of: string): string => `${of} of ${(time[of] ?? '').slice(0, 10)}`;
  return `${name}: ${dated(version)}${tags.latest === version ? ', the newest' : `; the newest is ${dated(tags.latest)}`}`;
};

if (import.meta.main) {
  const found = production();
  const scripts = found.all.filter(({ hasInstallScript }) => hasInstallScript).map(({ name }) => name);
  const lines = [
    table(found),
    '',
    `${found.all.length} packages in all; install scripts: ${scripts.length === 0 ? 'none' : scripts.join(', ')}`,
    `licences: ${[...new Set(found.all.map(({ license }) => license))].toSorted().join(', ')}`,
    ...(process.argv.includes('--newest') ? ['', ...found.direct.map(newestOf)] : []),
  ];
  process.stdout.write(`${lines.join('\n')}\n`);
}
