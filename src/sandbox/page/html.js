import htm from 'htm';
import { h } from 'preact';

/** Markup as the page's modules write it. What stands in it is only ever text: nothing anybody writes becomes markup. */
export const html = htm.bind(h);
