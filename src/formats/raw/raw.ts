import type {Problem} from '../../base/problem.ts';
import type {Batch, Vector} from '../../flow/batch.ts';
import type {Column} from '../../types/sql-type.ts';
import {typeText} from '../../types/type-text.ts';
import type {EncodeSpec, FormatDefinition, RowEncoder} from '../define.ts';
import {ProgramEncoder} from '../program-encoder.ts';
import {literalOperation, valueOperation} from '../value-operation.ts';
import {lineDelimiterOf, rawDecoder} from './decode.ts';

export const raw: FormatDefinition = {
  name: 'raw',
  summary: 'One value as its bytes: a whole line, or a whole message, in the only column of the table',
  options: {
    charset: {type: ['UTF-8'], default: 'UTF-8', help: 'The encoding of texts'},
    endianness: {
      type: ['big-endian', 'little-endian'],
      default: 'big-endian',
      ignored: true,
      help: 'The order of the bytes of numbers in Flink',
    },
    'line-delimiter': {type: 'string', default: '\\n', help: 'What ends each value, \\n, \\r and \\t understood'},
  },
  examples: [{columns: 'line STRING', bytes: 'GET /index.html 200\n', row: '[GET /index.html 200]'}],
  reads: ['append'],
  writes: ['append'],
  check: checkRaw,
  decoder: rawDecoder,
  encoder: rawEncoder,
};

function checkRaw(columns: readonly Column[], options: ReadonlyMap<string, string>): readonly Problem[] {
  const problems: Problem[] = [];
  const [column] = columns;
  if (columns.length !== 1 || column === undefined) {
    problems.push(
      invalid(
        'raw-columns',
        `raw holds one column, and the table has ${columns.length}`,
        'keep one STRING or BYTES column, or use csv or json',
      ),
    );
  } else if (!['CHAR', 'VARCHAR', 'BINARY', 'VARBINARY'].includes(column.type.kind)) {
    const hint = 'declare it STRING or BYTES and CAST it in the query';
    problems.push(invalid('raw-type', `column "${column.name}" is ${typeText(column.type)}, which raw cannot hold on a line`, hint));
  }
  if (lineDelimiterOf(options).length === 0) {
    problems.push(invalid('raw-delimiter', 'option "raw.line-delimiter" is empty', 'leave it out for one value a line'));
  }
  return problems;
}

function invalid(code: string, message: string, hint: string): Problem {
  return {kind: 'invalid', severity: 'error', code, message, hint};
}

/** A NULL is an empty value. */
function rawEncoder({memory, columns, options, messages = false}: EncodeSpec, batch: Batch): RowEncoder {
  const style = {text: 'raw-text', constructed: 'raw-text', bytes: 'raw-text', wrap: 0, isIso: false, nullText: ''} as const;
  const fields = columns.map(({type}, index) => valueOperation(type, batch.vectors[index] as Vector, '', style));
  return new ProgramEncoder(memory, {
    operations: [...fields, literalOperation(messages ? '' : lineDelimiterOf(options).toString())],
    quoting: null,
    finish: () => '',
    start: null,
    end: null,
    tellsEnds: messages,
  });
}
