#!/usr/bin/env node
// The launcher: checks the Node version in a sentence a person can act on, then runs the command. Nothing else happens here.
import {readFileSync} from 'node:fs';
import {createRequire} from 'node:module';
import {fileURLToPath} from 'node:url';
import vm from 'node:vm';

const [major, minor] = process.versions.node.split('.').map(Number);
if (major < 20 || (major === 20 && minor < 19)) {
  process.stderr.write(`error: weir needs Node.js 20.19 or later, and this is ${process.versions.node}\n`);
  process.exitCode = 5;
} else {
  process.env.NODE_ENV ??= 'production';
  const bundle = new URL('../dist/cli.cjs', import.meta.url);
  const text = readFileSync(bundle, 'latin1');
  const script = new vm.Script(text, {filename: fileURLToPath(bundle), cachedData: cacheOf(text)});
  await script
    .runInThisContext()(createRequire(import.meta.url), bundle.href)
    .main();
}

/** What V8 made of the text when it was built. Of another text it is not used; another V8 does not take it, and compiles. Absent is fine, too. */
function cacheOf(text) {
  const mark = text.slice(0, text.indexOf('('));
  try {
    const cache = readFileSync(new URL('../dist/cli.cache', import.meta.url));
    return cache.latin1Slice(0, mark.length) === mark ? cache.subarray(mark.length) : undefined;
  } catch {
    return undefined;
  }
}
