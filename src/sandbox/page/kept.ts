/**
 * Shows a record anew only when its stamp says that it changed, and answers the very same value otherwise: simulators
 * change their records in place, and the page asks for all of them again and again.
 */
export function kept<Of extends WeakKey, About, Shown>(
  show: (one: Of, about: About) => Shown,
  stampOf: (one: Of, about: About) => string,
): (one: Of, about: About) => Shown {
  const known = new WeakMap<Of, { readonly stamp: string; readonly shown: Shown }>();
  return (one, about) => {
    const stamp = stampOf(one, about);
    const before = known.get(one);
    if (before?.stamp === stamp) return before.shown;
    const shown = show(one, about);
    known.set(one, { stamp, shown });
    return shown;
  };
}
