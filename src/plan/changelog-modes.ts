import type {ChangelogMode} from '../types/change.ts';
import type {Changes} from './nodes/behaviour.ts';
import {behaviourOf, type NodeOf, type PlanNode} from './nodes/index.ts';
import type {Graph} from './rules/index.ts';

const none: Changes = {updates: false, deletes: false};

/** A graph whose nodes have their final changelog modes, and for each node Flink's words for what its rows do: `I,UB,UA,D`. */
export interface Moded extends Graph {
  readonly modes: readonly string[];
}

/**
 * Decides which nodes give the old row of an update (-U) beside the new one: only those of which somebody needs it. A normalizer that would only make old rows
 * and whole deletes that nobody needs is left out. `isAsked`: whether the results themselves should have old rows.
 */
export function decideChangelogModes(graph: Graph, isAsked: boolean): Moded {
  const changes = changesOf(graph);
  const needs = needsOf(graph, changes, isAsked);
  const builder = new Modes(graph, changes, needs);
  for (const index of graph.nodes.keys()) builder.take(index);
  return {nodes: builder.nodes, sinks: graph.sinks.map(sink => builder.placeOf(sink)), modes: builder.modes};
}

function inputsOf(node: PlanNode): readonly number[] {
  return behaviourOf<PlanNode>(node).inputs(node);
}

function changesOf({nodes}: Graph): readonly Changes[] {
  const found: Changes[] = [];
  for (const node of nodes) {
    const inputs = inputsOf(node).map(input => found[input]!);
    found.push(
      node.changelog === 'append' ? none : (behaviourOf<PlanNode>(node).changes?.(node, inputs) ?? {updates: true, deletes: true}),
    );
  }
  return found;
}

/** Of each node, whether somebody needs the old rows of its updates. */
function needsOf({nodes, sinks}: Graph, changes: readonly Changes[], isAsked: boolean): readonly boolean[] {
  const needs = nodes.map(() => false);
  for (const sink of sinks) needs[sink] = isAsked;
  for (let index = nodes.length - 1; index >= 0; index--) {
    const node = nodes[index]!;
    const inputs = inputsOf(node);
    const needed =
      behaviourOf<PlanNode>(node).needsOldRows?.(
        node,
        needs[index]!,
        inputs.map(input => nodes[input]!),
      ) ?? inputs.map(() => true);
    for (const [position, input] of inputs.entries()) needs[input] ||= needed[position]! && changes[input]!.updates;
  }
  return needs;
}

/** Rebuilds the nodes with their modes, from the sources on. */
class Modes {
  readonly nodes: PlanNode[] = [];
  readonly modes: string[] = [];
  readonly #graph: Graph;
  readonly #changes: readonly Changes[];
  readonly #needs: readonly boolean[];
  readonly #places = new Map<number, number>();
  /** Of each new node, whether its updates come with their old rows. */
  readonly #hasOld: boolean[] = [];

  constructor(graph: Graph, changes: readonly Changes[], needs: readonly boolean[]) {
    this.#graph = graph;
    this.#changes = changes;
    this.#needs = needs;
  }

  placeOf(index: number): number {
    return this.#places.get(index)!;
  }

  take(index: number): void {
    const node = this.#graph.nodes[index]!;
    const inputs = inputsOf(node).map(input => this.placeOf(input));
    if (node.kind === 'changelog-normalize' && this.#isNeedless(index)) {
      this.#places.set(index, inputs[0]!);
      return;
    }
    const {updates, deletes} = this.#changes[index]!;
    // Of a temporal join only left rows go on as what they are.
    const passed = (node.kind === 'temporal-join' ? inputs.slice(0, 1) : inputs).some(input => this.#hasOld[input]!);
    const hasOld = updates && this.#hasOldRows(node, index, passed);
    if (node.kind === 'sink' && passed && this.#takesByKey(node)) inputs[0] = this.#withoutOld(inputs[0]!);
    const changelog = this.#modeOf(node, updates, deletes, node.kind === 'sink' ? this.#hasOld[inputs[0]!]! : hasOld);
    const placed = {...behaviourOf<PlanNode>(node).withInputs(node, inputs), changelog} as PlanNode;
    const place = this.#add(placed, hasOld, {updates, deletes});
    const isPlain = !hasOld || this.#needs[index]! || node.kind !== 'join' || !this.#staysInPlace(node);
    this.#places.set(index, isPlain ? place : this.#withoutOld(place));
  }

  /** No update of an input takes a row to another join key: what is updated has the same partners, so nobody needs its old row to find them. */
  #staysInPlace(node: NodeOf<'join'>): boolean {
    return node.inputs.every((input, side) => {
      const {key} = this.#graph.nodes[input]!;
      const joined = side === 0 ? node.leftKeys : node.rightKeys;
      return (
        !this.#changes[input]!.updates ||
        joined.every(expression => expression.kind === 'column' && key?.includes(expression.index) === true)
      );
    });
  }

  #hasOldRows(node: PlanNode, index: number, passed: boolean): boolean {
    if (node.kind === 'scan' || node.kind === 'from-changelog') return node.changelog === 'retract';
    const {oldRows} = behaviourOf<PlanNode>(node);
    if (oldRows === 'asked') return this.#needs[index]!;
    return oldRows === 'passed' ? passed : oldRows !== 'never';
  }

  #takesByKey(node: PlanNode): boolean {
    return node.kind === 'sink' && node.target.kind === 'table' && node.target.byKey === true;
  }

  #withoutOld(input: number): number {
    const node = this.nodes[input]!;
    const {schema, key, rowtime, window, bounded} = node;
    return this.#add(
      {kind: 'drop-old-rows', input, schema, key, rowtime, window, bounded, changelog: key === null ? 'retract' : 'upsert'},
      false,
      {
        updates: true,
        deletes: true,
      },
    );
  }

  #modeOf(node: PlanNode, updates: boolean, deletes: boolean, hasOld: boolean): ChangelogMode {
    if (!updates && !deletes) return 'append';
    // Without a key nobody could tell which row an update replaces: what says so has deletes and inserts only.
    return updates && !hasOld && node.key !== null ? 'upsert' : 'retract';
  }

  #add(node: PlanNode, hasOld: boolean, {updates, deletes}: Changes): number {
    this.nodes.push(node);
    this.#hasOld.push(hasOld);
    this.modes.push(['I', ...(updates && hasOld ? ['UB'] : []), ...(updates ? ['UA'] : []), ...(deletes ? ['D'] : [])].join(','));
    return this.nodes.length - 1;
  }

  /** Its input has all that its users need: they go by key, and only pass on what comes. */
  #isNeedless(index: number): boolean {
    const node = this.#graph.nodes[index]!;
    const input = this.#graph.nodes[inputsOf(node)[0]!]!;
    return input.changelog === 'upsert' && !this.#needs[index]! && this.#goesByKey(index);
  }

  #goesByKey(index: number): boolean {
    const users = this.#graph.nodes.flatMap((user, at) => (inputsOf(user).includes(index) ? [{user, at}] : []));
    return (
      users.length > 0 &&
      users.every(({user, at}) =>
        user.kind === 'sink' ? this.#takesByKey(user) : user.kind === 'project' && user.key !== null && this.#goesByKey(at),
      )
    );
  }
}
