import {js} from '../code/js.ts';
import {batchOver} from '../flow/batch.ts';
import type {NodeCompiler} from './node-compiler.ts';

/** Rows are not copied: the sink's batch shares their vectors, and its selection says which of them count. */
export const sink: NodeCompiler<'sink'> = {
  kind: 'end',
  write(node, segment, input, build, index) {
    const batch = batchOver(
      segment.memory,
      input.columns.map(column => column.vector),
      input.kinds,
    );
    build.addOutput(index, {node, batch, deliver: () => undefined});
    const {writer} = segment;
    const selection = writer.bind('selection', batch.selection, 'rows for the sink');
    writer.line(js`${selection}[${segment.batch(batch, 'what the sink is given')}.count++] = row;`);
  },
};
