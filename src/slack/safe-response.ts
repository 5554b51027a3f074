import { type IncomingMessage, type OutgoingHttpHeader, type OutgoingHttpHeaders, ServerResponse } from 'node:http';

/** Nothing of ours is a page: no browser is to keep it, guess at it, or run anything of it. */
export const SAFE_HEADERS = {
  'cache-control': 'no-store',
  'content-security-policy': "default-src 'none'; frame-ancestors 'none'; sandbox",
  'referrer-policy': 'no-referrer',
  'x-content-type-options': 'nosniff',
} as const;

type Headers = OutgoingHttpHeaders | OutgoingHttpHeader[];

/** Every answer has the safe headers, unless it says otherwise. Written all at once, they take a third of the time. */
export class SafeResponse<Request extends IncomingMessage = IncomingMessage> extends ServerResponse<Request> {
  override writeHead(status: number, reason?: string | Headers, headers?: Headers): this {
    if (typeof reason !== 'string' && !Array.isArray(reason) && headers === undefined && !this.#hasOwn())
      return super.writeHead(status, { ...SAFE_HEADERS, ...reason });
    for (const [name, value] of Object.entries(SAFE_HEADERS)) if (!this.hasHeader(name)) this.setHeader(name, value);
    return typeof reason === 'string' ? super.writeHead(status, reason, headers) : super.writeHead(status, reason);
  }

  #hasOwn(): boolean {
    return this.getHeaderNames().length > 0;
  }
}
