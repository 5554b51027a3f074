import { crc32, deflateSync, inflateSync } from 'node:zlib';

/**
 * Browsers write pictures with a colour for each point. These are text on white: with a table of 256 colours each takes
 * a third of the room, and nobody sees the difference. https://www.w3.org/TR/png-3/
 */

const SIGNATURE = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);
const HEADER_TYPE = 'IHDR';
const COLOURS = 256;
/** Squared distance below which two colours look alike. */
const ALIKE = 120;

type Raster = { readonly width: number; readonly height: number; readonly rgb: Buffer };

export const withPalette = (png: Buffer): Buffer => {
  const { width, height, rgb } = read(png);
  const { table, indexOf } = paletteOf(rgb);
  const rows = Buffer.alloc((width + 1) * height);
  for (let y = 0; y < height; y += 1) {
    // The first byte of a row says how it is filtered: not at all.
    for (let x = 0; x < width; x += 1)
      rows[y * (width + 1) + 1 + x] = indexOf.get(colourAt(rgb, (y * width + x) * 3)) ?? 0;
  }
  const header = Buffer.alloc(13);
  header.writeUInt32BE(width, 0);
  header.writeUInt32BE(height, 4);
  header.set([8, 3, 0, 0, 0], 8);
  const data = deflateSync(rows, { level: 9, memLevel: 9 });
  const chunks = [
    chunk(HEADER_TYPE, header),
    chunk('PLTE', table),
    chunk('IDAT', data),
    chunk('IEND', Buffer.alloc(0)),
  ];
  return Buffer.concat([SIGNATURE, ...chunks]);
};

const chunk = (type: string, data: Buffer): Buffer => {
  const named = Buffer.concat([Buffer.from(type, 'latin1'), data]);
  const [length, sum] = [Buffer.alloc(4), Buffer.alloc(4)];
  length.writeUInt32BE(data.length);
  sum.writeUInt32BE(crc32(named));
  return Buffer.concat([length, named, sum]);
};

const colourAt = (rgb: Buffer, at: number): number => rgb.readUIntBE(at, 3);

/** The colours that are used most, and for every other the one of them that is nearest. */
const paletteOf = (rgb: Buffer): { readonly table: Buffer; readonly indexOf: ReadonlyMap<number, number> } => {
  const counts = new Map<number, number>();
  for (let at = 0; at < rgb.length; at += 3) {
    const colour = colourAt(rgb, at);
    counts.set(colour, (counts.get(colour) ?? 0) + 1);
  }
  const ranked = [...counts].toSorted((a, b) => b[1] - a[1]).map(([colour]) => colour);
  const chosen: number[] = [];
  for (const colour of ranked) {
    if (chosen.length === COLOURS) break;
    if (chosen.every((one) => distance(one, colour) >= ALIKE)) chosen.push(colour);
  }
  const indexOf = new Map(ranked.map((colour) => [colour, nearest(chosen, colour)]));
  return { table: Buffer.from(chosen.flatMap(partsOf)), indexOf };
};

const partsOf = (colour: number): readonly number[] => [colour >> 16, (colour >> 8) & 0xff, colour & 0xff];

const nearest = (chosen: readonly number[], colour: number): number => {
  const distances = chosen.map((one) => distance(one, colour));
  return distances.indexOf(Math.min(...distances));
};

const distance = (a: number, b: number): number => {
  const other = partsOf(b);
  return partsOf(a).reduce((sum, part, at) => sum + (part - (other[at] ?? 0)) ** 2, 0);
};

/** Reads what browsers write: eight bits, with or without transparency, in one pass. */
const read = (png: Buffer): Raster => {
  const chunks = chunksOf(png);
  const header = chunks.find(({ type }) => type === HEADER_TYPE)?.data ?? Buffer.alloc(13);
  const [width, height] = [header.readUInt32BE(0), header.readUInt32BE(4)];
  const channels = { 2: 3, 6: 4 }[header.readUInt8(9)];
  if (header.readUInt8(8) !== 8 || channels === undefined) throw new Error('not a picture as browsers write them');
  const data = inflateSync(Buffer.concat(chunks.filter(({ type }) => type === 'IDAT').map((one) => one.data)));
  const bytes = unfiltered(data, { row: width * channels, channels });
  const rgb = Buffer.alloc(width * height * 3);
  for (let at = 0; at < width * height; at += 1) bytes.copy(rgb, at * 3, at * channels, at * channels + 3);
  return { width, height, rgb };
};

const chunksOf = (png: Buffer): readonly { readonly type: string; readonly data: Buffer }[] => {
  const chunks = [];
  for (let at = SIGNATURE.length; at < png.length; ) {
    const length = png.readUInt32BE(at);
    chunks.push({ type: png.toString('latin1', at + 4, at + 8), data: png.subarray(at + 8, at + 8 + length) });
    at += length + 12;
  }
  return chunks;
};

/** Each row tells by its first byte from which neighbours its bytes are counted. */
const unfiltered = (data: Buffer, { row, channels }: { readonly row: number; readonly channels: number }): Buffer => {
  const out = Buffer.alloc((data.length / (row + 1)) * row);
  for (let from = 0, to = 0; from < data.length; from += row + 1, to += row) {
    const filter = data.readUInt8(from);
    for (let x = 0; x < row; x += 1) {
      const left = x < channels ? 0 : out.readUInt8(to + x - channels);
      const up = to === 0 ? 0 : out.readUInt8(to + x - row);
      const corner = x < channels || to === 0 ? 0 : out.readUInt8(to + x - row - channels);
      const guess = [0, left, up, (left + up) >> 1, paeth(left, up, corner)][filter] ?? 0;
      out[to + x] = (data.readUInt8(from + 1 + x) + guess) & 0xff;
    }
  }
  return out;
};

const paeth = (left: number, up: number, corner: number): number => {
  const [a, b, c] = [Math.abs(up - corner), Math.abs(left - corner), Math.abs(left + up - 2 * corner)];
  if (a <= b && a <= c) return left;
  return b <= c ? up : corner;
};
