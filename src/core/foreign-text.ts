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

/** A body as UTF-8 text; null when it has more than `mostBytes`, of which no more than that is held. */
export const readText = async (body: AsyncIterable<Uint8Array> | null, mostBytes: number): Promise<string | null> => {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of body ?? []) {
    size += chunk.byteLength;
    if (size > mostBytes) return null;
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
};
