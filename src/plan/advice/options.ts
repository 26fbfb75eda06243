import type {CreatedTable} from '../bind/create-table.ts';
import type {NamedTable} from '../bind/session.ts';
import type {PlacedSetting} from '../bind/settings.ts';
import type {Plan} from '../plan.ts';
import {maxLength, type SqlType} from '../../types/sql-type.ts';
import type {NodeOf} from '../nodes/index.ts';
import type {Advisor} from './advisor.ts';

type Table = NamedTable | 'failed';

/** Settings and options that do something, but not in this script. */
export function adviseOnOptions(
  plan: Plan,
  settings: readonly PlacedSetting[],
  tables: ReadonlyMap<string, Table>,
  advisor: Advisor,
): void {
  if (plan.sinks.length === 0) return;
  for (const {key, span, report} of settings) {
    const reason = idle.get(key)?.(plan) ?? null;
    if (reason === null) continue;
    advisor.in(report, span, 'unused-setting', `setting "${key}" has no effect in this script: ${reason}`, {hint: 'remove it'});
  }
  for (const table of tables.values()) if (table !== 'failed' && table.kind === 'table') adviseOnTable(table, plan, advisor);
}

/** Of settings that do something: why one does nothing in a plan; null: it does. */
const idle: ReadonlyMap<string, (plan: Plan) => string | null> = new Map<string, (plan: Plan) => string | null>([
  [
    'table.exec.source.idle-timeout',
    plan => (plan.nodes.some(({kind}) => kind === 'watermark') ? null : 'no table that is read has a watermark'),
  ],
  [
    'table.exec.state.ttl',
    plan =>
      plan.nodes.some(node => 'ttlMs' in node && node.ttlMs !== undefined)
        ? null
        : 'it is for what groups, joins and rankings of a stream keep, and there are none',
  ],
  [
    'table.exec.sink.not-null-enforcer',
    plan =>
      sinksOf(plan).some(({schema}) => schema.columns.some(({type}) => hasNotNull(type))) ? null : 'no column that is written is NOT NULL',
  ],
  [
    'table.exec.sink.type-length-enforcer',
    plan =>
      sinksOf(plan).some(({schema}) => schema.columns.some(({type}) => hasLength(type))) ? null : 'no column that is written has a length',
  ],
  [
    'table.exec.source.cdc-events-duplicate',
    plan =>
      plan.nodes.some(node => node.kind === 'scan' && node.table.changes !== undefined) ? null : 'no table that is read gives changes',
  ],
  ['table.exec.sink.require-on-conflict', keyedSinks],
  ['table.exec.sink.upsert-materialize', keyedSinks],
]);

function keyedSinks(plan: Plan): string | null {
  return sinksOf(plan).some(({target}) => target.kind === 'table' && target.table.primaryKey.length > 0)
    ? null
    : 'no table that is written has a PRIMARY KEY';
}

function sinksOf(plan: Plan): readonly NodeOf<'sink'>[] {
  return plan.nodes.flatMap(node => (node.kind === 'sink' && node.target.kind === 'table' ? [node] : []));
}

function hasNotNull(type: SqlType): boolean {
  return !type.nullable || innerTypes(type).some(hasNotNull);
}

function hasLength(type: SqlType): boolean {
  return ('length' in type && type.length !== maxLength) || innerTypes(type).some(hasLength);
}

function innerTypes(type: SqlType): readonly SqlType[] {
  if (type.kind === 'ROW') return type.fields.map(field => field.type);
  if (type.kind === 'ARRAY' || type.kind === 'MULTISET') return [type.element];
  return type.kind === 'MAP' ? [type.key, type.value] : [];
}

/** Options of a table that is only read, or only written, which are for the other use. */
function adviseOnTable({name, parts, watermark}: CreatedTable, plan: Plan, advisor: Advisor): void {
  const isRead = plan.nodes.some(node => node.kind === 'scan' && node.table.name === name);
  const isWritten = plan.nodes.some(node => node.kind === 'sink' && node.target.kind === 'table' && node.target.table.name === name);
  for (const {pair, context} of parts.options) {
    if (isRead && watermark === null && pair.key.startsWith('scan.watermark.')) {
      const message = `option "${pair.key}" has no effect: table "${name}" has no watermark`;
      advisor.in(context.report, pair.keySpan, 'unused-option', message, {
        hint: 'declare WATERMARK FOR a time column, or remove the option',
      });
    }
    if (isRead === isWritten) continue;
    const isOfWriting = pair.key.startsWith('sink.');
    const isOfReading = pair.key.startsWith('scan.') || pair.key.startsWith('source.');
    if (isRead ? !isOfWriting : !isOfReading) continue;
    const [use, other] = isRead ? ['read', 'writing'] : ['written', 'reading'];
    advisor.in(
      context.report,
      pair.keySpan,
      'unused-option',
      `option "${pair.key}" has no effect in this script: table "${name}" is only ${use}, and it is for ${other}`,
      {
        hint: 'remove it',
      },
    );
  }
}
