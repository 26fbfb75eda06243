import {expect, test} from 'vitest';
import {mapOptionValues} from './option-values.ts';
import {parseScript} from './parse.ts';
import {printStatement} from './print.ts';

test('values of WITH and SET are exchanged, and nothing else', () => {
  const text = `
    SET 'k' = 'x';
    CREATE TABLE x (x STRING COMMENT 'x') COMMENT 'x' WITH ('x' = 'x', 'y' = 'x');
    CREATE VIEW v AS SELECT 'x' AS x FROM x;
    INSERT INTO x SELECT 'x' FROM x WHERE x = 'x';
    EXPLAIN SELECT 'x'`;
  const {script, problems} = parseScript({name: 'q', text}, {lenient: false});
  expect(problems).toEqual([]);
  const value = `'; DROP TABLE x; --`;
  const changed = mapOptionValues(script, pair => (pair.value === 'x' ? value : pair.value));
  expect(changed.statements.map(({statement}) => printStatement(statement).replace(/\s+/g, ' '))).toEqual([
    "SET 'k' = '''; DROP TABLE x; --'",
    "CREATE TABLE x ( x STRING COMMENT 'x' ) COMMENT 'x' WITH ('x' = '''; DROP TABLE x; --', 'y' = '''; DROP TABLE x; --')",
    "CREATE VIEW v AS SELECT 'x' AS x FROM x",
    "INSERT INTO x SELECT 'x' FROM x WHERE x = 'x'",
    "EXPLAIN SELECT 'x'",
  ]);
  expect(mapOptionValues(script, ({value: same}) => same)).toEqual(script);
});
