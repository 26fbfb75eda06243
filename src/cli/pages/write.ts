import {mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync} from 'node:fs';
import {manual} from './manual.ts';

// Run from the top of the repository by `npm run man`: writes the pages, and names them in the package, which is what npm installs.
mkdirSync('man', {recursive: true});
const description = JSON.parse(readFileSync('package.json', 'utf8')) as {readonly version: string};
const files = manual(description.version);
for (const name of readdirSync('man')) if (!files.has(name)) rmSync(`man/${name}`);
for (const [name, text] of files) writeFileSync(`man/${name}`, text);
const man = [...files.keys()].toSorted().map(name => `man/${name}`);
writeFileSync('package.json', `${JSON.stringify({...description, man}, null, 2)}\n`);
