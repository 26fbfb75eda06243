import {createBatch} from '../flow/batch.ts';
import {physicalOf} from '../types/sql-type.ts';
import type {NodeCompiler} from './node-compiler.ts';
import {PartitionTimes} from './partition-times.ts';
import {Stage} from './stage.ts';

export const scan: NodeCompiler<'scan'> = {
  kind: 'source',
  stage(node, index, build) {
    const batch = createBatch(
      build.memory,
      node.wanted.map(wanted => physicalOf(wanted.type)),
      node.changelog !== 'append',
    );
    const partitionTimes = node.table.hasPartitions === true ? new PartitionTimes() : null;
    return new Stage(index, batch, {isScan: true, mostRows: build.stepRows, partitionTimes});
  },
};
