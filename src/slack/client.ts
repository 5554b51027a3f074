import { z } from 'zod';
import type { SendForBytes } from '../core/files.ts';
import { SlackTs } from '../core/ids.ts';
import type { Notice, PostAs } from '../core/notice.ts';
import type { Chat, Marker, PostRequest } from '../core/ports.ts';
import { Failure } from '../delivery/errors.ts';
import { createRespond } from './answers.ts';
import type { Api } from './api.ts';
import { drawNotice, drawPart, fit, limits } from './blocks.ts';
import { customerName } from './characters.ts';
import { createFiles } from './files.ts';
import { drawForm, homeLuggage } from './forms.ts';
import { markerType, postAsScope } from './manifest.ts';
import { createMembers } from './members.ts';
import { createHistory } from './reading.ts';
import type { OpeningViews } from './views.ts';

const Posted = z.object({
  ts: SlackTs,
  /** Where it stands; not every answer shows the message. */
  message: z
    .object({ thread_ts: SlackTs.nullish().catch(undefined) })
    .nullish()
    .catch(undefined),
});
const Done = z.object({});

export const icons: Readonly<Record<PostAs['icon'], string>> = {
  contact: ':speech_balloon:',
  agent: ':headphones:',
  bot: ':robot_face:',
  note: ':memo:',
};

/** Everything that Slack would add to our text by itself. */
const asWritten = { unfurl_links: false, unfurl_media: false, parse: 'none' } as const;

export const createChat = (options: {
  readonly api: Api;
  readonly apiUrl: string;
  readonly token: string;
  /** How bytes are asked for and handed over. */
  readonly send: SendForBytes;
  readonly views: OpeningViews;
  readonly now: () => number;
}): Chat => {
  const { api } = options;
  const respond = createRespond(options.apiUrl);
  // An optional scope may be taken away while we run.
  let refusedToPostAs = false;
  // Slack's answer need not say which scopes there are: then it is tried.
  const canPostAs = (): boolean => {
    const { scopes } = api.identity();
    return !refusedToPostAs && (scopes.length === 0 || scopes.includes(postAsScope));
  };

  const send = async (request: PostRequest, named: boolean) => {
    const posted = await api.call('chat.postMessage', postParameters(request, named), Posted);
    return { ts: posted.ts, thread: posted.message ? (posted.message.thread_ts ?? null) : request.thread };
  };

  return {
    ...createMembers(api, options.now),
    ...createHistory(api),
    ...createFiles(options),

    get team() {
      return api.identity().team;
    },

    get canPostAs() {
      return canPostAs();
    },

    async post(request) {
      if (request.as === null || !canPostAs()) return send(request, false);
      try {
        return await send(request, true);
      } catch (error) {
        // Refused for the name alone, so surely not posted.
        if (!isMissingScope(error)) throw error;
        const posted = await send(request, false);
        refusedToPostAs = true;
        return posted;
      }
    },

    async update({ channel, ts, notice }) {
      const { text, blocks } = drawNotice(notice, 'chat.update');
      await api.call('chat.update', { channel, ts, text, blocks, parse: 'none' }, Done);
    },

    async remove(channel, ts) {
      await unless('message_not_found', api.call('chat.delete', { channel, ts }, Done));
    },

    async react({ channel, ts, emoji, on }) {
      const mark = { channel, timestamp: ts, name: emoji };
      if (on) await unless('already_reacted', api.call('reactions.add', mark, Done));
      else await unless('no_reaction', api.call('reactions.remove', mark, Done));
    },

    async answer({ channel, member, thread, responseUrl, notice, replaces = false }) {
      const { text, blocks } = drawNotice(notice, 'chat.postEphemeral');
      const where = thread === null ? {} : { thread_ts: thread };
      const body = { text, blocks, ...where, response_type: 'ephemeral', replace_original: replaces };
      if (responseUrl !== null && (await respond(responseUrl, body))) return;
      const ephemeral = { channel, user: member, text, blocks, ...where, parse: 'none' };
      await unlessGone(api.call('chat.postEphemeral', ephemeral, Done));
    },

    async publishHome(member, notice, channel) {
      const drawn = notice.parts.flatMap((part) => drawPart(part, 'views.publish'));
      const blocks = fit(drawn, limits.blocksInView, 'views.publish');
      const view = { type: 'home', blocks, private_metadata: homeLuggage(channel) };
      await api.call('views.publish', { user_id: member, view }, Done);
    },

    async fillForm(view, form, to) {
      const drawn = drawForm(form, to, 'views.update');
      await options.views.settled(view);
      // The name must be given again, or the view loses it.
      await api.call('views.update', { external_id: view, view: { ...drawn, external_id: view } }, Done);
    },

    async permalink(channel, ts) {
      const link = await api.call(
        'chat.getPermalink',
        { channel, message_ts: ts },
        z.object({ permalink: z.string() }),
      );
      return link.permalink;
    },

    async probe() {
      await api.identify();
    },
  };
};

const postParameters = (request: PostRequest, named: boolean): Readonly<Record<string, unknown>> => {
  const { channel, thread, as, broadcast, marker } = request;
  const name = as === null ? null : customerName(as.name);
  const { text, blocks } = drawNotice(
    name === null || named ? request.notice : ledBy(name, request.notice),
    'chat.postMessage',
  );
  return {
    channel,
    text,
    blocks,
    ...asWritten,
    ...(thread === null ? {} : { thread_ts: thread, reply_broadcast: broadcast }),
    ...(named && as !== null && name !== null ? { username: name, icon_emoji: icons[as.icon] } : {}),
    metadata: { event_type: markerType, event_payload: payloadOf(marker) },
  };
};

/** Empty values are left out. */
const payloadOf = ({ delivery, link, joined }: Marker) => ({
  delivery,
  ...(link === null ? {} : { link }),
  ...(joined === undefined ? {} : { joined }),
});

/** Where Slack does not let us write under a name, the name stands above what was said. */
const ledBy = (name: string, notice: Notice): Notice => ({
  summary: `${name}: ${notice.summary}`,
  parts: [{ part: 'text', text: [{ strong: name }] }, ...notice.parts],
});

const isMissingScope = (error: unknown): boolean => error instanceof Failure && error.facts.word === 'missing_scope';

/** Slack refuses to make true what is true already. */
const unless = async (word: string, call: Promise<unknown>): Promise<void> => {
  try {
    await call;
  } catch (error) {
    if (!(error instanceof Failure && error.facts.word === word)) throw error;
  }
};

/** Somebody who left the channel needs no answer, and it is no failure of the channel. */
const unlessGone = async (call: Promise<unknown>): Promise<void> => {
  try {
    await call;
  } catch (error) {
    if (!(error instanceof Failure && (error.facts.kind === 'place' || error.facts.kind === 'not_found'))) throw error;
  }
};
