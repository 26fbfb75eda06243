/**
 * The Snappy block format: a length, then pieces that are copied from the input (literals) or from what is there already (copies). Files of Avro are compressed so
 * unless they say otherwise.
 */

/** What was compressed; null when the bytes are no such block, or would be larger than `mostBytes`. Nothing is made for a piece: there is one every few bytes. */
export function uncompressSnappy(input: Uint8Array, mostBytes: number): Uint8Array | null {
  const header = readLength(input);
  if (header === null || header.length > mostBytes) return null;
  const output = new Uint8Array(header.length);
  let at = header.end;
  let to = 0;
  while (at < input.length) {
    const tag = input[at++] as number;
    const kind = tag & 3;
    // Bytes of a number behind the tag: the length of a long literal, or the offset of a copy.
    const size = kind === 0 ? Math.max(0, (tag >> 2) - 59) : kind === 3 ? 4 : kind;
    if (at + size > input.length) return null;
    let number = 0;
    for (let index = size - 1; index >= 0; index--) number = number * 256 + (input[at + index] as number);
    at += size;
    if (kind === 0) {
      const length = (size === 0 ? tag >> 2 : number) + 1;
      if (at + length > input.length || to + length > output.length) return null;
      if (length > 32) output.set(input.subarray(at, at + length), to);
      else for (let index = 0; index < length; index++) output[to + index] = input[at + index] as number;
      at += length;
      to += length;
      continue;
    }
    const length = kind === 1 ? ((tag >> 2) & 7) + 4 : (tag >> 2) + 1;
    const offset = kind === 1 ? number + (tag >> 5) * 256 : number;
    if (offset === 0 || offset > to || to + length > output.length) return null;
    // A copy may overlap with what it writes: it repeats it.
    for (const end = to + length; to < end; to++) output[to] = output[to - offset] as number;
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
