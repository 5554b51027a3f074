import type { Config } from '../config.ts';
import { ChannelId } from '../core/ids.ts';
import type { Channels } from '../core/settings.ts';
import type { Failure } from '../delivery/errors.ts';
import type { Identity } from '../slack/api.ts';
import { inspectSlack, scopesMissing, type SlackInspection } from '../slack/inspect.ts';
import { type Judged, judge, open, proven, reasonOf, wrong } from './check.ts';

/** What can be proven about the app in Slack by asking Slack. */

export type SlackCheck = {
  readonly config: Config;
  readonly channels: Channels | null;
  /** The workspace that the store belongs to, as far as it is known. */
  readonly storedTeam: string | null;
};

export const checkSlack = async (given: SlackCheck): Promise<readonly Judged[]> => {
  const { config } = given;
  const slack = inspectSlack({ token: config.secrets.slackBotToken, apiUrl: config.slack.apiUrl });
  const known = await slack.identify().catch((error: Failure) => error);
  const transport = await checkTransport(config, slack);
  if (known instanceof Error) return [refusedToken(known, config), ...transport];
  return [
    proven('token', `bot of the workspace ${known.teamName}`),
    ...checkTeam(known, given.storedTeam),
    ...checkScopes(known, config),
    ...transport,
    ...(await checkChannels(slack, given)),
    ...(await checkGroup(slack, config.slack.agentGroup)),
    open(
      'Delayed Events',
      'Slack does not tell whether they are on; without them it drops events that are over two hours late',
      'look once: the app’s page, "Event Subscriptions", "Delayed Events": on',
    ),
  ];
};

const refusedToken = (failure: Failure, { slack }: Config): Judged => {
  const { kind, word } = failure.facts;
  if (word === 'not_allowed_token_type')
    return wrong('token', 'is not a bot’s token', 'put the Bot User OAuth Token, xoxb-…, into SLACK_BOT_TOKEN');
  if (kind === 'auth')
    return wrong(
      'token',
      `is refused by Slack (${reasonOf(failure)})`,
      'install the app again ("OAuth & Permissions", "Install to Workspace") and put its Bot User OAuth Token into SLACK_BOT_TOKEN',
    );
  return wrong(
    'token',
    `Slack cannot be asked (${reasonOf(failure)})`,
    `check name resolution, proxy and firewall from here to ${new URL(slack.apiUrl).origin}, and SLACK_API_URL`,
  );
};

const checkTeam = (known: Identity, storedTeam: string | null): readonly Judged[] =>
  storedTeam === null || storedTeam === known.team
    ? []
    : [
        wrong(
          'workspace',
          `the token belongs to ${known.team}, the store to ${storedTeam}`,
          'use the token of the workspace that the store belongs to, or give this one a store of its own (DATABASE_URL)',
        ),
      ];

const checkScopes = (known: Identity, { slack }: Config): readonly Judged[] => {
  if (known.scopes.length === 0)
    return [
      open('scopes', 'Slack does not say which the token has', 'compare "OAuth & Permissions" with manifest.yml'),
    ];
  const { needed, optional } = scopesMissing(known.scopes);
  const groups = slack.agentGroup !== undefined && optional.includes('usergroups:read') ? ['usergroups:read'] : [];
  const lacking = [...needed, ...groups];
  if (lacking.length > 0)
    return [
      wrong(
        'scopes',
        `missing: ${lacking.join(', ')}`,
        'bring the app’s manifest up to manifest.yml ("App Manifest") and install the app again',
      ),
    ];
  const without = optional.length === 0 ? '' : `; without the optional ${optional.join(', ')}`;
  return [proven('scopes', `all that manifest.yml asks for${without}`)];
};

const checkTransport = async ({ secrets }: Config, slack: SlackInspection): Promise<readonly Judged[]> => {
  const { slackTransport: transport } = secrets;
  if (transport.kind === 'http') return [];
  const answered = slack
    .socketAddress(transport.appToken)
    .then(() => proven('app token', 'Slack opens Socket Mode for it'));
  return [
    await judge(answered, (failure) =>
      failure.facts.kind === 'auth'
        ? wrong(
            'app token',
            `is refused by Slack (${reasonOf(failure)})`,
            'make an app-level token with connections:write ("Basic Information") for SLACK_APP_TOKEN, and switch Socket Mode on',
          )
        : wrong('app token', `Slack cannot be asked (${reasonOf(failure)})`, 'check the way from here to Slack'),
    ),
  ];
};

const checkChannels = async (slack: SlackInspection, { config, channels }: SlackCheck): Promise<readonly Judged[]> => {
  const judged: Judged[] = [];
  for (const [id, { shared }] of channels?.all ?? [])
    judged.push(await checkChannel(slack, `channel ${id}`, { id, shared }));
  const alerts = config.channels.alerts === undefined ? null : ChannelId.parse(config.channels.alerts);
  if (alerts !== null && channels?.all.has(alerts) !== true)
    judged.push(await checkChannel(slack, `alarm channel ${alerts}`, { id: alerts, shared: true }));
  return judged;
};

const checkChannel = (
  slack: SlackInspection,
  item: string,
  { id, shared }: { readonly id: ChannelId; readonly shared: boolean },
): Promise<Judged> => {
  const looked = slack.channel(id).then((channel) => {
    if (channel === null)
      return wrong(
        item,
        'Slack knows no such channel, or it is a private one that the app is not in',
        'in the channel type /invite @casebridge; check CASE_CHANNEL, ALERT_CHANNEL and ROUTES_FILE for the id',
      );
    const name = `#${channel.name}`;
    if (channel.archived) return wrong(item, `${name} is archived`, 'unarchive it, or name another channel');
    if (!channel.joined) return wrong(item, `the app is not in ${name}`, `in ${name} type /invite @casebridge`);
    if (channel.shared && !shared)
      return wrong(
        item,
        `${name} is shared with another company, where no threads start`,
        'name another channel, or allow it for this one in ROUTES_FILE (shared: true)',
      );
    return proven(item, `the app is in ${name}${channel.private ? ' (private)' : ''}`);
  });
  return judge(looked, (failure) =>
    open(item, `Slack did not say (${reasonOf(failure)})`, 'run this again in a minute'),
  );
};

const checkGroup = async (slack: SlackInspection, group: string | undefined): Promise<readonly Judged[]> => {
  if (group === undefined) return [];
  const item = `agents’ group ${group}`;
  const looked = slack.groupSize(group).then((size) => {
    if (size === null) return wrong(item, 'Slack knows no such user group', 'put the group’s id, S…, into AGENT_GROUP');
    if (size === 0) return wrong(item, 'nobody is in it, so nobody may write to cases', 'add the agents to the group');
    return proven(item, `${size} ${size === 1 ? 'member' : 'members'}`);
  });
  return [
    await judge(looked, (failure) =>
      failure.facts.word === 'missing_scope'
        ? wrong(item, 'the app may not read user groups', 'grant usergroups:read and install the app again')
        : open(item, `Slack did not say (${reasonOf(failure)})`, 'run this again in a minute'),
    ),
  ];
};
