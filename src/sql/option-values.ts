import type {OptionPair, Script, Statement} from './ast.ts';

/** The same script with other values in its WITH (…) lists and SET statements. Nothing else of it can change: not keys, not names, not expressions. */
export function mapOptionValues(script: Script, valueOf: (pair: OptionPair) => string): Script {
  const changed = (pair: OptionPair): OptionPair => ({...pair, value: valueOf(pair)});
  const inStatement = (statement: Statement): Statement => {
    if (statement.kind === 'create-table') return {...statement, options: statement.options.map(changed)};
    if (statement.kind === 'set') return statement.pair === null ? statement : {...statement, pair: changed(statement.pair)};
    if (statement.kind === 'explain') return {...statement, statement: inStatement(statement.statement)};
    return statement;
  };
  return {...script, statements: script.statements.map(({statement, comments}) => ({statement: inStatement(statement), comments}))};
}
