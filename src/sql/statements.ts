/** Which rule of the grammar reads a statement, by its first word. */
const rules: Readonly<Record<string, string>> = {
  SELECT: 'queryStatement',
  WITH: 'queryStatement',
  VALUES: 'queryStatement',
  VALUE: 'queryStatement',
  TABLE: 'queryStatement',
  '(': 'queryStatement',
  INSERT: 'insertStatement',
  CREATE: 'createStatement',
  DROP: 'dropStatement',
  SET: 'setStatement',
  RESET: 'resetStatement',
  EXPLAIN: 'explainStatement',
  DESCRIBE: 'describeStatement',
  DESC: 'describeStatement',
  EXECUTE: 'executeStatement',
  ALTER: 'alterStatement',
  SHOW: 'showStatement',
  USE: 'useStatement',
  LOAD: 'loadStatement',
  UNLOAD: 'loadStatement',
  ADD: 'jarStatement',
  REMOVE: 'jarStatement',
  COMPILE: 'compileStatement',
  ANALYZE: 'analyzeStatement',
  STOP: 'stopStatement',
  TRUNCATE: 'truncateStatement',
  END: 'endStatement',
  CALL: 'callStatement',
  DELETE: 'deleteStatement',
  UPDATE: 'updateStatement',
  UPSERT: 'upsertStatement',
  MERGE: 'mergeStatement',
  REPLACE: 'replaceTable',
};

/** The rule for a statement that begins with the word or symbol; undefined when none does. */
export function ruleFor(first: string): string | undefined {
  const word = first.toUpperCase();
  return Object.hasOwn(rules, word) ? rules[word] : undefined;
}

/** What a statement can begin with, for suggestions. */
export const firstWords: readonly string[] = Object.keys(rules).filter(word => word !== '(' && word !== 'VALUE' && word !== 'END');
