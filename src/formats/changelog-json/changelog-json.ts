import type {FormatDefinition} from '../define.ts';
import {json} from '../json/json.ts';
import {changelogDecoder} from './decode.ts';
import {changelogEncoder} from './encode.ts';
import {changelogModeOf, changelogModeText} from './mode.ts';
import {fail} from '../../base/problem.ts';

const {'fail-on-missing-field': _, ...jsonOptions} = json.options;

/** Each line a change: what happens to a row, and the row. */
export const changelogJson: FormatDefinition = {
  name: 'changelog-json',
  summary:
    'One change a line: {"op": "+I", "data": {…}}, where op is +I, -U, +U or -D. A line {"watermark": 1700000000000} says that nothing older follows (milliseconds).',
  options: {
    'changelog-mode': {
      type: 'string',
      default: 'I,UB,UA,D',
      help: 'What occurs: a list of I (insert), UB and UA (the row before and after an update) and D (delete). I,UA,D: by key, updates without the old row',
    },
    ...jsonOptions,
  },
  examples: [
    {columns: 'id INT, name STRING', bytes: '{"op": "+I", "data": {"id": 1, "name": "abc"}}', row: '+I[1, abc]'},
    {columns: 'id INT, name STRING', bytes: '{"op": "-D", "data": {"id": 1}}', row: '-D[1, null]'},
    {columns: 'bid ROW<price BIGINT>', bytes: '{"op": "+U", "data": {"bid": {"price": 5}}}', row: '+U[+I[5]]'},
  ],
  reads: ['append', 'upsert', 'retract'],
  writes: ['append', 'upsert', 'retract'],
  readsAs: options => changelogModeOf(options) ?? {mode: 'retract', updates: true, deletes: true},
  check: (_columns, options) =>
    changelogModeOf(options) === null
      ? fail('invalid', 'bad-option', `option "changelog-json.changelog-mode" cannot be ${JSON.stringify(changelogModeText(options))}`, {
          hint: `give a list of I, UB, UA and D, such as 'I,UA,D'`,
        }).problems
      : [],
  decoder: changelogDecoder,
  encoder: changelogEncoder,
};
