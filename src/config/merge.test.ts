import {describe, expect, test} from 'vitest';
import {type MapNode, plainData} from './config-node.ts';
import {merge, mergeAll} from './merge.ts';
import {readYaml} from './yaml-file.ts';

function node(text: string): MapNode {
  return readYaml({name: 'f.yaml', text}, '.').root as MapNode;
}

describe('layers over each other', () => {
  test.each([
    [['{a: 1}', '{b: 2}'], '{a: 1, b: 2}'],
    [['{a: 1}', '{a: 2}'], '{a: 2}'],
    [['{a: {b: 1, c: 1}}', '{a: {c: 2, d: 2}}'], '{a: {b: 1, c: 2, d: 2}}'],
    [['{a: {b: 1}}', '{a: 2}'], '{a: 2}'],
    [['{a: 1}', '{a: {b: 2}}'], '{a: {b: 2}}'],
    [['{a: [1, 2]}', '{a: [3]}'], '{a: [3]}'],
    [['{a: [1, 2]}', '{a+: [3]}'], '{a: [1, 2, 3]}'],
    [['{a: [1]}', '{a+: [2]}', '{a+: [3]}'], '{a: [1, 2, 3]}'],
    [['{b: 1}', '{a+: [2]}'], '{b: 1, a: [2]}'],
    [['{a+: [1]}', '{a+: [2]}'], '{a: [1, 2]}'],
    [['{a+: [1]}', '{a: [2]}'], '{a: [2]}'],
    [['{a: [1]}', '{a: null}', '{a+: [2]}'], '{a: [2]}'],
    [['{a+: [3], a: [2]}'], '{a: [2, 3]}'],
    [['{a: 1, b: 1}', '{a: null}'], '{b: 1}'],
    [['{a: {b: 1, c: 1}}', '{a: {b: null}}'], '{a: {c: 1}}'],
    [['{a: {b: 1}}', '{a: null}', '{a: {c: 2}}'], '{a: {c: 2}}'],
    [['{a: null}', '{a: 1}'], '{a: 1}'],
    [['{a: [null]}'], '{a: [null]}'],
  ] as const)('%j give %s', (layers, expected) => {
    const nodes = layers.map(node);
    expect(plainData(mergeAll(nodes, node('{}').origin))).toEqual(plainData(node(expected)));
    // Files laid over each other first, and over the rest later, come to the same.
    const [first = node('{}'), ...rest] = nodes;
    const upper = rest.reduce<MapNode>((lower, over) => merge(lower, over) as MapNode, node('{}'));
    expect(plainData(mergeAll([first, upper], node('{}').origin))).toEqual(plainData(node(expected)));
  });
});
