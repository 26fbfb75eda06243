import {readFileSync} from 'node:fs';
import {dirname, join} from 'node:path';
import {expect, test} from 'vitest';

/** What a module loads at once: modules of ours that it imports as more than types. */
function loadedBy(file: string): readonly string[] {
  const imports = readFileSync(file, 'utf8').matchAll(/^\s*(?:import|export)\b([^;'"]*?)from\s*'(\.[^']+)'/gm);
  return [...imports].flatMap(([, what = '', specifier = '']) => {
    const names = /\{([^}]*)\}/
      .exec(what)?.[1]
      ?.split(',')
      .filter(name => name.trim() !== '') ?? [''];
    const isType = /^\s*type\b/.test(what) || names.every(name => name.trim().startsWith('type '));
    return isType ? [] : [join(dirname(file), specifier)];
  });
}

test.each([
  ['a one-liner', ['src/cli/main.ts', 'src/cli/actions/query.ts']],
  ['a run without --http', ['src/cli/main.ts', 'src/cli/actions/run.ts']],
])('%s loads no more than it needs', (what, entries) => {
  const seen = new Set<string>();
  const next = [...entries];
  for (let file = next.pop(); file !== undefined; file = next.pop()) {
    if (seen.has(file) || file.includes('/generated/')) continue;
    seen.add(file);
    next.push(...loadedBy(file));
  }
  expect(seen.size).toBeGreaterThan(100);
  const unwanted = what === 'a one-liner' ? /^src\/(telemetry|http|supervisor\/(report|journal|job-log|supervise))/ : /^src\/(http|tui)\//;
  expect([...seen].filter(file => unwanted.test(file))).toEqual([]);
});
