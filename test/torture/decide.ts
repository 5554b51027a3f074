import { chanceOf } from './chance.ts';
import { CHANNEL, MEMBERS, type World } from './world.ts';

/** Members decide about some of what was held: it goes out after all, a closed case is reopened for it. */
export const decideHeld = async (world: World): Promise<void> => {
  const chance = chanceOf(world.terms.seed, 'decisions');
  for (const subject of await heldSubjects(world)) {
    const question = questionAbout(world, subject);
    if (question === undefined || chance.hits(0.3)) continue;
    await world.slack.click(MEMBERS[0], { channel: CHANNEL, ts: question, actionId: 'case_release', value: subject });
  }
};

/** What the buttons name: `message:T…:C…:ts`. */
const heldSubjects = async ({ books }: World): Promise<ReadonlySet<string>> => {
  const held = await books.list({ states: ['held'], limit: 10_000 });
  const messages = held.filter(({ id }) => /^(?:reply|note):/.test(id));
  return new Set(messages.map(({ id }) => `message:${id.split(':').slice(1, 4).join(':')}`));
};

const questionAbout = ({ slack }: World, subject: string): string | undefined =>
  [...(slack.workspace.channels.get(CHANNEL)?.messages.values() ?? [])].findLast(({ blocks }) => {
    const shown = JSON.stringify(blocks ?? []);
    return shown.includes('"case_release"') && shown.includes(`"${subject}"`);
  })?.ts;
