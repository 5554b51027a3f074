/** A fact of Slack's before it is checked: key and lane in parts, the team first, and the event to be. */
export type Told = { readonly key: readonly string[]; readonly lane: readonly string[]; readonly event: unknown };

/** `ignored`: why it is nothing to us, in a word to count by. */
export type Outcome = Told | { readonly ignored: string };
