import {generated, type DataFile} from './data.ts';

/** Of fifty events one is a person, three are auctions, the others bids, as upstream's generator has them. */
const people = 1;
const auctions = 3;
const cycle = 50;

/** Events in the schema of the Nexmark tables, 1,000 a second in the order of their time. A generator of our own: compare figures of one run only. */
export function nexmarkFile(rows: number): DataFile {
  return generated(`nexmark-${rows}.ndjson`, rows, event);
}

const cities = ['Phoenix', 'Palo Alto', 'Portland', 'Bend', 'Redmond', 'Seattle', 'Kent', 'Cheyenne'];
const states = ['AZ', 'CA', 'ID', 'OR', 'WA', 'WY'];
const channels = ['apple', 'google', 'facebook', 'baidu'];

function event(next: () => number, row: number): string {
  const ms = Date.UTC(2026, 0, 1) + row;
  const place = row % cycle;
  const past = Math.floor(row / cycle);
  const record: Record<string, unknown> = {event_type: 2, person: null, auction: null, bid: null};
  if (place < people) {
    record['event_type'] = 0;
    record['person'] = person(next, 1000 + past * people, ms);
  } else if (place < people + auctions) {
    record['event_type'] = 1;
    record['auction'] = auction(next, 1000 + past * auctions + place - people, past, ms);
  } else record['bid'] = bid(next, past, ms);
  return `${JSON.stringify(record)}\n`;
}

function person(next: () => number, id: number, ms: number): object {
  return {
    id,
    name: `person ${word(next, 8)}`,
    emailAddress: `${word(next, 7)}@${word(next, 5)}.com`,
    creditCard: Array.from({length: 4}, () => String(next() % 10_000).padStart(4, '0')).join(' '),
    city: cities[next() % cities.length],
    state: states[next() % states.length],
    dateTime: time(ms),
    extra: word(next, 70),
  };
}

function auction(next: () => number, id: number, past: number, ms: number): object {
  return {
    id,
    itemName: word(next, 20),
    description: word(next, 100),
    initialBid: next() % 10_000,
    reserve: 10_000 + (next() % 10_000),
    dateTime: time(ms),
    expires: time(ms + 1000 + (next() % 20_000)),
    seller: recent(next, past * people, 500),
    category: 10 + (next() % 5),
    extra: word(next, 60),
  };
}

function bid(next: () => number, past: number, ms: number): object {
  const isKnown = next() % 2 === 0;
  const channel = isKnown ? channels[next() % channels.length] : `channel-${next() % 10_000}`;
  return {
    auction: recent(next, past * auctions, 100),
    bidder: recent(next, past * people, 1000),
    price: 100 + (next() % 1_000_000),
    channel,
    url: `https://www.nexmark.com/${word(next, 5)}/${word(next, 5)}/${word(next, 5)}/item.htm?query=1${isKnown ? '' : `&channel_id=${next() % 10_000}`}`,
    dateTime: time(ms),
    extra: word(next, 50),
  };
}

/** One of the last so many identifiers. */
function recent(next: () => number, newest: number, window: number): number {
  return 1000 + Math.max(0, newest - (next() % window));
}

function time(ms: number): string {
  return new Date(ms).toISOString().replace('T', ' ').slice(0, 23);
}

function word(next: () => number, length: number): string {
  let text = '';
  while (text.length < length) text += next().toString(36);
  return text.slice(0, length);
}
