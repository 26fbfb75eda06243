import {closeSync, existsSync, mkdirSync, openSync, renameSync, statSync, writeSync} from 'node:fs';
import {join} from 'node:path';

export const cacheDirectory = 'bench/.cache';

/** A file of generated records: the same bytes on every machine. */
export interface DataFile {
  readonly path: string;
  readonly rows: number;
  readonly bytes: number;
}

/** A small generator (a linear congruence of 48 bits kept in two doubles would do; 32 bits are enough here). */
function generator(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state;
  };
}

export interface BidShape {
  /** How many different auctions (the number key). */
  readonly auctions: number;
  /** How many different channels (the string key). */
  readonly channels: number;
  /** Bids come in the order of their time, so many a second; without it at any time of one day. */
  readonly perSecond?: number;
}

/** Bids of about 230 bytes with seven fields: what the figures are given for. */
export function bidsFile(rows: number, shape: BidShape = {auctions: 1000, channels: 1000}): DataFile {
  const order = shape.perSecond === undefined ? '' : `-${shape.perSecond}`;
  return generated(`bids-${rows}-${shape.auctions}-${shape.channels}${order}.ndjson`, rows, (next, row) => bid(next, shape, row));
}

const letters = 'abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ';

function word(next: () => number, length: number): string {
  let text = '';
  for (let at = 0; at < length; at++) text += letters[next() % letters.length];
  return text;
}

function bid(next: () => number, shape: BidShape, row: number): string {
  const auction = 1000 + (next() % shape.auctions);
  const bidder = 1000 + (next() % 10_000);
  const price = 1 + (next() % 1_000_000);
  const channel = `channel-${next() % shape.channels}`;
  const ms = shape.perSecond === undefined ? (next() % 86_400) * 1000 + (next() % 1000) : Math.floor((row * 1000) / shape.perSecond);
  const time = new Date(Date.UTC(2026, 0, 1) + ms).toISOString().replace('T', ' ').slice(0, 23);
  const url = `https://www.example.org/${word(next, 6)}/item.htm?query=${next() % 1000}`;
  return `{"auction":${auction},"bidder":${bidder},"price":${price},"channel":"${channel}","url":"${url}","dateTime":"${time}","extra":"${word(next, 40)}"}\n`;
}

export function generated(name: string, rows: number, record: (next: () => number, row: number) => string): DataFile {
  mkdirSync(cacheDirectory, {recursive: true});
  const path = join(cacheDirectory, name);
  if (!existsSync(path)) {
    const next = generator(20260101);
    const file = openSync(`${path}.new`, 'w');
    let text = '';
    for (let row = 0; row < rows; row++) {
      text += record(next, row);
      if (text.length > 1 << 20 || row === rows - 1) {
        writeSync(file, text);
        text = '';
      }
    }
    closeSync(file);
    renameSync(`${path}.new`, path);
  }
  return {path, rows, bytes: statSync(path).size};
}
