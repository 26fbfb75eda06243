import {castValue} from '../types/cast.ts';
import {commonType} from '../types/common-type.ts';
import {compareValues} from '../types/compare.ts';
import {type SqlType, stringType, withNullable} from '../types/sql-type.ts';
import {typeText} from '../types/type-text.ts';
import type {Value} from '../types/value.ts';
import {comparisonType} from './comparison.ts';
import type {Argument, Refusal, ScalarFunction} from './define.ts';
import {boolean, wrongCount, wrongTypes} from './typing.ts';

/** Forms that the planner turns into CASE, so that a branch is computed only where it counts. Here for their types and for help. */

export function noCommonType(types: readonly SqlType[]): Refusal {
  return {
    message: `has no common type of ${types.map(type => typeText(withNullable(type, true))).join(', ')}`,
    hint: 'CAST the values to one type',
  };
}

/** An untyped NULL takes the other type. */
function typedOr(type: SqlType, instead: SqlType): SqlType {
  return type.kind === 'NULL' ? withNullable(instead, true) : type;
}

function cast(types: readonly SqlType[], common: SqlType): readonly SqlType[] {
  return types.map(type => withNullable(common, type.nullable || type.kind === 'NULL'));
}

export const conditionalFunctions: readonly ScalarFunction[] = [
  {
    kind: 'scalar',
    family: 'conditional',
    name: 'IF',
    summary: 'The second value when the condition is TRUE, else the third.',
    syntax: 'IF(condition, then, otherwise)',
    examples: [
      {sql: "IF(1 < 2, 'yes', 'no')", gives: 'yes'},
      {sql: 'IF(CAST(NULL AS BOOLEAN), 1, 2)', gives: '2'},
    ],
    deterministic: true,
    nulls: 'handled',
    typing(args) {
      const [condition, then, otherwise] = args;
      if (condition === undefined || then === undefined || otherwise === undefined || args.length > 3) return wrongCount(args.length, 3, 3);
      const conditionType = boolean(condition.type);
      if (conditionType === null) return wrongTypes(args, 'the first argument must be a condition');
      const types = [then.type, otherwise.type];
      const common = commonType(types);
      return common === null ? noCommonType(types) : {arguments: [conditionType, ...cast(types, common)], result: common};
    },
    evaluate: args => (args[0] === true ? args[1] : args[2]) as Value,
  },
  {
    kind: 'scalar',
    family: 'conditional',
    name: 'COALESCE',
    summary: 'The first value that is not NULL.',
    syntax: 'COALESCE(value, …)',
    examples: [
      {sql: 'COALESCE(CAST(NULL AS INT), 2, 3)', gives: '2'},
      {sql: "COALESCE('a', 'b')", gives: 'a'},
    ],
    deterministic: true,
    nulls: 'handled',
    typing(args) {
      if (args.length === 0) return wrongCount(0, 1, null);
      const types = args.map(arg => arg.type);
      const common = commonType(types);
      if (common === null) return noCommonType(types);
      return {
        arguments: cast(types, common),
        result: withNullable(
          common,
          types.every(type => type.nullable || type.kind === 'NULL'),
        ),
      };
    },
    evaluate: args => args.find(value => value !== null) ?? null,
  },
  {
    kind: 'scalar',
    family: 'conditional',
    name: 'IFNULL',
    summary: 'The first value, or the second where the first is NULL.',
    syntax: 'IFNULL(value, instead)',
    examples: [{sql: 'IFNULL(CAST(NULL AS INT), 2)', gives: '2'}],
    deterministic: true,
    nulls: 'handled',
    typing(args) {
      const [value, instead] = args.map(arg => arg.type);
      if (value === undefined || instead === undefined || args.length > 2) return wrongCount(args.length, 2, 2);
      const common = commonType([value, instead]);
      if (common === null) return noCommonType([value, instead]);
      return {arguments: cast([value, instead], common), result: withNullable(common, instead.nullable || instead.kind === 'NULL')};
    },
    evaluate: args => args[0] ?? (args[1] as Value),
  },
  {
    kind: 'scalar',
    family: 'conditional',
    name: 'NULLIF',
    summary: 'NULL when both values are equal, else the first.',
    syntax: 'NULLIF(value, other)',
    examples: [
      {sql: 'NULLIF(5, 5)', gives: 'NULL'},
      {sql: 'NULLIF(5, 0)', gives: '5'},
    ],
    deterministic: true,
    nulls: 'handled',
    typing(args) {
      const [value, other] = args.map(arg => arg.type);
      if (value === undefined || other === undefined || args.length > 2) return wrongCount(args.length, 2, 2);
      const type = comparisonType(value, other);
      if ('message' in type) return type;
      return {arguments: [typedOr(value, type), typedOr(other, type)], result: withNullable(typedOr(value, type), true)};
    },
    evaluate(args, call) {
      const [value, other] = args as [Value, Value];
      if (value === null || other === null) return value;
      const [valueType, otherType] = call.arguments.map(arg => arg.type) as [SqlType, SqlType];
      const type = comparisonType(valueType, otherType);
      if ('message' in type) return value;
      const left = castValue(value, valueType, type, call.timeZone);
      const right = castValue(other, otherType, type, call.timeZone);
      return left !== null && right !== null && compareValues(left, right, type) === 0 ? null : value;
    },
  },
  {
    kind: 'scalar',
    family: 'conditional',
    name: 'TYPEOF',
    summary: 'The type of a value, as Flink writes it.',
    syntax: 'TYPEOF(value [, serializable])',
    examples: [
      {sql: 'TYPEOF(CAST(1 AS DECIMAL(4, 2)))', gives: 'DECIMAL(4, 2) NOT NULL'},
      {sql: "TYPEOF('abc')", gives: 'CHAR(3) NOT NULL'},
    ],
    deterministic: true,
    nulls: 'handled',
    typing(args) {
      const [value, isWhole] = args;
      if (value === undefined || args.length > 2) return wrongCount(args.length, 1, 2);
      // Flink's second argument asks for a text that a catalog could keep, which this one always is.
      if (isWhole !== undefined && typeof isWhole.literal !== 'boolean') return wrongTypes(args, 'the second argument is TRUE or FALSE');
      return {arguments: args.map(arg => arg.type), result: stringType};
    },
    evaluate: (_args, call) => typeText((call.arguments[0] as Argument).type),
  },
];
