import {mkdirSync, readFileSync, writeFileSync} from 'node:fs';
import {manual} from './manual.ts';

// Run from the top of the repository by `npm run man`.
mkdirSync('man', {recursive: true});
const {version} = JSON.parse(readFileSync('package.json', 'utf8')) as {readonly version: string};
writeFileSync('man/weir.1', manual(version));
