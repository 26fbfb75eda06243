import {mkdirSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';
import {ProblemError} from '../../base/problem.ts';
import {fieldText} from '../../types/row-text.ts';
import {typeText} from '../../types/type-text.ts';
import {drive} from '../drive.ts';
import {readInput} from '../oracles.ts';
import {prepareScript, testClock} from '../run-case.ts';
import {type AggregateSet, judgeAggregates} from './aggregate-functions.ts';
import {corpusTools, type CorpusTools} from './corpus-tools.ts';
import {intervalOf} from './interval.ts';
import {isRefusal, jsonFiles, readJson, Tally, why, type Judgement, type Verdict} from './family.ts';

/** One row of given fields, and a select list over it. */
interface ExpressionRequest {
  readonly fields: readonly Field[];
  readonly selected: string;
  readonly settings: Readonly<Record<string, string>>;
  readonly directory: string;
}

/** A column and how its value comes into it: read from JSON as `readAs`, then cast to the column's own type where the two differ. */
interface Field {
  readonly name: string;
  readonly type: string;
  readonly readAs: string;
  readonly json: string;
}

interface Cell {
  readonly text: string;
  readonly type: string;
}

type Evaluated =
  | {readonly kind: 'values'; readonly cells: readonly Cell[]}
  | {readonly kind: 'refused'; readonly why: string}
  | {readonly kind: 'failed'; readonly why: string}
  | {readonly kind: 'invalid'; readonly why: string};

function tableOf(fields: readonly Field[]): string {
  const columns = fields.flatMap(({name, type, readAs}) =>
    readAs === type ? [`\`${name}\` ${type}`] : [`\`raw ${name}\` ${readAs}`, `\`${name}\` AS CAST(\`raw ${name}\` AS ${bare(type)})`],
  );
  return `CREATE TABLE testTable (${columns.length === 0 ? '`none` INT' : columns.join(', ')}) WITH ('connector' = 'filesystem', 'path' = 'row.ndjson', 'format' = 'json');`;
}

async function evaluateOnce(request: ExpressionRequest): Promise<Evaluated> {
  const {fields, directory} = request;
  const members = fields.map(({name, type, readAs, json}) => `${JSON.stringify(readAs === type ? name : `raw ${name}`)}:${json}`);
  writeFileSync(join(directory, 'row.ndjson'), `{${members.join(',')}}\n`);
  const settings = Object.entries(request.settings).map(([key, value]) => `SET '${key}' = '${value.replaceAll("'", "''")}';`);
  const prepared = await prepareScript(
    {name: 'expression', text: `SELECT ${request.selected} FROM testTable`},
    [{name: 'fields', text: `${settings.join('\n')}\n${tableOf(fields)}`}],
    directory,
  );
  const {plan} = prepared;
  if (plan === null) return {kind: isRefusal(prepared.problems) ? 'refused' : 'invalid', why: why(prepared.problems)};
  try {
    const input = readInput(plan, directory, () => 1 << 20, 'reject');
    const [rows] = drive({plan, clock: testClock, input, batchRows: 2048, stepRows: 2048, restart: 'never', skipsBadRows: false});
    const columns = plan.nodes[plan.sinks[0] as number]?.schema.columns ?? [];
    const row = rows?.[0]?.row;
    if (row === undefined) return {kind: 'failed', why: 'no row came out'};
    const cells = columns.map(({type}, index) => ({
      text: fieldText(row[index] ?? null, type, plan.settings.timeZone),
      type: typeText(type),
    }));
    return {kind: 'values', cells};
  } catch (error) {
    if (!(error instanceof ProblemError) || !error.problems.every(problem => problem.kind === 'data')) throw error;
    // A MAP stands as JSON in its column, which has no place for a key that is NULL.
    return {kind: error.problems.some(problem => problem.code === 'null-map-key') ? 'refused' : 'invalid', why: error.message};
  }
}

interface ExpressionCase {
  readonly sql: string;
  readonly expect?: string | null;
  /** That the expectation was computed by Java: its transcendental functions may differ in the last bit. */
  readonly expectFrom?: string;
  readonly error?: string;
  readonly timeZone?: string;
}

interface ExpressionFile {
  readonly fields: readonly (readonly [name: string, type: string, value: unknown])[];
  readonly cases: readonly ExpressionCase[];
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
      const used = usedFields(one.sql, fields);
      if (isOfJava(one, used)) {
        tally.add(one.sql, {kind: 'skipped'});
        continue;
      }
      const result = await guarded(() =>
        evaluateOnce({
          fields: used.map(([name, type, value]) => fieldOf(tools, name, type, value)),
          selected: one.sql.endsWith('.*') ? one.sql : `CAST(${one.sql} AS STRING)`,
          settings: {'table.local-time-zone': one.timeZone ?? 'UTC'},
          directory,
        }),
      );
      const expected = [{text: one.expect ?? 'null', type: null}];
      tally.add(`${file} ${one.sql}`, verdictOf(result, {error: one.error !== undefined, cells: expected, byJava: 'expectFrom' in one}));
    }
  }
  return tally.judgement();
}

/**
 * What only Java classes have: values of type RAW, and the text of an object of a Scala class. And TRUNCATE of a DECIMAL by a number of digits that is no constant:
 * there Flink's value has another scale than its type, which no column can hold.
 */
function isOfJava(one: ExpressionCase, used: ExpressionFile['fields']): boolean {
  if (/^truncate\(f\d+, f\d+\)$/.test(one.sql) && used.some(([, type]) => type.startsWith('DECIMAL'))) return true;
  return used.some(([, type]) => type === 'RAW') || /^My\w+\(/.test(one.expect ?? '');
}

interface FunctionSet {
  readonly udfs?: readonly unknown[];
  readonly fields: readonly unknown[] | null;
  readonly types: readonly string[] | null;
  readonly items: readonly {
    readonly kind: string;
    readonly sql: string;
    readonly results?: readonly unknown[];
    readonly types?: readonly string[];
  }[];
}

type FunctionFile =
  | {readonly kind: 'scalar'; readonly config: Readonly<Record<string, string>>; readonly sets: readonly FunctionSet[]}
  | {readonly kind: 'aggregate'; readonly sets: readonly AggregateSet[]};

/** Functions and casts with typed results. */
export async function judgeFunctions(corpus: string, scratch: string): Promise<Judgement> {
  const tools = await corpusTools(corpus);
  const tally = new Tally('flink-functions');
  const directory = join(scratch, 'function');
  mkdirSync(directory, {recursive: true});
  for (const file of jsonFiles(join(corpus, 'flink-functions'))) {
    const content = readJson(corpus, 'flink-functions', file) as FunctionFile;
    if (content.kind === 'aggregate') {
      for (const set of content.sets) {
        for (const item of set.items) tally.add(`${file} ${item.sql}`, await judgeAggregates(tools, set, item, scratch));
      }
      continue;
    }
    const {config, sets} = content;
    for (const set of sets) {
      const types = set.types ?? (set.fields ?? []).map(typeOfValue);
      const fields = types.map((type, index) => [`f${index}`, type, set.fields?.[index] ?? null] as const);
      for (const item of set.items) {
        const used = usedFields(item.sql, fields);
        const isGiven = used.every(([, type, value]) => !/RAW|STRUCTURED/.test(type) && !isOutsideJson(value));
        if ((set.udfs ?? []).length > 0 || !isGiven) {
          tally.add(item.sql, {kind: 'skipped'});
          continue;
        }
        const given = used.map(([name, type, value]) => fieldOf(tools, name, type, value));
        const result = await guarded(() => evaluateOnce({fields: given, selected: item.sql, settings: config, directory}));
        const cells = (item.types ?? []).map((type, index) => ({
          text: item.kind === 'type' ? null : tools.javaString(item.results?.[index], type),
          type,
        }));
        tally.add(`${file} ${item.sql}`, verdictOf(result, {error: item.kind.endsWith('error'), cells, byJava: false}));
      }
    }
  }
  return tally.judgement();
}

/** Values that no JSON can hold: Java objects, and maps with keys that are no scalars. */
function isOutsideJson(value: unknown): boolean {
  const text = JSON.stringify(value);
  return text.includes('$other') || /"\$map":\[\[[[{n]/.test(text);
}

/** The type that upstream derives from a value when none is given. */
function typeOfValue(value: unknown): string {
  if (typeof value === 'boolean') return 'BOOLEAN NOT NULL';
  if (typeof value === 'number') return Number.isInteger(value) ? 'INT NOT NULL' : 'DOUBLE NOT NULL';
  if (value !== null && typeof value === 'object' && '$decimal' in value) {
    const [whole, fraction] = digitsOf(String(value.$decimal));
    return `DECIMAL(${whole + fraction}, ${fraction}) NOT NULL`;
  }
  if (value !== null && typeof value === 'object' && '$long' in value) return 'BIGINT NOT NULL';
  return typeof value === 'string' ? 'STRING NOT NULL' : 'STRING';
}

/** How many digits stand before and after the point. */
function digitsOf(decimal: string): readonly [whole: number, fraction: number] {
  const [whole = '', fraction = ''] = decimal.replace('-', '').split('.');
  return [whole.length, fraction.length];
}

/** Only what an expression names: a field whose type is not there yet must not refuse the others. */
function usedFields<T extends readonly [name: string, ...unknown[]]>(sql: string, fields: readonly T[]): readonly T[] {
  return fields.filter(([name]) => new RegExp(`(^|[^A-Za-z0-9_])${name}($|[^A-Za-z0-9_])`).test(sql));
}

function bare(type: string): string {
  return type.replace(/\s+NOT NULL$/, '');
}

const smallIntegers: Readonly<Record<string, number>> = {TINYINT: 2 ** 7, SMALLINT: 2 ** 15, INT: 2 ** 31};

/**
 * Upstream gives its fields by casts in VALUES: a text may be too long for its column, an integer or a decimal too large. Such values come into the table in a type
 * that holds them, and are cast to the column's.
 */
function fieldOf(tools: CorpusTools, name: string, type: string, value: unknown): Field {
  const whole = bare(type);
  const notNull = whole === type ? '' : ' NOT NULL';
  const field = {name, type, readAs: type, json: fieldJson(tools, value, type)};
  if (value === null) return field;
  if (/^(?:VAR)?CHAR\(/.test(whole)) return {...field, readAs: `STRING${notNull}`};
  if (/^(?:VAR)?BINARY\(/.test(whole)) return {...field, readAs: `BYTES${notNull}`};
  const limit = smallIntegers[whole];
  if (limit !== undefined && Math.abs(Number(value)) > limit) return {...field, readAs: `BIGINT${notNull}`};
  const [, precision, scale] = /^DECIMAL\((\d+), ?(\d+)\)/.exec(whole) ?? [];
  const [digits, fraction] = digitsOf(field.json);
  if (digits <= Number(precision) - Number(scale) || precision === undefined) return field;
  return {...field, readAs: `DECIMAL(${digits + fraction}, ${fraction})${notNull}`};
}

/** A value as the json format reads it. Intervals are numbers of months or milliseconds there, instants of the session's zone have no Z. */
function fieldJson(tools: CorpusTools, value: unknown, type: string): string {
  const [tag, inner] = value !== null && typeof value === 'object' && !Array.isArray(value) ? (Object.entries(value)[0] ?? []) : [];
  if (tag === '$intervalMonths' || tag === '$intervalMillis') return String(inner);
  if (tag === '$time' && String(inner).length === 5) return JSON.stringify(`${String(inner)}:00`);
  if (tag === '$localInstant') return JSON.stringify(String(inner).replace('T', ' '));
  return tag === '$interval' ? String(intervalOf(String(inner), /YEAR|MONTH/.test(type))) : tools.jsonText(tools.named(value, type));
}

async function guarded(evaluated: () => Promise<Evaluated>): Promise<Evaluated> {
  try {
    return await evaluated();
  } catch (error) {
    return {kind: 'failed', why: `crashed: ${error instanceof Error ? error.message.slice(0, 200) : String(error)}`};
  }
}

interface Expected {
  readonly error: boolean;
  /** A text or type of null may be anything. */
  readonly cells: readonly {readonly text: string | null; readonly type: string | null}[];
  readonly byJava: boolean;
}

function verdictOf(result: Evaluated, expected: Expected): Verdict {
  if (result.kind === 'refused') return result;
  if (result.kind === 'failed') return {kind: 'failed', why: result.why};
  if (result.kind === 'invalid') return expected.error ? {kind: 'passed'} : {kind: 'failed', why: result.why};
  const {cells} = result;
  if (expected.error) return {kind: 'failed', why: `an error was expected, not ${cells.map(cell => cell.text).join(', ')}`};
  for (const [index, {text, type}] of expected.cells.entries()) {
    const cell = cells[index];
    if (cell === undefined) return {kind: 'failed', why: `gives ${cells.length} columns only`};
    const at = index === 0 ? '' : `column ${index + 1} `;
    const isSame = text === null || plainText(cell.text) === plainText(text) || (expected.byJava && isNear(cell.text, text));
    if (!isSame) return {kind: 'failed', why: `${at}gives ${cell.text}, not ${text}`};
    if (type !== null && !isSameType(cell.type, type)) return {kind: 'failed', why: `${at}has type ${cell.type}, not ${type}`};
  }
  return {kind: 'passed'};
}

/** Equal but for the last bit of a double. */
function isNear(a: string, b: string): boolean {
  const [left, right] = [Number(a), Number(b)];
  return Math.abs(left - right) <= 2 * Number.EPSILON * Math.abs(right);
}

/** Periods of the same length, and maps with the same entries, are equal. */
function plainText(text: string): string {
  if (/^P[-\d]+[YM]/.test(text)) return `P${intervalOf(text, true)}M`;
  if (!/^(?:\[|\{|\+I\[)/.test(text)) return text;
  // The cases do not tell 2 from 2.0 inside of a collection.
  const whole = text.replaceAll(/(\d)\.0(?=, |[\]}=])/g, '$1');
  return whole.startsWith('{') && whole.endsWith('}') ? `{${whole.slice(1, -1).split(', ').toSorted().join(', ')}}` : whole;
}

/** A DECIMAL that a cast makes NULL because it does not fit is nullable here, and NOT NULL in Flink, which then has a NULL all the same. */
function isSameType(type: string, expected: string): boolean {
  const own = plainType(type);
  return own === plainType(expected) || (own.startsWith('DECIMAL') && `${own}NOTNULL` === plainType(expected));
}

function plainType(type: string): string {
  return type
    .replaceAll(/TIMESTAMP\((\d)\) WITH LOCAL TIME ZONE/g, 'TIMESTAMP_LTZ($1)')
    .replaceAll('VARCHAR(2147483647)', 'STRING')
    .replaceAll('VARBINARY(2147483647)', 'BYTES')
    .replaceAll(/INTERVAL (?:YEAR|MONTH)[^,>]*?(?= NOT NULL|[,>]|$)/g, 'INTERVAL YEAR TO MONTH')
    .replaceAll(/INTERVAL (?:DAY|HOUR|MINUTE|SECOND)[^,>]*?(?= NOT NULL|[,>]|$)/g, 'INTERVAL DAY TO SECOND')
    .replaceAll('`', '')
    .replaceAll(/\s+/g, '');
}
