import type {FormatDefinition} from '../define.ts';
import {csvDecoder} from './decode.ts';
import {csvEncoder} from './encode.ts';
import {checkCsv, csvOptions} from './options.ts';

export const csv: FormatDefinition = {
  name: 'csv',
  summary: 'Delimited text, one record a line, as RFC 4180 describes it; columns go by their place unless the file has a header',
  options: csvOptions,
  examples: [
    {columns: 'id INT, name STRING', bytes: '1,abc\n', row: '[1, abc]'},
    {columns: 'id INT, name STRING', bytes: '2,"a ""quoted"" word, and a comma"\n', row: '[2, a "quoted" word, and a comma]'},
    {
      columns: 'at TIMESTAMP(3), price DECIMAL(10, 2), tags ARRAY<STRING>',
      bytes: '2020-10-10 12:30:00,1.5,a;b\n',
      row: '[2020-10-10T12:30, 1.50, [a, b]]',
    },
  ],
  reads: ['append'],
  writes: ['append'],
  check: checkCsv,
  decoder: csvDecoder,
  encoder: csvEncoder,
};
