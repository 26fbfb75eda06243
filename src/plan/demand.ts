import type {Expr} from './expression.ts';

/** A column of a node's output, or a field inside it: `path` are the indexes of ROW fields from the column down. */
export interface ColumnPath {
  readonly column: number;
  readonly path: readonly number[];
}

type Tree = 'whole' | Map<number, Tree>;

/** Which columns of a node's output its users read: whole, or only some fields of a ROW. */
export class Demand {
  readonly #columns = new Map<number, Tree>();

  static all(count: number): Demand {
    const demand = new Demand();
    for (let column = 0; column < count; column++) demand.add(column);
    return demand;
  }

  add(column: number, path: readonly number[] = []): void {
    this.#columns.set(column, deepened(this.#columns.get(column), path, 0));
  }

  addAll(other: Demand): void {
    for (const {column, path} of other.list()) this.add(column, path);
  }

  /** Every column that an expression reads. */
  addExpression(expression: Expr): void {
    const chain = columnPathOf(expression);
    if (chain !== null) this.add(chain.column, chain.path);
    else for (const child of childrenOf(expression)) this.addExpression(child);
  }

  has(column: number): boolean {
    return this.#columns.has(column);
  }

  /** In the order of the columns; of a column that is read whole, no field is listed. */
  list(): readonly ColumnPath[] {
    const found: ColumnPath[] = [];
    const visit = (column: number, tree: Tree, path: readonly number[]): void => {
      if (tree === 'whole') found.push({column, path});
      else for (const [field, inner] of [...tree].sort(([left], [right]) => left - right)) visit(column, inner, [...path, field]);
    };
    for (const [column, tree] of [...this.#columns].sort(([left], [right]) => left - right)) visit(column, tree, []);
    return found;
  }
}

function deepened(tree: Tree | undefined, path: readonly number[], depth: number): Tree {
  if (tree === 'whole' || depth === path.length) return 'whole';
  const field = path[depth] as number;
  const fields = tree ?? new Map<number, Tree>();
  fields.set(field, deepened(fields.get(field), path, depth + 1));
  return fields;
}

/** The column and fields that an expression names, when it does nothing else: `bid.price`. */
export function columnPathOf(expression: Expr): ColumnPath | null {
  if (expression.kind === 'column') return {column: expression.index, path: []};
  if (expression.kind !== 'field') return null;
  const inner = columnPathOf(expression.operand);
  return inner === null ? null : {column: inner.column, path: [...inner.path, expression.field]};
}

/** The direct sub-expressions, in order. */
export function childrenOf(expression: Expr): readonly Expr[] {
  switch (expression.kind) {
    case 'column':
    case 'literal':
      return [];
    case 'field':
    case 'cast':
      return [expression.operand];
    case 'call':
      return expression.arguments;
    case 'case':
      return [...expression.branches.flatMap(branch => [branch.when, branch.then]), expression.otherwise];
  }
}
