import { readFileSync } from 'node:fs';
import { LineCounter, parseDocument } from 'yaml';
import { z } from 'zod';
import { ChannelId } from './core/ids.ts';
import { type Channels, ChannelSettings, defaultSettings } from './core/settings.ts';

/** The routes file: which Slack channels casebridge works in, and how each is worked. */

const RoutesFile = z.strictObject({
  /** By channel id. */
  channels: z.record(ChannelId, ChannelSettings).default({}),
});

export type RoutesResult =
  | { readonly ok: true; readonly channels: Channels }
  /** One line per problem, with the line of the file where there is one. */
  | { readonly ok: false; readonly problems: readonly string[] };

/** Reads the routes file, when there is one, and adds the channel of new cases. */
export const readRoutes = (path: string | undefined, caseChannel: string | undefined): RoutesResult => {
  const home = caseChannel === undefined ? undefined : ChannelId.parse(caseChannel);
  if (path === undefined) return withHome(new Map(), home);
  let content: string;
  try {
    content = readFileSync(path, 'utf8');
  } catch {
    return {
      ok: false,
      problems: [`ROUTES_FILE ${path} cannot be read; expected a YAML file that this process may read`],
    };
  }
  const lines = new LineCounter();
  const document = parseDocument(content, { lineCounter: lines });
  if (document.errors.length > 0) {
    return {
      ok: false,
      problems: document.errors.map(
        (error) => `ROUTES_FILE ${path}:${lines.linePos(error.pos[0]).line} is not YAML (${error.code})`,
      ),
    };
  }
  const parsed = RoutesFile.safeParse(document.toJS() ?? {});
  if (parsed.success)
    return withHome(
      new Map(Object.entries(parsed.data.channels).map(([id, settings]) => [ChannelId.parse(id), settings])),
      home,
    );
  return {
    ok: false,
    problems: parsed.error.issues.map((issue) => {
      const node = document.getIn(issue.path, true);
      const offset =
        typeof node === 'object' && node !== null && 'range' in node && Array.isArray(node.range)
          ? Number(node.range[0])
          : 0;
      return `ROUTES_FILE ${path}:${lines.linePos(offset).line} ${issue.path.join('.')}: ${issue.message}`;
    }),
  };
};

const withHome = (all: Map<ChannelId, ChannelSettings>, home: ChannelId | undefined): RoutesResult => {
  const first = home ?? [...all.keys()][0];
  if (first === undefined)
    return {
      ok: false,
      problems: [
        'CASE_CHANNEL is missing and ROUTES_FILE names no channel; expected one of them to name a Slack channel id, e.g. C0123456789',
      ],
    };
  if (!all.has(first)) all.set(first, defaultSettings);
  return { ok: true, channels: { home: first, all } };
};
