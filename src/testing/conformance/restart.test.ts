import {mkdtempSync, rmSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {afterAll, expect, test} from 'vitest';
import {plainCase} from '../case.ts';
import {driveLines, readInput} from '../oracles.ts';
import {corpusTools, type CorpusCase, type CorpusTools} from './corpus-tools.ts';
import {prepareCorpusCase} from './end-to-end.ts';
import {corpusDirectory, jsonFiles, readJson} from './family.ts';

const scratch = mkdtempSync(join(tmpdir(), 'weir-restart-'));
afterAll(() => rmSync(scratch, {recursive: true, force: true}));
const corpus = corpusDirectory();

/** A new engine is made at each of so many places at most: between all records where there are few, evenly where there are many. */
const mostRestarts = 24;

test.skipIf(corpus === null).each(['flink-testprograms', 'flink-itcase-stream', 'flink-itcase-batch'])(
  '%s: whoever takes over from saved state gives what the first would have given',
  async family => {
    const tools = await corpusTools(corpus ?? '');
    const faults: string[] = [];
    let restarted = 0;
    for (const file of jsonFiles(join(corpus ?? '', family))) {
      for (const one of readJson(corpus ?? '', family, file) as readonly CorpusCase[]) {
        const result = await restartCase(tools, one);
        if (result === 'same') restarted++;
        else if (result !== 'not applicable') faults.push(`${one.id}: ${result}`);
      }
    }
    expect(faults).toEqual([]);
    expect(restarted).toBeGreaterThan(60);
  },
  600_000,
);

async function restartCase(tools: CorpusTools, one: CorpusCase): Promise<string> {
  const directory = join(scratch, 'case');
  const prepared = await prepareCorpusCase(tools, one, directory);
  const plan = prepared?.plan ?? null;
  const expectsError = one.expect.some(({kind}) => kind === 'error');
  // What keeps nothing has nothing to hand over.
  const keepsState =
    plan?.nodes.some(node => !['scan', 'values', 'filter', 'project', 'union', 'sink', 'watermark'].includes(node.kind)) ?? false;
  if (plan === null || expectsError || !keepsState) return 'not applicable';
  const input = readInput(plan, directory, () => 1 << 20, 'reject');
  const rows = [...input.values()].reduce((sum, items) => sum + items.length, 0);
  const subject = {case: plainCase('', {}), plan, directory, input};
  const batchRows = Math.max(1, Math.ceil(rows / mostRestarts));
  try {
    const expected = driveLines(subject, {batchRows, stepRows: 16, restart: 'never'});
    for (const restart of ['full', 'changes'] as const) {
      const found = driveLines(subject, {batchRows, stepRows: 16, restart});
      if (JSON.stringify(found) !== JSON.stringify(expected)) return `differs after a restart (${restart})`;
    }
    return 'same';
  } catch (error) {
    return error instanceof Error ? error.message.slice(0, 200) : String(error);
  }
}
