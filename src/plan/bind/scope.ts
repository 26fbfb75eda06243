import {nearest} from '../../base/nearest.ts';
import type {Span} from '../../base/problem.ts';
import type {Identifier} from '../../sql/ast.ts';
import type {Column} from '../../types/sql-type.ts';
import type {Expr} from '../expression.ts';
import type {BindContext} from './context.ts';
import {fieldType} from '../expression-walk.ts';
import {withArticle} from '../plan-text.ts';
import type {Report} from '../report.ts';

/** One table of a FROM clause. */
export interface ScopeRelation {
  /** How it may be called, whole or from any of its parts to the end: `catalog.database.table`, or an alias; empty for a query without alias. */
  readonly path: readonly string[];
  readonly columns: readonly Column[];
  /** Where its columns begin in the input row. */
  readonly first: number;
}

/** A column that `*` stands for. */
export interface StarColumn {
  readonly name: string;
  readonly expression: Expr;
}

/** A column that several tables of a join share by USING or NATURAL: its name alone means this, and `*` shows it once, first. */
export interface MergedColumn {
  readonly name: string;
  readonly expression: Expr;
  /** The columns of the input row that it stands for. */
  readonly columns: readonly number[];
}

type Found = {readonly relation: ScopeRelation; readonly column: number};

/** The names that an expression may use. Case counts. */
export class Scope {
  readonly relations: readonly ScopeRelation[];
  readonly merged: readonly MergedColumn[];
  /** The names of the query around a subquery: what is not found here is looked for there. */
  readonly #outer: Scope | null;

  constructor(relations: readonly ScopeRelation[], merged: readonly MergedColumn[] = [], outer: Scope | null = null) {
    this.relations = relations;
    this.merged = merged;
    this.#outer = outer;
  }

  /** A scope of one table. */
  static of(columns: readonly Column[], path: readonly string[] = []): Scope {
    return new Scope([{path, columns, first: 0}]);
  }

  has(name: string): boolean {
    return this.#columnsNamed(name).length > 0 || this.merged.some(column => column.name === name);
  }

  /**
   * What `a`, `t.a`, `a.b` or `t.a.b` means: a table before a column of the same name, as in Flink, unless that table has no such column.
   * Null after a problem was reported.
   */
  resolve(parts: readonly Identifier[], span: Span, report: Report, hint?: string): Expr | null {
    for (let length = parts.length - 1; length > 0; length--) {
      const relations = this.#relationsCalled(parts.slice(0, length));
      const found = relations.flatMap(relation => columnsOf(relation, parts[length]!.name));
      if (found.length > 1) return ambiguous(parts[length]!, report);
      if (found.length === 1) return followed(found[0]!, parts.slice(length), span, report);
    }
    const first = parts[0]!;
    const merged = this.merged.find(column => column.name === first.name);
    if (merged !== undefined) return followedFrom({...merged.expression, span: report.spanOf(span)}, parts, span, report);
    const found = this.#columnsNamed(first.name);
    if (found.length > 1) return ambiguous(first, report);
    if (found.length === 1) return followed(found[0]!, parts, span, report);
    if (this.#outer?.knows(parts) === true) return this.#outer.resolve(parts, span, report, hint);
    return this.#unknown(parts, report, hint);
  }

  /** The names that a column has by itself, as `*` shows them. */
  visibleNames(): readonly string[] {
    const shared = new Set(this.merged.flatMap(column => column.columns));
    const own = this.relations.flatMap(({columns, first}) => columns.filter((_, index) => !shared.has(first + index)));
    return [...this.merged, ...own].map(column => column.name);
  }

  /** Whether a name begins with a table, or a column, of this scope or one around it. */
  knows(parts: readonly Identifier[]): boolean {
    const isTable = parts.some((_, length) => length > 0 && this.#relationsCalled(parts.slice(0, length)).length > 0);
    return isTable || this.has(parts[0]!.name) || this.#relationsCalled(parts).length > 0 || this.#outer?.knows(parts) === true;
  }

  /** The columns of `*`, `t.*`, or `r.*` for a column of type ROW. Null after a problem was reported. */
  star(qualifier: readonly Identifier[], span: Span, report: Report): readonly StarColumn[] | null {
    const relations = qualifier.length === 0 ? this.relations : this.#relationsCalled(qualifier);
    if (relations.length > 0) {
      const all = relations.flatMap(relation =>
        relation.columns.map((column, index) => ({
          name: column.name,
          expression: columnExpression({relation, column: index}, span, report),
          index: relation.first + index,
        })),
      );
      if (qualifier.length > 0) return all;
      return [...this.merged, ...all.filter(({index}) => !this.merged.some(({columns}) => columns.includes(index)))];
    }
    const row = this.resolve(qualifier, span, report);
    if (row === null) return null;
    const {type} = row;
    if (type.kind !== 'ROW') return report.error('wrong-type', span, `"${nameOf(qualifier)}" is no table and no ROW, so .* means nothing`);
    return type.fields.map((field, index) => ({
      name: field.name,
      expression: {kind: 'field', operand: row, field: index, type: fieldType(type, index), span: report.spanOf(span)},
    }));
  }

  #relationsCalled(name: readonly Identifier[]): readonly ScopeRelation[] {
    return this.relations.filter(
      ({path}) => path.length >= name.length && name.every((part, index) => part.name === path[path.length - name.length + index]),
    );
  }

  #columnsNamed(name: string): readonly Found[] {
    return this.relations.flatMap(relation => columnsOf(relation, name));
  }

  #unknown(parts: readonly Identifier[], report: Report, hint: string | undefined): null {
    const first = parts[0]!;
    if (this.relations.length === 0) {
      return report.error('unknown-column', first.span, `there is no column "${first.name}": the query reads no table`, {
        hint: `for a text, write '${first.name}'`,
      });
    }
    const called = parts.length > 1 ? this.#relationsCalled([first])[0] : undefined;
    const wanted = called === undefined ? first : parts[1]!;
    const columns = (called === undefined ? this.relations : [called]).flatMap(relation => relation.columns.map(column => column.name));
    const tables = this.relations.flatMap(relation => relation.path.slice(-1));
    const near = nearest(wanted.name, parts.length > 1 && called === undefined ? [...tables, ...columns] : columns);
    const table = called?.path.at(-1) ?? (tables.length === 1 && this.relations.length === 1 ? tables[0] : undefined);
    const message =
      parts.length > 1 && called === undefined
        ? `there is no table or column "${first.name}" here`
        : `${table === undefined ? 'there is' : `table "${table}" has`} no column "${wanted.name}"`;
    const advice = hint ?? (near === null ? undefined : `did you mean "${near}"?`);
    return report.error('unknown-column', wanted.span, message, {
      detail: listed('columns', columns),
      ...(advice === undefined ? {} : {hint: advice}),
    });
  }
}

/** The columns under the names of a list such as `t (a, b)`. Null after a problem was reported. */
export function renamed(
  context: BindContext,
  columns: readonly Column[],
  names: readonly {readonly name: string}[],
  span: Span | undefined,
): readonly Column[] | null {
  if (names.length === 0) return columns;
  if (names.length === columns.length) return columns.map(({type}, index) => ({name: names[index]!.name, type}));
  return context.report.error('wrong-column-count', span!, `${names.length} names are given for ${columns.length} columns`, {
    detail: listed(
      'columns',
      columns.map(column => column.name),
    ),
  });
}

const mostListed = 20;

/** `columns: a, b, c` */
export function listed(what: string, names: readonly string[]): string {
  if (names.length === 0) return `${what}: none`;
  const shown = names.slice(0, mostListed).join(', ');
  return `${what}: ${shown}${names.length > mostListed ? ` and ${names.length - mostListed} more` : ''}`;
}

function columnsOf(relation: ScopeRelation, name: string): readonly Found[] {
  return relation.columns.flatMap((column, index) => (column.name === name ? [{relation, column: index}] : []));
}

function columnExpression({relation, column}: Found, span: Span, report: Report): Expr {
  return {kind: 'column', index: relation.first + column, type: relation.columns[column]!.type, span: report.spanOf(span)};
}

/** The column and, for further parts, the fields inside it. */
function followed(found: Found, parts: readonly Identifier[], span: Span, report: Report): Expr | null {
  return followedFrom(columnExpression(found, span, report), parts, span, report);
}

function followedFrom(first: Expr, parts: readonly Identifier[], span: Span, report: Report): Expr | null {
  let expression: Expr | null = first;
  for (const part of parts.slice(1)) {
    expression = fieldOf(expression, part, span, report);
    if (expression === null) return null;
  }
  return expression;
}

/** `operand.name`. Null after a problem was reported. */
export function fieldOf(operand: Expr, name: Identifier, span: Span, report: Report): Expr | null {
  const {type} = operand;
  if (type.kind !== 'ROW') {
    return report.error(
      'wrong-type',
      name.span,
      `"${name.name}" cannot be a field, because what stands before it is ${withArticle(type.kind)} and no ROW`,
    );
  }
  const field = type.fields.findIndex(candidate => candidate.name === name.name);
  if (field === -1) {
    const names = type.fields.map(candidate => candidate.name);
    const near = nearest(name.name, names);
    return report.error('unknown-column', name.span, `the ROW has no field "${name.name}"`, {
      detail: listed('fields', names),
      ...(near === null ? {} : {hint: `did you mean "${near}"?`}),
    });
  }
  return {kind: 'field', operand, field, type: fieldType(type, field), span: report.spanOf(span)};
}

function ambiguous(part: Identifier, report: Report): null {
  return report.error('ambiguous-column', part.span, `column "${part.name}" is ambiguous: more than one has this name`, {
    hint: 'give the columns different names with AS, or put the table before the name',
  });
}

function nameOf(parts: readonly Identifier[]): string {
  return parts.map(part => part.name).join('.');
}
