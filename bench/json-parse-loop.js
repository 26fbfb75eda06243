// What people write instead: read, split into lines, JSON.parse each. Usage: node json-parse-loop.js group|filter KEY FILE
import {closeSync, openSync, readSync, writeSync} from 'node:fs';

const [, , mode, key, path] = process.argv;
const groups = new Map();
let output = '';

const file = openSync(path, 'r');
const chunk = Buffer.allocUnsafe(1 << 18);
let rest = '';
for (let read = readSync(file, chunk); read > 0; read = readSync(file, chunk)) {
  const lines = (rest + chunk.latin1Slice(0, read)).split('\n');
  rest = lines.pop();
  for (const line of lines) take(JSON.parse(line));
}
if (rest !== '') take(JSON.parse(rest));
closeSync(file);
if (mode === 'group')
  for (const [name, {count, sum, max}] of groups) output += `${JSON.stringify({[key]: name, c: count, s: sum, m: max})}\n`;
writeAll(output);

function take(record) {
  if (mode === 'filter') {
    if (record.price < 100000) output += `${JSON.stringify({auction: record.auction, price: record.price, channel: record.channel})}\n`;
    if (output.length > 65536) {
      writeAll(output);
      output = '';
    }
    return;
  }
  const name = record[key];
  const group = groups.get(name);
  if (group === undefined) groups.set(name, {count: 1, sum: record.price, max: record.price});
  else {
    group.count++;
    group.sum += record.price;
    if (record.price > group.max) group.max = record.price;
  }
}

function writeAll(text) {
  const bytes = Buffer.from(text, 'latin1');
  for (let at = 0; at < bytes.length;) {
    try {
      at += writeSync(1, bytes, at);
    } catch (error) {
      if (error.code !== 'EAGAIN') throw error;
    }
  }
}
