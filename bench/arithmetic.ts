/** What is counted out of runs. */

export const median = (values: readonly number[]): number => {
  const sorted = values.toSorted((one, other) => one - other);
  const [low, high] = [sorted[Math.floor((sorted.length - 1) / 2)], sorted[Math.floor(sorted.length / 2)]];
  if (low === undefined || high === undefined) throw new Error('there is no median of nothing');
  return (low + high) / 2;
};

/** The smallest value that at least this share of all does not exceed. */
export const percentile = (values: readonly number[], share: number): number => {
  const sorted = values.toSorted((one, other) => one - other);
  const found = sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)];
  if (found === undefined) throw new Error('there is no percentile of nothing');
  return found;
};

/** The median of each pair's own ratio: what makes the machine slow for a while makes both of a pair slow. */
export const medianRatio = (pairs: readonly { readonly ours: number; readonly peer: number }[]): number =>
  median(pairs.map(({ ours, peer }) => ours / peer));

/** To so many digits that count. */
export const rounded = (value: number, digits = 3): number => Number(value.toPrecision(digits));
