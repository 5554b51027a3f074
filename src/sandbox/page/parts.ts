/** What the page shows, in many small parts with names: the server sends those that changed, the page draws those anew. */
export type Part = readonly [name: string, value: unknown];
export type Parts = Readonly<Record<string, unknown>>;
