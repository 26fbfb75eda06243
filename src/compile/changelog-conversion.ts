import {fail} from '../base/problem.ts';
import {js} from '../code/js.ts';
import {batchRows} from '../flow/batch.ts';
import {readValue} from '../flow/cells.ts';
import {intType, withNullable} from '../types/sql-type.ts';
import type {ColumnSource} from './columns.ts';
import type {FusedNode} from './node-compiler.ts';

export const toChangelog: FusedNode<'to-changelog'> = {
  kind: 'fused',
  write(node, segment, input) {
    const {writer} = segment;
    const column = segment.newColumn(withNullable(intType, false), 'the kind of the change');
    const kind =
      input.kinds === null ? js`0` : writer.const('kind', js`${writer.bind('kinds', input.kinds, 'change kinds of the input')}[row]`);
    const mask = node.kinds.reduce((all: number, each) => all | (1 << each), 0);
    if (mask !== 15) writer.line(js`if ((${mask} >> ${kind} & 1) === 0) ${segment.leave}`);
    writer.line(js`${segment.numbers(column)}[row] = ${kind};`);
    writer.line(js`${segment.tags(column)}[row] = 0;`);
    return {...input, columns: [...input.columns, column], kinds: null, hasPairs: false};
  },
};

export const fromChangelog: FusedNode<'from-changelog'> = {
  kind: 'fused',
  write(node, segment, input) {
    const {writer, memory} = segment;
    const {timeZone} = segment.context;
    const kinds = new Uint8Array(batchRows);
    const change = input.columns[node.change] as ColumnSource;
    const operation = input.columns[node.operation] as ColumnSource;
    const refuse = (row: number): void => {
      const value = readValue(memory, operation.vector, row, operation.type, timeZone);
      const message =
        value === null
          ? `"${operation.title}" is NULL, and says what each row does`
          : `"${operation.title}" is '${typeof value === 'string' ? value : ''}', which stands for no change`;
      const hint = "name it in op_mapping, or leave such rows out with error_handling => 'SKIP'";
      segment.rejects.reject(fail('data', 'unknown-change', message, {hint}), row);
    };
    writer.block(js`if (${segment.tag(change)} & 1)`, () => {
      if (node.onUnknown === 'fail') writer.line(js`${writer.bind('refuse', refuse, 'a row that is no change')}(row);`);
      writer.line(segment.leave);
    });
    writer.line(js`${writer.bind('kinds', kinds, 'what each row does')}[row] = ${segment.value(change)};`);
    return {...input, kinds, hasPairs: false};
  },
};
