import { DirectAct, direct, directState } from './directing.ts';
import { performer } from './page/actions.ts';
import type { Page } from './page/server.ts';
import { startPage } from './page/server.ts';
import { pageState } from './page/state.ts';
import { createRehearsing } from './rehearsals/rehearsing.ts';
import type { Stage } from './stage.ts';

/** The page of a stage: what people do on both sides, and what can go wrong between them. */
export async function openPage(stage: Stage, port: number): Promise<Page> {
  const rehearsing = createRehearsing(stage, stage.tell);
  const play = performer(stage);
  const page = await startPage({
    port,
    state: () => ({ ...pageState(stage), ...directState(stage, rehearsing) }),
    perform: async (given) => {
      const act = DirectAct.safeParse(given);
      return act.success ? direct(stage, rehearsing, act.data) : play(given);
    },
    subscribe: stage.subscribe,
  });
  const close = async (): Promise<void> => {
    await rehearsing.stop();
    await page.close();
  };
  return { ...page, close };
}
