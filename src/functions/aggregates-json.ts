import {fail} from '../base/problem.ts';
import {isText} from '../types/common-type.ts';
import type {JsonNode} from '../types/json-text.ts';
import type {SqlType} from '../types/sql-type.ts';
import type {AggregateFunction, Argument, Refusal, Typing} from './define.ts';
import {argumentNode, jsonArgumentFault, jsonArgumentTypes, keepsNull, orderedJson} from './json-make.ts';
import {wrongCount, wrongTypes} from './typing.ts';

/** JSON made of the rows of a group. */

/** Flink's type of both; nothing is cut off here. */
const result: SqlType = {kind: 'VARCHAR', length: 2000, nullable: false};

function typing(count: number): (args: readonly Argument[]) => Typing | Refusal {
  return args => {
    if (args.length !== count) return wrongCount(args.length, count, count);
    const fault = jsonArgumentFault(args.slice(count - 1));
    if (fault !== null) return fault;
    const [key] = args;
    if (count === 2 && key !== undefined && !isText(key.type)) return wrongTypes(args, 'CAST the key to STRING');
    return {arguments: jsonArgumentTypes(args), result};
  };
}

export const jsonAggregates: readonly AggregateFunction[] = [
  {
    kind: 'aggregate',
    name: 'JSON_OBJECTAGG',
    summary: 'A JSON object of all keys and values, with NULLs unless ABSENT ON NULL says otherwise; its keys are in order.',
    syntax: 'JSON_OBJECTAGG([KEY] key VALUE value [{NULL | ABSENT} ON NULL])',
    examples: [
      {sql: `SELECT JSON_OBJECTAGG(k VALUE v) FROM (VALUES ('b', 1), ('a', 2)) AS t(k, v)`, gives: '{"a":2,"b":1}'},
      {sql: `SELECT JSON_OBJECTAGG(KEY k VALUE v ABSENT ON NULL) FROM (VALUES ('a', CAST(NULL AS INT))) AS t(k, v)`, gives: '{}'},
    ],
    deterministic: true,
    typing: typing(2),
    evaluate(rows, call) {
      const object = new Map<string, JsonNode>();
      for (const row of rows) {
        const [key = null] = row;
        if (key === null) throw fail('data', 'null-json-key', 'JSON_OBJECTAGG was given a key that is NULL');
        const node = argumentNode(row, 1, call);
        if (node !== null || keepsNull(call, true)) object.set(key as string, node);
      }
      return orderedJson(object);
    },
  },
  {
    kind: 'aggregate',
    name: 'JSON_ARRAYAGG',
    summary: 'A JSON array of all values, without NULLs unless NULL ON NULL says otherwise.',
    syntax: 'JSON_ARRAYAGG(value [{NULL | ABSENT} ON NULL])',
    examples: [
      {sql: `SELECT JSON_ARRAYAGG(x) FROM (VALUES ('b'), ('a')) AS t(x)`, gives: '["b","a"]'},
      {sql: 'SELECT JSON_ARRAYAGG(x NULL ON NULL) FROM (VALUES (1), (CAST(NULL AS INT))) AS t(x)', gives: '[1,null]'},
    ],
    deterministic: true,
    typing: typing(1),
    evaluate(rows, call) {
      const nodes = rows.map(row => argumentNode(row, 0, call));
      return orderedJson(keepsNull(call, false) ? nodes : nodes.filter(node => node !== null));
    },
  },
];
