import type { Config } from '../config.ts';
import { SAFE_HEADERS } from '../slack/safe-response.ts';
import { type Judged, open, proven, wrong } from './check.ts';

/** The process, its address, and its clock: what is around the app. */

const TIMEOUT_MS = 5_000;
/** Slack refuses what is five minutes off, in either direction. */
const WRONG_MS = 120_000;

const ask = async (url: string, method: 'GET' | 'HEAD' = 'GET'): Promise<Response | null> =>
  fetch(url, { method, redirect: 'manual', signal: AbortSignal.timeout(TIMEOUT_MS) }).catch(() => null);

export const checkProcess = async ({ http }: Config): Promise<readonly Judged[]> => {
  const host = http.host === '0.0.0.0' || http.host === '::' ? '127.0.0.1' : http.host;
  const address = `http://${host.includes(':') ? `[${host}]` : host}:${http.port}`;
  const answer = http.port === 0 ? null : await ask(`${address}/readyz`);
  if (answer === null)
    return [open('process', `nothing answers on ${address}`, 'start it: npm start; or it runs elsewhere')];
  const said: unknown = await answer.json().catch(() => null);
  const status = typeof said === 'object' && said !== null && 'status' in said ? String(said.status) : 'something else';
  if (answer.status === 200) return [proven('process', `runs, and is ${status}`)];
  return [
    wrong('process', `${address}/readyz answers ${answer.status} (${status})`, 'its log says why, at level error'),
  ];
};

export const checkPublicUrl = async ({ http, secrets }: Config): Promise<readonly Judged[]> => {
  const { publicUrl } = http;
  if (publicUrl === undefined)
    return secrets.slackTransport.kind === 'socket'
      ? []
      : [
          open(
            'public address',
            'PUBLIC_URL is not set, so nothing can be tried',
            'set it to how Slack and Acquire reach casebridge, such as https://casebridge.example.com',
          ),
        ];
  // Proxies keep `/healthz` inside, as they should. Whoever only looks at the address of Slack's events changes nothing.
  const answer = await ask(new URL('slack/events', publicUrl).href);
  if (answer !== null && isOurs(answer, secrets.slackTransport.kind))
    return [proven('public address', `${publicUrl} leads here, seen from this machine`)];
  return [
    open(
      'public address',
      `${publicUrl} ${answer === null ? 'does not answer' : `answers ${answer.status}`}, seen from this machine`,
      'start casebridge; check the proxy and the name; it may still be right from outside',
    ),
  ];
};

/** The route takes nothing but POST, and in Socket Mode it is not there. */
const isOurs = ({ status, headers }: Response, transport: 'http' | 'socket'): boolean =>
  status === (transport === 'http' ? 405 : 404) &&
  Object.entries(SAFE_HEADERS).every(([name, value]) => headers.get(name) === value);

/** By the `Date` of the vendors' answers and the database's own clock. */
export const checkClock = async (config: Config, serverNow: number | null): Promise<readonly Judged[]> => {
  const places = [new URL('api.test', config.slack.apiUrl).href, config.acquire.origin];
  const skews: number[] = serverNow === null ? [] : [Date.now() - serverNow];
  for (const place of places) {
    const before = Date.now();
    const date = Date.parse((await ask(place, 'HEAD'))?.headers.get('date') ?? '');
    // The header has whole seconds, and was made somewhere between asking and being answered.
    if (!Number.isNaN(date)) skews.push((before + Date.now()) / 2 - date - 500);
  }
  const widest = skews.toSorted((a, b) => Math.abs(b) - Math.abs(a))[0];
  if (widest === undefined)
    return [
      open(
        'clock',
        'nobody could be asked for the time',
        'compare it by hand: over five minutes off, nothing of Slack’s is accepted',
      ),
    ];
  const seconds = Math.round(Math.abs(widest) / 1000);
  return Math.abs(widest) < WRONG_MS
    ? [proven('clock', `within ${Math.max(1, seconds)} s of the others`)]
    : [
        wrong(
          'clock',
          `${seconds} s ${widest > 0 ? 'ahead' : 'behind'}`,
          'set it, and keep it by NTP: Slack and casebridge refuse what is five minutes off',
        ),
      ];
};
