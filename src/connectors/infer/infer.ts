import {type Problem, ProblemError} from '../../base/problem.ts';
import type {DeclaredTable} from '../../plan/catalog.ts';
import {formats} from '../../formats/index.ts';
import {stringType} from '../../types/sql-type.ts';
import type {StandardInput} from '../define.ts';
import {isTopic, type KafkaReading, sampleTopic, topicOptions} from '../kafka/external.ts';
import type {GivenOption} from '../options.ts';
import {inferCsv} from './infer-csv.ts';
import {inferJson} from './infer-json.ts';
import {type Sample, sampleFile, sampleStandardInput} from './sample.ts';

export interface InferRequest {
  /** As written in `FROM`: `stdin`, or a path or pattern. */
  readonly target: string;
  /** A format that the caller named: it decides. */
  readonly inputFormat: string | null;
  readonly directory: string;
  readonly standardInput: StandardInput;
  /** Ends the wait for a first record: what has arrived is all there is. Null: it is waited for. */
  readonly stop?: AbortSignal | null;
  /** How `kafka://…` is read; absent: from its beginning, for ever. */
  readonly kafka?: KafkaReading;
}

/** `readAhead`: bytes that were taken from standard input; the run must begin with them. `isEmpty`: there was no byte to tell anything from. */
export type InferResult =
  | {readonly declared: DeclaredTable; readonly readAhead: Uint8Array | null; readonly isEmpty: boolean}
  | {readonly problems: readonly Problem[]};

/** Rows that are looked at. */
const sampleRows = 1000;

const formatOfExtension: Readonly<Record<string, string>> = {
  ndjson: 'json',
  jsonl: 'json',
  json: 'json',
  csv: 'csv',
  tsv: 'tsv',
};

/** Columns and options of a table that nobody declared, from the beginning of its input. Never waits for more than the first record. */
export async function inferTable(request: InferRequest): Promise<InferResult> {
  const isStandardInput = request.target === 'stdin' || request.target === '/dev/stdin';
  try {
    if (isTopic(request.target)) return await inferTopic(request);
    const sample = isStandardInput
      ? await sampleStandardInput(request.standardInput, request.inputFormat, request.stop ?? null)
      : await sampleFile(request.target, request.directory);
    const place: GivenOption[] = isStandardInput
      ? [{key: 'connector', value: 'stdin'}]
      : [
          {key: 'connector', value: 'filesystem'},
          {key: 'path', value: request.target},
        ];
    const found =
      compressed(sample) ??
      ownColumns(sample, request.inputFormat) ??
      tooLong(sample) ??
      inferColumns(sample, request.inputFormat ?? formatOfName(request.target));
    if ('kind' in found) return {problems: [found]};
    const {columns, options} = found;
    const declared = {name: request.target, columns, primaryKey: [], partitionedBy: [], options: [...place, ...options]};
    return {declared, readAhead: isStandardInput ? sample.bytes : null, isEmpty: sample.bytes.length === 0};
  } catch (error) {
    if (error instanceof ProblemError) return {problems: error.problems};
    throw error;
  }
}

async function inferTopic({
  target,
  kafka = {from: null, to: null, settings: new Map()},
  inputFormat,
  stop = null,
}: InferRequest): Promise<InferResult> {
  const place = topicOptions(target, kafka);
  const sample = await sampleTopic(place, stop);
  const format = place.find(({key}) => key === 'format' || key === 'value.format')?.value ?? inputFormat;
  const found = inferColumns(sample, format);
  if ('kind' in found) return {problems: [found]};
  const {columns, options} = found;
  if (options.some(({key}) => key === 'csv.header' || key === 'csv.ignore-first-line')) return {problems: [headless(sample.name)]};
  const all = new Map([...options, ...place].map(({key, value}) => [key, value]));
  const given = [...all].map(([key, value]) => ({key, value}));
  return {
    declared: {name: target, columns, primaryKey: [], partitionedBy: [], options: given},
    readAhead: null,
    isEmpty: sample.bytes.length === 0,
  };
}

function headless(topic: string): Problem {
  return {
    kind: 'usage',
    severity: 'error',
    code: 'cannot-infer',
    message: `columns of the messages of topic "${topic}" cannot be told: all of them are texts`,
    hint: 'declare the table with CREATE TABLE',
  };
}

function formatOfName(target: string): string | null {
  const match = /\.([a-z]+)$/i.exec(target.replace(/\.(?:gz|zst)$/, ''));
  return formatOfExtension[(match?.[1] ?? '').toLowerCase()] ?? null;
}

/** What begins as only files of one format do names its columns itself. */
function ownColumns(sample: Sample, inputFormat: string | null): Columns | Problem | null {
  const format = formats.find(({begins}) => begins?.every((byte, at) => sample.bytes[at] === byte) === true);
  if (format === undefined || (inputFormat !== null && inputFormat !== format.name)) return null;
  const columns = format.columnsOf?.(sample.bytes) ?? [];
  if (!('reason' in columns)) return {columns, options: [{key: 'format', value: format.name}]};
  return {
    kind: 'data',
    severity: 'error',
    code: 'cannot-infer',
    message: `columns of ${sample.name} cannot be told: ${columns.reason}`,
    hint: 'declare the table with CREATE TABLE',
    place: {kind: 'data', where: sample.name},
  };
}

type Columns = Pick<DeclaredTable, 'columns' | 'options'>;

function inferColumns(sample: Sample, format: string | null): Columns | Problem {
  const text = withoutMark(Buffer.from(sample.bytes.buffer, sample.bytes.byteOffset, sample.bytes.length).toString());
  switch (format ?? sniff(text)) {
    case 'json':
    case 'ndjson':
      return jsonColumns(text, sample);
    case 'csv':
      return csvColumns(text, sample, null);
    case 'tsv':
      return csvColumns(text, sample, '\t');
    case 'raw':
      return rawColumns;
    case 'unknown': {
      const csv = inferCsv(text, null, sample.whole, sampleRows);
      return csv.isConsistent ? csvColumns(text, sample, null) : rawColumns;
    }
    default:
      return {
        kind: 'usage',
        severity: 'error',
        code: 'cannot-infer',
        message: `columns of format "${format}" cannot be told from its data`,
        hint: 'use json, csv, tsv or raw, or declare the table with CREATE TABLE',
      };
  }
}

/** What begins with a brace or a bracket is JSON; anything else shows itself by its delimiters, or is plain lines. */
function sniff(text: string): 'json' | 'unknown' {
  return /^\s*[{[]/.test(text) ? 'json' : 'unknown';
}

const compressions = [
  {name: 'gzip', extension: '.gz', command: 'zcat', mark: [0x1f, 0x8b]},
  {name: 'zstd', extension: '.zst', command: 'zstdcat', mark: [0x28, 0xb5, 0x2f, 0xfd]},
];

/** Compressed data where nothing says so: no line of it could be read. */
function compressed(sample: Sample): Problem | null {
  const found = compressions.find(({mark}) => mark.every((byte, at) => sample.bytes[at] === byte));
  if (found === undefined) return null;
  const {name, extension, command} = found;
  return {
    kind: 'data',
    severity: 'error',
    code: 'cannot-infer',
    message: `${sample.name} is compressed with ${name}`,
    hint:
      sample.name === 'stdin'
        ? `decompress it first: ${command} FILE | weir …, or read the file itself, whose name must end in ${extension}`
        : `rename it so that its name ends in ${extension}`,
    place: {kind: 'data', where: sample.name},
  };
}

/** A first record that has no end, as far as one can be waited for. */
function tooLong({bytes, whole, name}: Sample): Problem | null {
  // A whole array in one line is told apart from records, with what to do about it.
  if (whole || bytes.includes(10) || bytes[0] === 0x5b) return null;
  return {
    kind: 'data',
    severity: 'error',
    code: 'cannot-infer',
    message: `${name} has no line end in its first ${Math.round(bytes.length / 1024 / 1024)} MiB, so its columns cannot be told`,
    hint: 'a record is one line; where records are this long, declare the table with CREATE TABLE',
    place: {kind: 'data', where: `${name}:1`},
  };
}

/** One column of whole lines. */
const rawColumns: Columns = {columns: [{name: 'line', type: stringType}], options: [{key: 'format', value: 'raw'}]};

function jsonColumns(text: string, sample: Sample): Columns | Problem {
  const {columns, options, objects, others} = inferJson(text, wholeLines(text, sample.whole));
  if (objects === 0 && others > 0) {
    const isArray = /^\s*\[/.test(text);
    const source = sample.name === 'stdin' ? '' : ` ${sample.name}`;
    return {
      kind: 'data',
      severity: 'error',
      code: 'cannot-infer',
      message: `${sample.name} has no line that is a JSON object`,
      detail: 'a record is one object on one line',
      hint: `make lines of it: jq -c ${isArray ? `'.[]'` : '.'}${source} | weir …`,
      place: {kind: 'data', where: `${sample.name}:1`},
    };
  }
  return {columns, options: [{key: 'format', value: 'json'}, ...options]};
}

function csvColumns(text: string, sample: Sample, delimiter: string | null): Columns {
  const {columns, options} = inferCsv(text, delimiter, sample.whole, sampleRows);
  return {columns, options: [{key: 'format', value: 'csv'}, ...options]};
}

function wholeLines(text: string, whole: boolean): readonly string[] {
  const lines = text.split('\n', sampleRows + 1);
  const isCut = !whole || lines.length > sampleRows;
  if (isCut && lines.length > 1) lines.pop();
  return lines;
}

function withoutMark(text: string): string {
  return text.startsWith('\ufeff') ? text.slice(1) : text;
}
