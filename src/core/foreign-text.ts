/** What somebody else sends, before a schema has looked at it. */

/** Undefined for what is not JSON: no JSON text says that. */
export const parsedJson = (text: string): unknown => {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
};

/** The part of Node's request that is asked for. */
type Incoming = {
  readonly headers: { readonly 'content-length'?: string | undefined };
  readonly readableLength: number;
  read(): unknown;
  resume(): unknown;
};

/** As a rule a body comes with its head: all of it, without a clock or listeners; null when it is still to be waited for. */
export const wholeBody = async (request: Incoming): Promise<Buffer | null> => {
  // By then all that came with the head was read.
  await Promise.resolve();
  const length = Number(request.headers['content-length'] ?? 0);
  if (length === 0 || request.readableLength !== length) return null;
  const body = request.read();
  request.resume();
  return Buffer.isBuffer(body) ? body : null;
};
