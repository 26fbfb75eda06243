import type {Problem} from '../base/problem.ts';
import type {ChangelogMode} from '../types/change.ts';
import type {Catalog, DeclaredTable, ExternalTable, OptionProblem, ResolvedTable} from './catalog.ts';

/** What a connector of the literal catalog can do. */
interface Ability {
  readonly isSource: boolean;
  readonly bounded: boolean;
  readonly writes: readonly ChangelogMode[];
  readonly format: boolean;
}

const everything: readonly ChangelogMode[] = ['append', 'upsert', 'retract'];
const abilities: ReadonlyMap<string, Ability> = new Map([
  ['filesystem', {isSource: true, bounded: true, writes: ['append'], format: true}],
  ['stdin', {isSource: true, bounded: false, writes: [], format: true}],
  ['datagen', {isSource: true, bounded: false, writes: [], format: false}],
  ['print', {isSource: false, bounded: false, writes: everything, format: false}],
  ['blackhole', {isSource: false, bounded: false, writes: everything, format: false}],
]);

/** A catalog for tests of the planner, which needs no connector. It knows the names of a few and checks no more than it must. */
export function literalCatalog(externals: ReadonlyMap<string, ExternalTable> = new Map()): Catalog {
  return {resolve, external: target => externals.get(target)};
}

function resolve(table: DeclaredTable): {readonly resolved: ResolvedTable | null; readonly problems: readonly OptionProblem[]} {
  const options = new Map(table.options.map(({key, value}) => [key, value]));
  const connector = options.get('connector');
  const ability = connector === undefined ? undefined : abilities.get(connector);
  if (connector === undefined || ability === undefined)
    return refused('unknown-connector', `there is no connector "${connector ?? ''}"`, 'connector');
  const format = options.get('format') ?? null;
  if (ability.format && format === null) return refused('missing-option', `connector "${connector}" needs a format`, null);
  const {name, columns, primaryKey, partitionedBy} = table;
  const {isSource, writes} = ability;
  return {
    problems: [],
    resolved: {
      table: {name, connector, format, options, formatOptions: new Map(), columns, primaryKey, partitionedBy},
      isSource,
      isSink: writes.length > 0,
      bounded: ability.bounded || options.has('number-of-rows'),
      writes,
      reads: 'append',
      writesMetadata: connector === 'print' || connector === 'blackhole',
      metadata:
        connector === 'filesystem'
          ? {'file.path': {kind: 'VARCHAR', length: 2147483647, nullable: false}, 'file.size': {kind: 'BIGINT', nullable: false}}
          : {},
    },
  };
}

function refused(
  code: string,
  message: string,
  option: string | null,
): {readonly resolved: null; readonly problems: readonly OptionProblem[]} {
  const problem: Problem = {kind: 'invalid', severity: 'error', code, message};
  return {resolved: null, problems: [{problem, option}]};
}
