import {expect, test} from 'vitest';
import {parseScript} from '../sql/parse.ts';
import {externalTargets} from './external-targets.ts';

function targets(text: string): readonly string[] {
  const {script, problems} = parseScript({name: 'x', text}, {lenient: true});
  expect(problems).toEqual([]);
  return externalTargets(script).map(({target, span}) => `${target} at ${text.slice(span.start, span.end)}`);
}

test.each<readonly [string, readonly string[]]>([
  ['SELECT 1', []],
  ['SELECT * FROM stdin', ['stdin at stdin']],
  ["SELECT * FROM 'a.ndjson' AS x", ["a.ndjson at 'a.ndjson' AS x"]],
  ["SELECT * FROM 'b' UNION ALL SELECT * FROM (SELECT * FROM 'a' WHERE 'c' = d) UNION ALL SELECT * FROM 'b'", ["b at 'b'", "a at 'a'"]],
  ["WITH x AS (SELECT * FROM 'a') SELECT * FROM x JOIN stdin ON TRUE", ["a at 'a'", 'stdin at stdin']],
  ['WITH stdin AS (SELECT 1) SELECT * FROM stdin', []],
  ["CREATE TABLE stdin (a INT) WITH ('connector' = 'stdin', 'format' = 'json'); SELECT * FROM stdin", []],
  ['SELECT * FROM other.stdin', []],
  ["INSERT INTO 'out.csv' SELECT * FROM 'in.csv'", ["in.csv at 'in.csv'"]],
  ["EXPLAIN SELECT * FROM stdin WHERE a IN (SELECT b FROM 'c')", ['stdin at stdin', "c at 'c'"]],
  ["CREATE VIEW v AS SELECT * FROM 'a'; SELECT * FROM v", ["a at 'a'"]],
  ['TABLE stdin', ['stdin at stdin']],
  ["SELECT * FROM TABLE(TUMBLE(TABLE stdin, DESCRIPTOR(ts), INTERVAL '10' SECOND))", ['stdin at stdin']],
])('%s', (sql, expected) => {
  expect(targets(sql)).toEqual(expected);
});
