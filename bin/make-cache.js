#!/usr/bin/env node
// Writes dist/cli.cache: what V8 made of dist/cli.cjs while it ran a few typical lines. Run by bin/build.js; its standard output is of no interest.
import {mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {fileURLToPath} from 'node:url';
import vm from 'node:vm';

const bundle = new URL('../dist/cli.cjs', import.meta.url);
const text = readFileSync(bundle, 'latin1');
const script = new vm.Script(text, {filename: fileURLToPath(bundle)});
const {main} = script.runInThisContext()(name => process.getBuiltinModule(name), bundle.href);

const scratch = mkdtempSync(join(tmpdir(), 'weir-cache-'));
const input = join(scratch, 'rows.ndjson');
writeFileSync(input, '{"a":1,"b":"x"}\n{"a":2,"b":"y"}\n');
for (const sql of ['SELECT 1', `SELECT b, COUNT(*) AS n, SUM(a) AS s FROM '${input}' WHERE a > 0 GROUP BY b`]) {
  process.argv = [process.execPath, 'weir', '-q', sql];
  await main();
}
rmSync(scratch, {recursive: true});

const target = fileURLToPath(new URL('cli.cache', bundle));
writeFileSync(
  `${target}.${process.pid}.new`,
  Buffer.concat([Buffer.from(text.slice(0, text.indexOf('(')), 'latin1'), script.createCachedData()]),
);
renameSync(`${target}.${process.pid}.new`, target);
