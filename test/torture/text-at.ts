/** The text found by going down these names; empty where there is none. */
export const textAt = (value: unknown, ...names: readonly string[]): string => {
  let at = value;
  for (const name of names) {
    if (typeof at !== 'object' || at === null) return '';
    at = Object.entries(at).find(([key]) => key === name)?.[1];
  }
  return typeof at === 'string' ? at : '';
};
