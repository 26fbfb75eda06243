import {js} from '../code/js.ts';
import {LimitState} from '../state/small-states.ts';
import type {FusedNode} from './node-compiler.ts';

export const limit: FusedNode<'limit'> = {
  kind: 'fused',
  write(node, segment, input, build, index) {
    const state = new LimitState();
    build.keep(state);
    const end = node.offset + node.limit;
    build.satisfied.set(index, () => state.seen >= end);
    const {writer} = segment;
    const counted = writer.bind('limit', state, 'rows seen by the LIMIT');
    writer.line(js`if (${counted}.seen >= ${writer.bind('most', end, 'OFFSET and LIMIT')}) ${segment.leave}`);
    writer.line(js`${counted}.seen++;`);
    if (node.offset > 0) writer.line(js`if (${counted}.seen <= ${writer.bind('offset', node.offset, 'OFFSET')}) ${segment.leave}`);
    return input;
  },
};
