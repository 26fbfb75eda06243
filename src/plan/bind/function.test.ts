import {expect, test} from 'vitest';
import {classFunctions} from '../../functions/java-classes.ts';
import {planText} from '../plan-fixture.ts';

const create = "CREATE FUNCTION f AS 'com.github.nexmark.flink.udf.CountChar';";

function told(sql: string): readonly {readonly code: string; readonly message: string}[] {
  return planText(sql).problems;
}

test('every function of a class gives what its examples say', () => {
  for (const {name, examples} of classFunctions) {
    const created = `CREATE FUNCTION ${name.split('.').at(-1)} AS '${name}';`;
    for (const {sql, gives} of examples) {
      const {plan, problems} = planText(`${created} SELECT CAST(${sql} AS STRING)`);
      expect(problems).toEqual([]);
      expect(JSON.stringify(plan?.nodes, (_, value: unknown) => (typeof value === 'bigint' ? String(value) : value))).toContain(
        `"${gives}"`,
      );
    }
  }
});

test('any other class is refused by name, with those that are known', () => {
  const problem = {code: 'not-supported', message: 'a function of the class com.example.F is not supported'};
  const detail = 'classes that are known: com.github.nexmark.flink.udf.CountChar';
  expect(told("CREATE FUNCTION f AS 'com.example.F'")).toMatchObject([{...problem, detail}]);
  expect(told("CREATE FUNCTION f AS 'com.github.nexmark.flink.udf.CountChar' LANGUAGE PYTHON")).toMatchObject([{code: 'not-supported'}]);
});

test('a name is created once, and no function of ours is hidden', () => {
  expect(told(`${create} ${create}`)).toMatchObject([{code: 'duplicate-function', message: 'function "F" exists already'}]);
  expect(told(create.replace(' f ', ' concat_ws '))).toMatchObject([
    {code: 'duplicate-function', hint: 'choose another name: this one is built in'},
  ]);
});

test('what was dropped is not there any more', () => {
  expect(told(`${create} DROP FUNCTION f; SELECT f('a', 'b')`)).toMatchObject([
    {code: 'unknown-function', message: 'there is no function "F"'},
  ]);
  expect(told('DROP FUNCTION f')).toMatchObject([{code: 'unknown-function'}]);
  expect(told(`DROP FUNCTION IF EXISTS f; ${create}`)).toEqual([]);
});

test('it cannot be called without having been created', () => {
  expect(told("SELECT CountChar('a', 'a')")).toMatchObject([{code: 'unknown-function'}]);
});
