import type { Variants } from './options.ts';

/** A request that giosg would refuse: the documented status, and a text that nobody documented. */
export class Refusal extends Error {
  readonly status: number;

  constructor(status: number, text: string) {
    super(text);
    this.name = 'Refusal';
    this.status = status;
  }
}

export interface Answer {
  status: number;
  contentType: string;
  text: string;
}

export const jsonAnswer = (status: number, body: unknown): Answer => ({
  status,
  contentType: 'application/json',
  text: JSON.stringify(body),
});

export const htmlAnswer = (status: number, title: string): Answer => ({
  status,
  contentType: 'text/html; charset=utf-8',
  text: `<!doctype html><title>${status}</title><h1>${title}</h1>`,
});

// No error body was ever published; the first style is what a Django application usually says.
export function refused({ status, message }: Refusal, style: Variants['errorBody']): Answer {
  switch (style) {
    case 'detail':
      return jsonAnswer(status, { detail: message });
    case 'list':
      return jsonAnswer(status, [message]);
    case 'html':
      return htmlAnswer(status, message);
    case 'empty':
      return { status, contentType: 'text/plain', text: '' };
    default:
      return style satisfies never;
  }
}
