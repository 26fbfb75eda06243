import type {CreateTable} from '../../sql/ast.ts';
import type {BindContext} from './context.ts';
import {partsOf, type CreatedTable, type TableParts} from './create-table.ts';

const features = ['ALL', 'CONSTRAINTS', 'DISTRIBUTION', 'GENERATED', 'METADATA', 'OPTIONS', 'PARTITIONS', 'WATERMARKS'] as const;
type Feature = (typeof features)[number];
type Merging = 'INCLUDING' | 'EXCLUDING' | 'OVERWRITING';

/** How LIKE merges a feature: as said for it, else as said for ALL, else included; options of the new table win over those of the old. */
function mergingOf(rules: readonly string[], feature: Feature): Merging {
  const said = (name: Feature): Merging | undefined => {
    const rule = rules.find(candidate => candidate.toUpperCase().endsWith(` ${name}`));
    return rule === undefined ? undefined : (rule.toUpperCase().split(' ')[0] as Merging);
  };
  return said(feature) ?? said('ALL') ?? (feature === 'OPTIONS' ? 'OVERWRITING' : 'INCLUDING');
}

/** The parts of a CREATE TABLE … LIKE: those of the old table that the rules keep, then its own. Null after a problem was reported. */
export function partsLike(statement: CreateTable, base: CreatedTable, context: BindContext): TableParts | null {
  const own = partsOf(statement, context);
  const old = base.parts;
  const rules = statement.like?.rules ?? [];
  const problemsBefore = context.report.problems.length;
  const watermarks = mergingOf(rules, 'WATERMARKS');
  if (watermarks === 'INCLUDING' && own.watermark !== null && old.watermark !== null) {
    context.report.error('duplicate-watermark', own.watermark.definition.span, `table "${base.name}" has a watermark already`, {
      hint: 'write LIKE … (OVERWRITING WATERMARKS) to replace it',
    });
  }
  const constraints = mergingOf(rules, 'CONSTRAINTS');
  if (constraints === 'INCLUDING' && own.primaryKey.length > 0 && old.primaryKey.length > 0) {
    context.report.error('duplicate-key', own.primaryKey[0]!.span, `table "${base.name}" has a primary key already`, {
      hint: 'write LIKE … (EXCLUDING CONSTRAINTS) to replace it',
    });
  }
  const partitions = mergingOf(rules, 'PARTITIONS');
  const options = mergedOptions(own, old, mergingOf(rules, 'OPTIONS'), context);
  const columns = mergedColumns(own, old, rules, context);
  if (context.report.problems.length > problemsBefore) return null;
  return {
    columns,
    watermark: own.watermark ?? (watermarks === 'EXCLUDING' ? null : old.watermark),
    primaryKey: own.primaryKey.length > 0 || constraints === 'EXCLUDING' ? own.primaryKey : old.primaryKey,
    partitionedBy: own.partitionedBy.length > 0 || partitions === 'EXCLUDING' ? own.partitionedBy : old.partitionedBy,
    options,
  };
}

function mergedOptions(own: TableParts, old: TableParts, merging: Merging, context: BindContext): TableParts['options'] {
  if (merging === 'EXCLUDING') return own.options;
  const given = new Set(own.options.map(({pair}) => pair.key));
  if (merging === 'INCLUDING') {
    const twice = own.options.find(({pair}) => old.options.some(other => other.pair.key === pair.key));
    if (twice !== undefined) {
      context.report.error('duplicate-option', twice.pair.keySpan, `option "${twice.pair.key}" is given by the other table already`, {
        hint: 'write LIKE … (OVERWRITING OPTIONS) to replace it',
      });
    }
  }
  return [...old.options.filter(({pair}) => !given.has(pair.key)), ...own.options];
}

function mergedColumns(own: TableParts, old: TableParts, rules: readonly string[], context: BindContext): TableParts['columns'] {
  const kept: TableParts['columns'][number][] = [];
  let mine = own.columns;
  for (const column of old.columns) {
    const {kind, name} = column.definition;
    const same = mine.find(({definition}) => definition.name.name === name.name);
    const merging = kind === 'physical' ? 'INCLUDING' : mergingOf(rules, kind === 'computed' ? 'GENERATED' : 'METADATA');
    if (merging === 'EXCLUDING') continue;
    if (same === undefined) {
      kept.push(column);
    } else if (merging === 'OVERWRITING' && same.definition.kind === kind) {
      kept.push(same);
      mine = mine.filter(candidate => candidate !== same);
    } else {
      context.report.error('duplicate-column', same.definition.name.span, `the other table has a column "${name.name}" already`, {
        hint:
          kind === 'physical'
            ? 'leave it out here'
            : `write LIKE … (OVERWRITING ${kind === 'computed' ? 'GENERATED' : 'METADATA'}) to replace it`,
      });
    }
  }
  return [...kept, ...mine];
}
