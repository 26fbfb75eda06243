import {findFunction} from '../../functions/index.ts';
import {classFunctions, findClassFunction} from '../../functions/java-classes.ts';
import type {CompoundName, Statement} from '../../sql/ast.ts';
import type {BindContext} from './context.ts';

/** Functions are looked up without regard to case and to the database they were created in. */
function functionName(name: CompoundName): string {
  return name.parts.at(-1)!.name.toUpperCase();
}

/** CREATE FUNCTION … AS 'class': the name means what we have for that class, from here on. */
export function bindCreateFunction(context: BindContext, statement: Statement & {readonly kind: 'create-function'}): void {
  const {report, created} = context;
  const {className, language} = statement;
  const name = functionName(statement.name);
  const isKnown = findClassFunction(className) !== undefined && (language ?? 'JAVA').toUpperCase() === 'JAVA';
  if (!isKnown) {
    report.error('not-supported', statement.span, `a function of the class ${className} is not supported`, {
      detail: `classes that are known: ${classFunctions.map(known => known.name).join(', ')}`,
      hint: 'write what it computes in SQL',
    });
    return;
  }
  if (created.has(name) && statement.ifNotExists) return;
  if (created.has(name) || findFunction(name) !== undefined) {
    report.error('duplicate-function', statement.name.span, `function "${name}" exists already`, {
      hint: created.has(name) ? 'choose another name, or write IF NOT EXISTS' : 'choose another name: this one is built in',
    });
    return;
  }
  created.set(name, className);
}

export function dropFunction(context: BindContext, statement: Statement & {readonly kind: 'drop'}): void {
  const {report, created} = context;
  const name = functionName(statement.name);
  if (created.delete(name) || statement.ifExists) return;
  report.error('unknown-function', statement.name.span, `there is no function "${name}" that was created here`, {
    hint: 'write IF EXISTS if it may be missing',
  });
}
