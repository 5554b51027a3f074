import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DCLinter } from 'dclint';
import { DockerfileParser } from 'dockerfile-ast';
import { validate } from 'dockerfile-utils';
import { expect, onTestFinished, test } from 'vitest';
import { parse } from 'yaml';
import { z } from 'zod';

const dockerfile = readFileSync('Dockerfile', 'utf8');
const steps = DockerfileParser.parse(dockerfile).getInstructions();
const argumentsOf = (keyword: string): readonly string[] =>
  steps.filter((step) => step.getKeyword() === keyword).map((step) => step.getArgumentsContent() ?? '');

const Compose = z.object({ services: z.record(z.string(), z.record(z.string(), z.unknown())) });

test('the linter has nothing to say about the Dockerfile', () => {
  expect(validate(dockerfile).map(({ message }) => message)).toEqual([]);
  expect(validate('FROM node\nRUNN x')).toHaveLength(1);
});

test('the image is of one exact version of Node, the one that development uses', () => {
  const { devDependencies } = z
    .object({ devDependencies: z.record(z.string(), z.string()) })
    .parse(JSON.parse(readFileSync('package.json', 'utf8')));

  expect(argumentsOf('FROM')).toEqual([`node:${devDependencies['node']}-slim`]);
});

test('it takes in what it names and nothing else, and no secret', () => {
  expect(argumentsOf('COPY')).toEqual(['package.json package-lock.json ./', 'src ./src']);
  expect(argumentsOf('ADD')).toEqual([]);
  expect(argumentsOf('ARG')).toEqual([]);
  expect(argumentsOf('ENV')).toEqual(['NODE_ENV=production', 'NODE_COMPILE_CACHE=compiled']);
  expect(readFileSync('.dockerignore', 'utf8').split('\n')).toContain('*');
  expect(argumentsOf('RUN').join()).toContain('npm ci --omit=dev --ignore-scripts');
});

test('it runs as a user without rights, is asked whether it lives, and gets signals itself', () => {
  const keywords = steps.map((step) => step.getKeyword());

  expect(argumentsOf('USER')).toEqual(['node']);
  expect(keywords.indexOf('USER')).toBeLessThan(keywords.indexOf('CMD'));
  expect(argumentsOf('HEALTHCHECK')[0]).toContain('/healthz');
  expect(argumentsOf('CMD')).toEqual(['["node", "src/start.mjs"]']);
  expect(argumentsOf('VOLUME')).toEqual(['/app/data']);
});

test('the compose file runs two processes on one PostgreSQL, with nothing they do not need, and holds no secret', () => {
  const text = readFileSync('ops/compose.yml', 'utf8');
  const { services } = Compose.parse(parse(text));

  expect(services['casebridge']).toMatchObject({
    deploy: { replicas: 2 },
    read_only: true,
    cap_drop: ['ALL'],
    security_opt: ['no-new-privileges:true'],
    volumes: ['files:/app/data', '../config:/app/config:ro'],
    environment: {
      // Whatever .env says for other ways to run it: only there it can be written.
      FILES_DIR: 'data/files',
      DATABASE_URL: expect.stringMatching(/^postgres:\/\/casebridge:\$\{POSTGRES_PASSWORD:\?\}@db\//),
    },
  });
  expect(services['db']).toMatchObject({ image: expect.stringMatching(/^postgres:1[5-9]/) });
  expect(Number.parseInt(String(services['casebridge']?.['stop_grace_period']))).toBeGreaterThan(10);
  expect(text).not.toMatch(/xox[bp]-|password: \w/i);
});

/** Not the order of keys, and not that the proxy listens to the world: that is what it is for. */
const linter = new DCLinter({
  rules: { 'service-keys-order': 0, 'no-unbound-port-interfaces': 0 },
  quiet: true,
  debug: false,
  exclude: [],
});

const Complaints = z.array(z.object({ messages: z.array(z.object({ rule: z.string() })) }));

test('the compose file is one by the schema of the specification, and its linter has nothing to say', () => {
  const folder = mkdtempSync(join(tmpdir(), 'casebridge-compose-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  const wrong = join(folder, 'compose.yml');
  writeFileSync(wrong, readFileSync('ops/compose.yml', 'utf8').replace('stop_grace_period', 'stop_grace_periods'));

  expect(complaintsOn('ops/compose.yml')).toEqual([]);
  expect(complaintsOn(wrong)).toEqual(['invalid-schema']);
});

const complaintsOn = (path: string): readonly string[] =>
  Complaints.parse(linter.lintFiles([path], false)).flatMap(({ messages }) => messages.map(({ rule }) => rule));

test('each volume of the compose file is declared, and each service that another waits for is there', () => {
  const file = Compose.extend({ volumes: z.record(z.string(), z.null()) }).parse(
    parse(readFileSync('ops/compose.yml', 'utf8')),
  );
  const Used = z.object({
    volumes: z.array(z.string()).default([]),
    depends_on: z.union([z.array(z.string()), z.record(z.string(), z.unknown())]).default([]),
  });
  const used = Object.values(file.services).map((service) => Used.parse(service));

  const named = used.flatMap(({ volumes }) => volumes.map((volume) => volume.split(':')[0] ?? ''));
  expect(named.filter((name) => !name.startsWith('.') && !(name in file.volumes))).toEqual([]);
  const waited = used.flatMap(({ depends_on: on }) => (Array.isArray(on) ? on : Object.keys(on)));
  expect(waited.filter((name) => !(name in file.services))).toEqual([]);
});
