/** What somebody else sends, before a schema has looked at it. */

/** Undefined for what is not JSON: no JSON text says that. */
export const parsedJson = (text: string): unknown => {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
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
