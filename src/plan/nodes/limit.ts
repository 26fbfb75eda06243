import {stateless, type Behaviour} from './behaviour.ts';

/** The first rows that come, after `offset` of them. Without an end, `limit` is `noLimit`. */
export interface LimitShape {
  readonly kind: 'limit';
  readonly input: number;
  readonly offset: number;
  readonly limit: number;
}

/** The limit of OFFSET without LIMIT: more rows than can be counted. */
export const noLimit: number = Number.MAX_SAFE_INTEGER;

export const limit: Behaviour<LimitShape> = {
  inputs: node => [node.input],
  withInputs: (node, [input]) => ({...node, input: input!}),
  mapExpressions: node => node,
  traits: (_node, _given, [input]) => input!,
  demand: (_node, wanted) => [wanted],
  growth: () => stateless,
  describe: node => {
    const first = node.limit === noLimit ? 'limit: all rows' : `limit: first ${node.limit}`;
    return node.offset === 0 ? first : `${first}, after ${node.offset}`;
  },
};
