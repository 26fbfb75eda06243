import type {Span} from '../base/problem.ts';
import type {CompoundName, Script} from '../sql/ast.ts';

/** Something that a script reads and nobody declares. */
export interface ExternalTarget {
  readonly target: string;
  readonly span: Span;
}

/**
 * What a script reads without having declared it, each once, in the order of the text: `FROM 'file'`, and `FROM stdin` when no table of that name is created.
 * Their columns have to be found out before planning.
 */
export function externalTargets(script: Script): readonly ExternalTarget[] {
  const found = new Map<string, ExternalTarget>();
  const created = new Set<string>();
  for (const {statement} of script.statements) {
    visit(statement, created, ({target, span}) => {
      if (!found.has(target)) found.set(target, {target, span});
    });
    if (statement.kind === 'create-table' || statement.kind === 'create-view') created.add(statement.name.parts.at(-1)!.name);
    if (statement.kind === 'drop') created.delete(statement.name.parts.at(-1)!.name);
  }
  return [...found.values()];
}

/** The tree is plain data, so every query in it is found by walking through all of it: none can be forgotten. */
function visit(node: unknown, created: ReadonlySet<string>, tell: (target: ExternalTarget) => void): void {
  if (node === null || typeof node !== 'object') return;
  if (Array.isArray(node)) {
    for (const item of node) visit(item, created, tell);
    return;
  }
  const kind: unknown = 'kind' in node ? node.kind : undefined;
  if (kind === 'file' && 'target' in node && 'span' in node) tell({target: node.target as string, span: node.span as Span});
  const name = nameOf(kind, node);
  if (name !== null) {
    const {parts, span} = name;
    if (parts.length === 1 && parts[0]!.name === 'stdin' && !created.has('stdin')) tell({target: 'stdin', span});
  }
  const inner = withCommonTables(node, created);
  for (const child of Object.values(node)) visit(child, inner, tell);
}

/** The name under which a node reads a table: FROM t, TABLE t, and TABLE t as what a table function works on. */
function nameOf(kind: unknown, node: object): CompoundName | null {
  if ((kind === 'named' || kind === 'table') && 'name' in node) return node.name as CompoundName;
  if (kind === 'table-argument' && 'table' in node) return node.table as CompoundName | null;
  return null;
}

/** Tables of WITH are created for their query. */
function withCommonTables(node: object, created: ReadonlySet<string>): ReadonlySet<string> {
  if (!('with' in node) || !Array.isArray(node.with) || node.with.length === 0) return created;
  const names = node.with.map(table => (table as {readonly name: {readonly name: string}}).name.name);
  return new Set([...created, ...names]);
}
