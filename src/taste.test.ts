import {execFileSync} from 'node:child_process';
import {readdirSync, readFileSync} from 'node:fs';
import {describe, expect, test} from 'vitest';
import {manual} from './cli/pages/manual.ts';

/** Lowest first. A folder may import itself and the folders on lower rows. */
const layers: readonly (readonly string[])[] = [
  ['base'],
  ['types', 'telemetry'],
  ['flow', 'kernel', 'sql', 'code'],
  ['functions', 'formats', 'state'],
  ['plan', 'commit'],
  ['connectors'],
  ['compile'],
  ['job'],
  ['supervisor'],
  ['config', 'http', 'tui', 'flink', 'testing'],
  ['cli'],
];

/** One third-party package, one home (a folder, or a file). */
const homes: Readonly<Record<string, string>> = {
  'ohm-js': 'src/sql/',
  yaml: 'src/config/',
  ajv: 'src/config/',
  commander: 'src/cli/',
  'fastest-levenshtein': 'src/base/nearest.ts',
  'string-width': 'src/base/text-width.ts',
  tinyglobby: 'src/connectors/filesystem/',
  fzstd: 'src/connectors/feed/',
  '@confluentinc/kafka-javascript': 'src/connectors/kafka/',
  'prom-client': 'src/http/',
  ink: 'src/tui/',
  react: 'src/tui/',
};

/** What tests and the case runner may use anywhere. */
const forTests = new Set(['vitest', 'fast-check', 'ink-testing-library', '@xterm/headless', 'yaml', 'avsc']);

const files = execFileSync('git', ['ls-files', '--cached', '--others', '--exclude-standard', '--', 'src', 'bin', 'bench'], {
  encoding: 'utf8',
})
  .split('\n')
  .filter(file => /\.(ts|tsx|js)$/.test(file) && !file.includes('/generated/') && !file.endsWith('.d.ts'))
  .flatMap(file => {
    try {
      return [{file, text: readFileSync(file, 'utf8')}];
    } catch {
      return []; // Deleted in the work tree, not yet in the index.
    }
  });
const sources = files.filter(({file}) => file.startsWith('src/'));

/** Specifiers of static and dynamic imports and re-exports. */
function importsOf(text: string): string[] {
  const found = text.matchAll(/^\s*(?:import|export)\b[^;'"]*?from\s*'([^']+)'|^\s*import\s+'([^']+)'|\bimport\('([^']+)'\)/gm);
  return [...found].map(match => match[1] ?? match[2] ?? match[3] ?? '');
}

const isTest = (file: string): boolean => file.endsWith('.test.ts') || file.startsWith('src/testing/');
const rowOf = (folder: string): number => layers.findIndex(row => row.includes(folder));

function layerFaults(file: string, text: string): string[] {
  const folder = file.split('/')[1] as string;
  if (file.split('/').length < 3 || isTest(file)) return [];
  return importsOf(text).flatMap(specifier => {
    if (!specifier.startsWith('.')) return [];
    const target = new URL(specifier, `file:///${file}`).pathname.slice(1).split('/')[1] as string;
    if (target === folder || rowOf(target) < rowOf(folder)) return [];
    return [`${file}: ${folder}/ may not import ${target}/ (${specifier})`];
  });
}

function homeFaults(file: string, text: string): string[] {
  return importsOf(text).flatMap(specifier => {
    if (specifier.startsWith('.') || specifier.startsWith('node:')) return [];
    const name = specifier.startsWith('@') ? specifier.split('/').slice(0, 2).join('/') : (specifier.split('/')[0] as string);
    if (isTest(file) && forTests.has(name)) return [];
    const home = homes[name];
    if (home === undefined) return [`${file}: ${name} has no home`];
    return file.startsWith(home) ? [] : [`${file}: ${name} belongs to ${home}`];
  });
}

/** Patterns that only some places may use, and why. */
const reserved: readonly {readonly pattern: RegExp; readonly where: RegExp; readonly why: string}[] = [
  {pattern: /\bcompileFunction\b/, where: /^src\/code\/link\.ts$/, why: 'text becomes code in one place'},
  {pattern: /\bnew Function\b|\beval\(/, where: /^$/, why: 'text becomes code in one place'},
  {
    pattern: /\bprocess\.(?!cpuUsage|memoryUsage)/,
    where: /^src\/(cli\/|job\/child\.ts)/,
    why: 'only the command and the job entry touch the process',
  },
  {pattern: /\bDate\.now\(|\bnew Date\(\)|\bperformance\.now\(/, where: /^src\/base\/clock\.ts$/, why: 'only the clock knows the time'},
  {pattern: /\bMath\.random\(/, where: /^$/, why: 'randomness comes from a seed'},
  {pattern: /\bnew WebAssembly\.(Module|Instance)\b/, where: /^src\/kernel\//, why: 'kernels are made in one folder'},
];

describe('taste', () => {
  test('imports point down the layers', () => {
    expect(sources.flatMap(({file, text}) => layerFaults(file, text))).toEqual([]);
  });

  test('every folder has its row', () => {
    const folders = new Set(sources.filter(({file}) => file.split('/').length > 2).map(({file}) => file.split('/')[1] as string));
    expect([...folders].filter(folder => rowOf(folder) < 0)).toEqual([]);
  });

  test('a third-party package has one home', () => {
    expect(sources.filter(({file}) => !file.startsWith('src/kernel/wasm/')).flatMap(({file, text}) => homeFaults(file, text))).toEqual([]);
  });

  test('what only some places may use', () => {
    const faults = sources
      .filter(({file}) => !isTest(file) && !file.startsWith('src/kernel/wasm/'))
      .flatMap(({file, text}) => {
        const code = text.replace(/\/\*[\s\S]*?\*\//g, '').replace(/(^|\s)\/\/.*$/gm, '');
        return reserved
          .filter(({pattern, where}) => pattern.test(code) && !where.test(file))
          .map(({pattern, why}) => `${file}: ${String(pattern)}: ${why}`);
      });
    expect(faults).toEqual([]);
  });

  test('nothing but tests imports testing/', () => {
    const faults = sources.filter(({file, text}) => !isTest(file) && importsOf(text).some(specifier => /(^|\/)testing\//.test(specifier)));
    expect(faults.map(({file}) => file)).toEqual([]);
  });

  test('files stay short', () => {
    const long = files.map(({file, text}) => ({file, lines: text.split('\n').length - 1})).filter(({lines}) => lines > 500);
    expect(long).toEqual([]);
  });

  test('no folder of leftovers, no default exports', () => {
    expect(files.filter(({file}) => /(^|\/)(utils?|helpers?|common|misc|core)(\/|\.ts$)/.test(file)).map(({file}) => file)).toEqual([]);
    expect(sources.filter(({text}) => /^export default /m.test(text)).map(({file}) => file)).toEqual([]);
  });

  test('the manual is current', () => {
    const {version, man} = JSON.parse(readFileSync('package.json', 'utf8')) as {version: string; man: readonly string[]};
    const pages = manual(version);
    expect(readdirSync('man').sort(), 'run "npm run man"').toEqual([...pages.keys()].sort());
    for (const [name, text] of pages) expect(readFileSync(`man/${name}`, 'utf8') === text, `man/${name}: run "npm run man"`).toBe(true);
    expect(man, 'the man pages in package.json').toEqual([...pages.keys()].sort().map(name => `man/${name}`));
  });

  test('the map of the house is short', () => {
    expect(readFileSync('src/ARCHITECTURE.md', 'utf8').split('\n').length).toBeLessThanOrEqual(200);
  });
});
