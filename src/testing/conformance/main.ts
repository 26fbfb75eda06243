import {mkdtempSync, readFileSync, rmSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {judgeChangelogModes} from './changelog-mode.ts';
import {judgeEndToEnd} from './end-to-end.ts';
import {judgeExpressions, judgeFunctions} from './expressions.ts';
import {corpusDirectory, type Judgement} from './family.ts';
import {judgeJsonSuite} from './json-suite.ts';
import {judgeNexmark} from './nexmark.ts';
import {judgeParser} from './parser.ts';
import {laterSkips, skips} from './skips.ts';
import {judgeSnippets} from './snippets.ts';

/** The independent cases as a table: family × passed, failed, refused, skipped. `--failures` lists what failed, `--refusals` what was refused (where a family tells); a word picks families, `--accept` commits today's counts. */
async function main(words: readonly string[]): Promise<void> {
  const corpus = corpusDirectory();
  if (corpus === null) {
    console.log('conformance: no cases beside the project (set WEIR_CONFORMANCE to their folder); nothing was judged');
    return;
  }
  const scratch = mkdtempSync(join(tmpdir(), 'weir-conformance-'));
  const wanted = words.filter(word => !word.startsWith('--'));
  const families: Readonly<Record<string, () => Promise<readonly Judgement[]> | readonly Judgement[]>> = {
    'json-test-suite': () => [judgeJsonSuite(corpus)],
    'sql-parser': () => judgeParser(corpus),
    'flink-docs-sql': () => [judgeSnippets(corpus)],
    'flink-testprograms': () => judgeEndToEnd(corpus, 'flink-testprograms', scratch),
    'flink-itcase-stream': () => judgeEndToEnd(corpus, 'flink-itcase-stream', scratch),
    'flink-itcase-batch': () => judgeEndToEnd(corpus, 'flink-itcase-batch', scratch),
    'flink-expr': async () => [await judgeExpressions(corpus, scratch)],
    'flink-functions': async () => [await judgeFunctions(corpus, scratch)],
    'flink-changelog-mode': () => [judgeChangelogModes(corpus)],
    nexmark: async () => [await judgeNexmark(corpus, scratch)],
  };
  const judgements: Judgement[] = [];
  for (const [name, judge] of Object.entries(families)) {
    if (wanted.length === 0 || wanted.includes(name)) judgements.push(...(await judge()));
  }
  rmSync(scratch, {recursive: true, force: true});
  print(judgements, words);
  if (words.includes('--accept')) acceptFloor(judgements);
  else if (!holdsFloor(judgements, wanted.length === 0)) process.exitCode = 1;
}

/** What has passed must go on passing, and nothing more may fail than what is known to: by family, committed. */
const floorFile = 'fixtures/conformance/floor.json';

type Floor = Readonly<Record<string, {readonly passed: number; readonly failed: number}>>;

function holdsFloor(judgements: readonly Judgement[], areAll: boolean): boolean {
  const floor = JSON.parse(readFileSync(floorFile, 'utf8')) as Floor;
  const lost = areAll ? Object.keys(floor).filter(name => !judgements.some(({family}) => family === name)) : [];
  for (const name of lost) console.log(`${name} is in ${floorFile} and was not judged`);
  const fallen = judgements.filter(({family, passed, failed}) => {
    const least = floor[family];
    return least !== undefined && (passed < least.passed || failed > least.failed);
  });
  for (const {family} of fallen) console.log(`${family} has fallen below what is committed: ${JSON.stringify(floor[family])}`);
  return fallen.length + lost.length === 0;
}

function acceptFloor(judgements: readonly Judgement[]): void {
  const floor = Object.fromEntries(judgements.map(({family, passed, failed}) => [family, {passed, failed}]));
  writeFileSync(floorFile, `${JSON.stringify(floor, null, 2)}\n`);
}

function print(judgements: readonly Judgement[], words: readonly string[]): void {
  console.log(`${'family'.padEnd(28)}${['passed', 'failed', 'refused', 'skipped'].map(head => head.padStart(9)).join('')}`);
  for (const {family, passed, failed, refused, skipped} of judgements) {
    console.log(`${family.padEnd(28)}${[passed, failed, refused, skipped].map(count => String(count).padStart(9)).join('')}`);
  }
  console.log(`skipped by feature: ${skips.length + Object.keys(laterSkips).length} rules (src/testing/conformance/skips.ts)`);
  for (const {family, failures, refusals} of judgements) {
    const told = [...(words.includes('--failures') ? failures : []), ...(words.includes('--refusals') ? refusals : [])];
    for (const line of told) console.log(`${family}: ${line}`);
  }
}

await main(process.argv.slice(2));
