/**
 * Loading modals that are about to be opened, by name. The worker may be done with an event before Slack has answered
 * `views.open`, and must not fill a modal that is not there yet.
 */
export type OpeningViews = {
  /** Called before the event is stored; the function returned is called when the modal is open, or will never be. */
  expect(name: string): () => void;
  /** Resolves when no modal of this name is being opened here. */
  settled(name: string): Promise<void>;
};

export const createOpeningViews = (): OpeningViews => {
  const opening = new Map<string, Promise<void>>();
  return {
    expect(name) {
      const { promise, resolve } = Promise.withResolvers<void>();
      opening.set(name, promise);
      return () => {
        if (opening.get(name) === promise) opening.delete(name);
        resolve();
      };
    },
    settled: async (name) => opening.get(name),
  };
};
