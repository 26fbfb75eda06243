import {existsSync, mkdirSync, writeFileSync} from 'node:fs';
import {isAbsolute, join} from 'node:path';
import {fail, ProblemError, type SourceText} from '../../base/problem.ts';
import {editorSchema} from '../../config/schema.ts';
import {jobFileOf, schemaFile, starterFile} from '../../config/starter.ts';
import {prepare, type PrepareRequest} from '../../job/prepare.ts';
import {declareSql, tableName} from '../../plan/declare.ts';
import {externalTargets} from '../../plan/external-targets.ts';
import {quoteName} from '../../sql/keywords.ts';
import {parseScript} from '../../sql/parse.ts';
import type {Invocation} from '../commands/define.ts';
import {exitCodes} from '../exit-codes.ts';
import {flags} from '../flags.ts';
import {machineTimeZone} from '../time-zone.ts';

export async function runInit(invocation: Invocation): Promise<number> {
  const {operands, options, world} = invocation;
  const [folder = '.', extra] = operands;
  if (extra !== undefined) throw fail('usage', 'too-many-operands', `one folder is enough, and "${extra}" is left over`);
  const jobFile = join(folder, 'jobs.yaml');
  const inWorld = (path: string): string => (isAbsolute(path) ? path : join(world.directory, path));
  if (existsSync(inWorld(jobFile)))
    throw fail('usage', 'file-exists', `${jobFile} is there already`, {hint: 'name another folder: weir init DIR'});
  const sql = options.value(flags.from);
  const text = sql === null ? starterFile : await jobFromQuery(sql, invocation);
  const written = [jobFile];
  try {
    mkdirSync(inWorld(folder), {recursive: true});
    writeFileSync(inWorld(jobFile), text, {flag: 'wx'});
    const schema = join(folder, schemaFile);
    if (!existsSync(inWorld(schema))) {
      writeFileSync(inWorld(schema), `${JSON.stringify(editorSchema(), null, 2)}\n`, {flag: 'wx'});
      written.push(schema);
    }
  } catch (error) {
    throw fail('environment', 'cannot-write', `cannot write into ${folder}: ${error instanceof Error ? error.message : String(error)}`);
  }
  const next = [`weir check ${shellWord(jobFile)}`, `weir run ${shellWord(jobFile)}`];
  world.standardOutput.write(Buffer.from(`wrote ${written.join(' and ')}\nnext:\n${next.map(line => `  ${line}\n`).join('')}`));
  await world.standardOutput.flush();
  return exitCodes.done.code;
}

/** A job file that gives the rows of a one-liner. Throws what stands in the way. */
async function jobFromQuery(sql: string, {world, talk}: Invocation): Promise<string> {
  const request: PrepareRequest = {
    source: {name: '--from', text: sql},
    mode: 'query',
    initial: [],
    bindings: new Map(),
    parameters: new Map(),
    changelog: false,
    timeZone: machineTimeZone(),
    inputFormat: null,
    directory: world.directory,
    standardInput: world.standardInput,
    advise: false,
  };
  const prepared = await prepare(request);
  if (prepared.plan === null) throw new ProblemError(prepared.problems);
  const names = namesOf([...prepared.externals.keys()]);
  const tables = [...prepared.externals].map(([target, {declared}]) => declareSql({...declared, name: names.get(target) ?? target}));
  const query = withNames(request.source, names).trim().replace(/;$/, '');
  const script: SourceText = {name: '--from', text: [...tables, `${query};`].join('\n\n')};
  const asScript = await prepare({...request, source: script, mode: 'script', standardInput: prepared.standardInput});
  if (asScript.plan === null) throw new ProblemError(asScript.problems);
  talk.problems(prepared.problems);
  return jobFileOf('query', script.text, prepared.plan.settings.runtimeMode === 'batch' ? {'execution.runtime-mode': 'batch'} : {});
}

/** Of each file the name of its table; no two have the same. */
function namesOf(targets: readonly string[]): ReadonlyMap<string, string> {
  const names = new Map<string, string>();
  for (const target of targets) {
    const name = tableName(target);
    const taken = new Set(names.values());
    let number = 1;
    while (taken.has(number === 1 ? name : `${name}_${number}`)) number++;
    names.set(target, number === 1 ? name : `${name}_${number}`);
  }
  return names;
}

/** The query with names of tables where it had files; one after the other, since each moves those behind it. */
function withNames(source: SourceText, names: ReadonlyMap<string, string>): string {
  let {text} = source;
  for (;;) {
    const {script} = parseScript({name: source.name, text}, {lenient: true});
    const found = externalTargets(script).find(({target}) => target !== 'stdin' && names.has(target));
    if (found === undefined) return text;
    // Its name may follow within the span: FROM 'file' AS f.
    const literal = /^'(?:[^']|'')*'/.exec(text.slice(found.span.start))?.[0] ?? text.slice(found.span.start, found.span.end);
    const after = text.slice(found.span.start + literal.length);
    text = `${text.slice(0, found.span.start)}${quoteName(names.get(found.target) ?? '')}${after}`;
  }
}

function shellWord(text: string): string {
  return /^[\w./-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`;
}
