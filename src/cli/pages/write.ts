import {mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync} from 'node:fs';
import {manual} from './manual.ts';

// Run from the top of the repository by `npm run man`.
mkdirSync('man', {recursive: true});
const {version} = JSON.parse(readFileSync('package.json', 'utf8')) as {readonly version: string};
const files = manual(version);
for (const name of readdirSync('man')) if (!files.has(name)) rmSync(`man/${name}`);
for (const [name, text] of files) writeFileSync(`man/${name}`, text);
