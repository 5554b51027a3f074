import { readFileSync } from 'node:fs';
import { DockerfileParser } from 'dockerfile-ast';
import { validate } from 'dockerfile-utils';
import { expect, test } from 'vitest';
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
  expect(argumentsOf('ENV')).toEqual(['NODE_ENV=production']);
  expect(readFileSync('.dockerignore', 'utf8').split('\n')).toContain('*');
  expect(argumentsOf('RUN').join()).toContain('npm ci --omit=dev --ignore-scripts');
});

test('it runs as a user without rights, is asked whether it lives, and gets signals itself', () => {
  const keywords = steps.map((step) => step.getKeyword());

  expect(argumentsOf('USER')).toEqual(['node']);
  expect(keywords.indexOf('USER')).toBeLessThan(keywords.indexOf('CMD'));
  expect(argumentsOf('HEALTHCHECK')[0]).toContain('/healthz');
  expect(argumentsOf('CMD')).toEqual(['["node", "src/main.ts"]']);
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
    volumes: ['files:/app/data'],
    environment: { DATABASE_URL: expect.stringMatching(/^postgres:\/\/casebridge:\$\{POSTGRES_PASSWORD:\?\}@db\//) },
  });
  expect(services['db']).toMatchObject({ image: expect.stringMatching(/^postgres:1[5-9]/) });
  expect(Number.parseInt(String(services['casebridge']?.['stop_grace_period']))).toBeGreaterThan(10);
  expect(text).not.toMatch(/xox[bp]-|password: \w/i);
});
