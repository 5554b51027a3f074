import fs from 'node:fs';
import { syncBuiltinESMExports } from 'node:module';
import { DatabaseSync } from 'node:sqlite';
import { Client } from 'pg';
import { createApp } from '../src/app.ts';
import { readConfig } from '../src/config.ts';
import { ChannelId } from '../src/core/ids.ts';
import { channelsOf, defaultSettings } from '../src/core/settings.ts';
import type { DeliveryStore } from '../src/delivery/ports.ts';
import { createLog } from '../src/log.ts';
import { Terms } from './terms.ts';

// casebridge as src/main.ts runs it, with what a measurement changes: gates that are open, a disk that is slow, work that
// waits. None of it is a change of the sources: the app takes these as options, and the disk is slowed from outside.

const { slowCommitMs, holdsInbox, opensGates, reads } = Terms.parse(JSON.parse(process.argv[2] ?? '{}'));

let commits = 0;

/** A slow disk, from outside: whoever waits for it waits longer. */
const { fdatasync } = fs;
if (slowCommitMs > 0) {
  const slow = (file: number, done: fs.NoParamCallback): void => {
    setTimeout(() => fdatasync(file, done), slowCommitMs);
  };
  Object.defineProperty(fs, 'fdatasync', { value: slow });
  syncBuiltinESMExports();
}

// oxlint-disable-next-line typescript/unbound-method -- called with its own `this` below
const exec = DatabaseSync.prototype.exec;
DatabaseSync.prototype.exec = function committing(sql) {
  if (sql === 'COMMIT') commits += 1;
  exec.call(this, sql);
};

// The driver's type has many ways to be called; all of ours pass through to it unchanged.
// oxlint-disable-next-line typescript/unbound-method -- called with its own `this` below
const query: (this: Client, ...asked: unknown[]) => unknown = Client.prototype.query;
Object.defineProperty(Client.prototype, 'query', {
  value(this: Client, ...asked: unknown[]): unknown {
    if (typeof asked[0] === 'string' && asked[0].endsWith('COMMIT')) commits += 1;
    return query.apply(this, asked);
  },
});

const held = (store: DeliveryStore): DeliveryStore => ({ ...store, claimEvents: async () => [] });

const read = readConfig(process.env);
if (!read.ok) throw new Error(read.problems.join('\n'));
const { config } = read;
const channel = ChannelId.parse(config.channels.cases ?? '');
const app = await createApp({
  config,
  channels: channelsOf(channel, new Map([[channel, defaultSettings]])),
  log: createLog({ level: config.logLevel, pretty: false }),
  ...(opensGates ? { pace: () => null } : {}),
  ...(reads === null ? {} : { readBudget: { perSecond: reads, burst: reads } }),
  hooks: holdsInbox ? { store: held } : {},
});

process.on('message', (message) => {
  if (message === 'commits') process.send?.({ commits });
});
process.on('SIGTERM', () => {
  app.stop().then(
    () => process.exit(0),
    () => process.exit(1),
  );
});
const { port } = await app.start();
process.send?.({ port });
