#!/usr/bin/env node
// The launcher: checks the Node version in a sentence a person can act on, then runs the command. Nothing else happens here. It is no ES module, because Node takes
// 3 ms more to load one.
'use strict';
const [major, minor] = process.versions.node.split('.').map(Number);
if (major < 20 || (major === 20 && minor < 19)) {
  process.stderr.write(`error: weir needs Node.js 20.19 or later, and this is ${process.versions.node}\n`);
  process.exitCode = 5;
} else {
  process.env.NODE_ENV ??= 'production';
  const bundle = require('node:path').join(__dirname, '../dist/cli.cjs');
  // Both files are read into the same room: fresh memory for another million bytes takes the system half a millisecond.
  const room = Buffer.allocUnsafeSlow(2 ** 21);
  const text = bytesOf(bundle, room).latin1Slice();
  const script = new (require('node:vm').Script)(text, {filename: bundle, cachedData: cacheOf(text, room)});
  // V8 shall wait three times as long until it optimizes a function, and nine times with a kernel: most that get hot in a short run are cold again before their
  // better code is there, and the others are compiled once, when all kinds of values were seen. (Behind the cache, which is refused when flags differ. Newer V8s
  // count in another way.)
  if (major === 20) require('node:v8').setFlagsFromString('--interrupt-budget=200000 --wasm-tiering-budget=16000000');
  script
    .runInThisContext()(require, require('node:url').pathToFileURL(bundle).href)
    .main(url => import(url));
}

/** What V8 made of the text when it was built. Of another text it is not used; another V8 does not take it, and compiles. Absent is fine, too. */
function cacheOf(text, room) {
  const mark = text.slice(0, text.indexOf('('));
  try {
    const cache = bytesOf(require('node:path').join(__dirname, '../dist/cli.cache'), room);
    return cache.latin1Slice(0, mark.length) === mark ? cache.subarray(mark.length) : undefined;
  } catch {
    return undefined;
  }
}

/** A file's bytes: in the room where there is enough of it. */
function bytesOf(path, room) {
  const {openSync, fstatSync, readSync, closeSync} = require('node:fs');
  const file = openSync(path);
  const {size} = fstatSync(file);
  const bytes = size <= room.length ? room : Buffer.allocUnsafeSlow(size);
  const count = readSync(file, bytes, 0, size, 0);
  closeSync(file);
  return bytes.subarray(0, count);
}
