import {mkdirSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';
import {ProblemError} from '../../base/problem.ts';
import {prepare} from '../../job/prepare.ts';
import {fieldText} from '../../types/row-text.ts';
import {typeText} from '../../types/type-text.ts';
import {drive} from '../drive.ts';
import {readInput} from '../oracles.ts';
import {noInput, testClock} from '../run-case.ts';
import {corpusTools, type CorpusTools} from './corpus-tools.ts';
import {isRefusal, jsonFiles, readJson, Tally, why, type Judgement, type Verdict} from './family.ts';

/** The value of one expression over one row of given fields. */
export interface ExpressionRequest {
  readonly fields: readonly {readonly name: string; readonly type: string; readonly json: string}[];
  readonly expression: string;
  readonly settings: Readonly<Record<string, string>>;
  readonly directory: string;
}

type Evaluated =
  | {readonly kind: 'value'; readonly text: string; readonly type: string}
  | {readonly kind: 'refused'}
  | {readonly kind: 'skipped'}
  | {readonly kind: 'failed'; readonly why: string}
  | {readonly kind: 'invalid'; readonly why: string};

async function evaluateOnce(request: ExpressionRequest): Promise<Evaluated> {
  const {fields, directory} = request;
  writeFileSync(join(directory, 'row.ndjson'), `{${fields.map(field => `${JSON.stringify(field.name)}:${field.json}`).join(',')}}\n`);
  const columns = fields.length === 0 ? '`none` INT' : fields.map(field => `\`${field.name}\` ${field.type}`).join(', ');
  const settings = Object.entries(request.settings).map(([key, value]) => `SET '${key}' = '${value.replaceAll("'", "''")}';`);
  const prepared = await prepare({
    source: {name: 'expression', text: `SELECT ${request.expression} FROM fields`},
    mode: 'script',
    initial: [
      {
        name: 'fields',
        text: `${settings.join('\n')}\nCREATE TABLE fields (${columns}) WITH ('connector' = 'filesystem', 'path' = 'row.ndjson', 'format' = 'json');`,
      },
    ],
    bindings: new Map(),
    parameters: new Map(),
    changelog: false,
    timeZone: 'UTC',
    inputFormat: null,
    directory,
    standardInput: noInput,
  });
  const {plan} = prepared;
  if (plan === null) return isRefusal(prepared.problems) ? {kind: 'refused'} : {kind: 'invalid', why: why(prepared.problems)};
  try {
    const input = readInput(plan, directory, () => 1 << 20, 'reject');
    const [rows] = drive({plan, clock: testClock, input, batchRows: 2048, stepRows: 2048, restart: 'never', skipsBadRows: false});
    const column = plan.nodes[plan.sinks[0] as number]?.schema.columns[0];
    const row = rows?.[0]?.row;
    if (column === undefined || row === undefined) return {kind: 'failed', why: 'no row came out'};
    return {kind: 'value', text: fieldText(row[0] ?? null, column.type, plan.settings.timeZone), type: typeText(column.type)};
  } catch (error) {
    if (error instanceof ProblemError && error.problems.every(problem => problem.kind === 'data'))
      return {kind: 'invalid', why: error.message};
    throw error;
  }
}

interface ExpressionFile {
  readonly fields: readonly (readonly [name: string, type: string, value: unknown])[];
  readonly cases: readonly {readonly sql: string; readonly expect?: string | null; readonly error?: string; readonly timeZone?: string}[];
}

/** Expressions cast to text. */
export async function judgeExpressions(corpus: string, scratch: string): Promise<Judgement> {
  const tools = await corpusTools(corpus);
  const tally = new Tally('flink-expr');
  const directory = join(scratch, 'expression');
  mkdirSync(directory, {recursive: true});
  for (const file of jsonFiles(join(corpus, 'flink-expr'))) {
    const {fields, cases} = readJson(corpus, 'flink-expr', file) as ExpressionFile;
    for (const one of cases) {
      const result = await guarded(() =>
        evaluateOnce({
          fields: usedFields(
            one.sql,
            fields.map(([name, type, value]) => ({name, type, json: fieldJson(tools, value, type)})),
          ),
          expression: `CAST(${one.sql} AS STRING)`,
          settings: {'table.local-time-zone': one.timeZone ?? 'UTC'},
          directory,
        }),
      );
      tally.add(`${file} ${one.sql}`, verdictOf(result, one.error !== undefined, one.expect ?? 'null', null));
    }
  }
  return tally.judgement();
}

interface FunctionFile {
  readonly config: Readonly<Record<string, string>>;
  readonly kind: string;
  readonly sets: readonly {
    readonly udfs?: readonly unknown[];
    readonly fields: readonly unknown[] | null;
    readonly types: readonly string[] | null;
    readonly items: readonly {
      readonly kind: string;
      readonly sql: string;
      readonly results?: readonly unknown[];
      readonly types?: readonly string[];
    }[];
  }[];
}

/** Functions and casts with typed results. */
export async function judgeFunctions(corpus: string, scratch: string): Promise<Judgement> {
  const tools = await corpusTools(corpus);
  const tally = new Tally('flink-functions');
  const directory = join(scratch, 'function');
  mkdirSync(directory, {recursive: true});
  for (const file of jsonFiles(join(corpus, 'flink-functions'))) {
    const {config, kind, sets} = readJson(corpus, 'flink-functions', file) as FunctionFile;
    for (const set of sets) {
      const types = set.types ?? (set.fields ?? []).map(typeOfValue);
      const fields = types.map((type, index) => ({name: `f${index}`, type, json: fieldJson(tools, set.fields?.[index] ?? null, type)}));
      for (const item of set.items) {
        if ((set.udfs ?? []).length > 0 || kind !== 'scalar' || /RAW|STRUCTURED/.test(types.join())) {
          tally.add(item.sql, {kind: 'skipped'});
          continue;
        }
        const result = await guarded(() =>
          evaluateOnce({fields: usedFields(item.sql, fields), expression: item.sql, settings: config, directory}),
        );
        const type = item.types?.[0] ?? '';
        const expected = item.kind === 'result' ? tools.javaString(item.results?.[0], type) : null;
        tally.add(`${file} ${item.sql}`, verdictOf(result, item.kind.endsWith('error'), expected, item.types === undefined ? null : type));
      }
    }
  }
  return tally.judgement();
}

/** The type that upstream derives from a value when none is given. */
function typeOfValue(value: unknown): string {
  if (typeof value === 'boolean') return 'BOOLEAN NOT NULL';
  if (typeof value === 'number') return Number.isInteger(value) ? 'INT NOT NULL' : 'DOUBLE NOT NULL';
  if (value !== null && typeof value === 'object' && '$decimal' in value) {
    const digits = String(value.$decimal).replace('-', '');
    const [whole = '', fraction = ''] = digits.split('.');
    return `DECIMAL(${whole.length + fraction.length}, ${fraction.length}) NOT NULL`;
  }
  if (value !== null && typeof value === 'object' && '$long' in value) return 'BIGINT NOT NULL';
  return typeof value === 'string' ? 'STRING NOT NULL' : 'STRING';
}

/** Only what an expression names: a field whose type is not there yet must not refuse the others. */
function usedFields<T extends {readonly name: string}>(sql: string, fields: readonly T[]): readonly T[] {
  return fields.filter(field => new RegExp(`(^|[^A-Za-z0-9_])${field.name}($|[^A-Za-z0-9_])`).test(sql));
}

/** A value as the json format reads it; intervals and binary values have forms of their own. */
function fieldJson(tools: CorpusTools, value: unknown, type: string): string {
  return tools.jsonText(tools.named(value, type));
}

async function guarded(evaluated: () => Promise<Evaluated>): Promise<Evaluated> {
  try {
    return await evaluated();
  } catch (error) {
    return {kind: 'failed', why: `crashed: ${error instanceof Error ? error.message.slice(0, 200) : String(error)}`};
  }
}

function verdictOf(result: Evaluated, errorExpected: boolean, expected: string | null, type: string | null): Verdict {
  if (result.kind === 'refused' || result.kind === 'skipped') return {kind: result.kind};
  if (result.kind === 'failed') return {kind: 'failed', why: result.why};
  if (result.kind === 'invalid') return errorExpected ? {kind: 'passed'} : {kind: 'failed', why: result.why};
  if (errorExpected) return {kind: 'failed', why: `an error was expected, not ${result.text}`};
  if (expected !== null && result.text !== expected) return {kind: 'failed', why: `gives ${result.text}, not ${expected}`};
  if (type !== null && plainType(result.type) !== plainType(type)) return {kind: 'failed', why: `has type ${result.type}, not ${type}`};
  return {kind: 'passed'};
}

function plainType(type: string): string {
  return type
    .replaceAll(/TIMESTAMP\((\d)\) WITH LOCAL TIME ZONE/g, 'TIMESTAMP_LTZ($1)')
    .replaceAll('VARCHAR(2147483647)', 'STRING')
    .replaceAll('VARBINARY(2147483647)', 'BYTES')
    .replaceAll('`', '')
    .replaceAll(/\s+/g, '');
}
