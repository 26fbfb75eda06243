#!/usr/bin/env node
// The launcher: checks the Node version in a sentence a person can act on, then loads the bundle. Nothing else happens here.
const [major, minor] = process.versions.node.split('.').map(Number);
if (major < 20 || (major === 20 && minor < 19)) {
  process.stderr.write(`error: weir needs Node.js 20.19 or later, and this is ${process.versions.node}\n`);
  process.exitCode = 5;
} else {
  process.env.NODE_ENV ??= 'production';
  const {main} = await import('../dist/cli.js');
  await main();
}
