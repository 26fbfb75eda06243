import {createBatch} from '../flow/batch.ts';
import {physicalOf} from '../types/sql-type.ts';
import type {NodeCompiler} from './node-compiler.ts';
import {Stage} from './stage.ts';

export const scan: NodeCompiler<'scan'> = {
  kind: 'source',
  stage(node, index, build) {
    const batch = createBatch(
      build.memory,
      node.wanted.map(wanted => physicalOf(wanted.type)),
      node.changelog !== 'append',
    );
    return new Stage(index, batch, {isScan: true, mostRows: build.stepRows});
  },
};
