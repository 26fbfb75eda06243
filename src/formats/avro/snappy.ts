/**
 * The Snappy block format: a length, then pieces that are copied from the input (literals) or from what is there already (copies). Files of Avro are compressed so
 * unless they say otherwise.
 */

/** What was compressed; null when the bytes are no such block, or would be larger than `mostBytes`. */
export function uncompressSnappy(input: Uint8Array, mostBytes: number): Uint8Array | null {
  const header = readLength(input);
  if (header === null || header.length > mostBytes) return null;
  const output = new Uint8Array(header.length);
  let at = header.end;
  let to = 0;
  while (at < input.length) {
    const tag = input[at++] as number;
    if ((tag & 3) === 0) {
      const size = literalSize(input, at, tag >> 2);
      if (size === null || size.end + size.length > input.length || to + size.length > output.length) return null;
      output.set(input.subarray(size.end, size.end + size.length), to);
      at = size.end + size.length;
      to += size.length;
      continue;
    }
    const copy = copyOf(input, at, tag);
    if (copy === null || copy.offset === 0 || copy.offset > to || to + copy.length > output.length) return null;
    // A copy may overlap with what it writes: it repeats it.
    for (let index = 0; index < copy.length; index++, to++) output[to] = output[to - copy.offset] as number;
    at = copy.end;
  }
  return to === output.length ? output : null;
}

function readLength(input: Uint8Array): {readonly length: number; readonly end: number} | null {
  let length = 0;
  for (let at = 0; at < Math.min(5, input.length); at++) {
    const byte = input[at] as number;
    length += (byte & 0x7f) * 2 ** (7 * at);
    if (byte < 0x80) return {length, end: at + 1};
  }
  return null;
}

function literalSize(input: Uint8Array, at: number, code: number): {readonly length: number; readonly end: number} | null {
  if (code < 60) return {length: code + 1, end: at};
  const bytes = code - 59;
  if (at + bytes > input.length) return null;
  let length = 1;
  for (let index = 0; index < bytes; index++) length += (input[at + index] as number) * 256 ** index;
  return {length, end: at + bytes};
}

interface Copy {
  readonly length: number;
  readonly offset: number;
  readonly end: number;
}

function copyOf(input: Uint8Array, at: number, tag: number): Copy | null {
  const bytes = (tag & 3) === 1 ? 1 : (tag & 3) === 2 ? 2 : 4;
  if (at + bytes > input.length) return null;
  let offset = 0;
  for (let index = 0; index < bytes; index++) offset += (input[at + index] as number) * 256 ** index;
  if (bytes === 1) return {length: ((tag >> 2) & 7) + 4, offset: offset + (tag >> 5) * 256, end: at + 1};
  return {length: (tag >> 2) + 1, offset, end: at + bytes};
}

/** Offsets of two bytes reach so far back. */
const windowBytes = 65_535;
const hashBits = 14;

/** Compresses a block: what was seen within the last 64 KB, four bytes or more of it, is copied. */
export function compressSnappy(input: Uint8Array): Uint8Array {
  // The worst case is literals only, with up to five bytes before each 4 GB, and a length.
  const output = new Uint8Array(input.length + Math.ceil(input.length / 60) + 16);
  const view = new DataView(input.buffer, input.byteOffset, input.byteLength);
  const seen = new Int32Array(1 << hashBits).fill(-1);
  let to = writeLength(output, input.length);
  let literal = 0;
  let at = 0;
  while (at + 4 <= input.length) {
    const word = view.getUint32(at, true);
    const slot = Math.imul(word, 0x1e35a7bd) >>> (32 - hashBits);
    const found = seen[slot] as number;
    seen[slot] = at;
    if (found < 0 || at - found > windowBytes || view.getUint32(found, true) !== word) {
      at++;
      continue;
    }
    let length = 4;
    while (length < 64 && at + length < input.length && input[found + length] === input[at + length]) length++;
    to = writeLiteral(output, to, input.subarray(literal, at));
    output[to++] = ((length - 1) << 2) | 2;
    output[to++] = (at - found) & 255;
    output[to++] = (at - found) >> 8;
    at += length;
    literal = at;
  }
  return output.subarray(0, writeLiteral(output, to, input.subarray(literal)));
}

function writeLength(output: Uint8Array, length: number): number {
  let at = 0;
  let rest = length;
  for (; rest >= 0x80; rest = Math.floor(rest / 128)) output[at++] = (rest % 128) | 0x80;
  output[at++] = rest;
  return at;
}

function writeLiteral(output: Uint8Array, start: number, bytes: Uint8Array): number {
  if (bytes.length === 0) return start;
  let at = start;
  const last = bytes.length - 1;
  if (last < 60) output[at++] = last << 2;
  else {
    const size = last < 256 ? 1 : last < 65_536 ? 2 : 4;
    output[at++] = (59 + size) << 2;
    for (let index = 0; index < size; index++) output[at++] = (last >>> (8 * index)) & 255;
  }
  output.set(bytes, at);
  return at + bytes.length;
}
