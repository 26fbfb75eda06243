import type {SourceText} from '../base/problem.ts';
import {parseScript} from '../sql/parse.ts';
import {stringType, type Column} from '../types/sql-type.ts';
import type {ExternalTable} from './catalog.ts';
import {literalCatalog} from './literal-catalog.ts';
import {planScript, type PlanRequest, type PlanResult} from './plan-script.ts';

/** Columns of the undeclared tables that tests read: `stdin` and `'bids.ndjson'`. */
const bidColumns: readonly Column[] = [
  {name: 'channel', type: stringType},
  {name: 'price', type: {kind: 'BIGINT', nullable: true}},
  {name: 'seen', type: {kind: 'TIMESTAMP', precision: 3, nullable: true}},
  {
    name: 'bidder',
    type: {
      kind: 'ROW',
      nullable: true,
      fields: [
        {name: 'id', type: {kind: 'BIGINT', nullable: false}},
        {name: 'name', type: stringType},
        {name: 'home', type: {kind: 'ROW', nullable: false, fields: [{name: 'city', type: stringType}]}},
      ],
    },
  },
];

const externals: ReadonlyMap<string, ExternalTable> = new Map([
  ['bids.ndjson', {declared: bids('bids.ndjson', {connector: 'filesystem', path: 'bids.ndjson', format: 'json'})}],
  ['stdin', {declared: bids('stdin', {connector: 'stdin', format: 'json'})}],
]);

function bids(name: string, options: Readonly<Record<string, string>>): ExternalTable['declared'] {
  return {
    name,
    columns: bidColumns,
    primaryKey: [],
    partitionedBy: [],
    options: Object.entries(options).map(([key, value]) => ({key, value})),
  };
}

/** Parses and plans a text for a test, over the literal catalog. */
export function planText(text: string, more: Partial<Omit<PlanRequest, 'source' | 'script'>> = {}): PlanResult {
  const mode = more.mode ?? 'script';
  const source: SourceText = {name: 'test.sql', text};
  const {script, problems} = parseScript(source, {lenient: mode === 'query'});
  if (problems.length > 0) return {plan: null, problems, explain: [], advice: [], replay: []};
  return planScript({
    source,
    script,
    catalog: literalCatalog(externals),
    parameters: new Map(),
    mode,
    changelog: false,
    timeZone: 'UTC',
    ...more,
  });
}

export interface Told {
  readonly code: string;
  readonly message: string;
  /** The text of its place. */
  readonly at: string | undefined;
  readonly hint?: string;
}

/** The errors of a text, each with the text of its place. */
export function told(sql: string, more: Partial<PlanRequest> = {}): readonly Told[] {
  return planText(sql, more)
    .problems.filter(problem => problem.severity === 'error')
    .map(({code, message, place, hint}) => {
      const at = place?.kind === 'text' ? place.source.text.slice(place.span.start, place.span.end) : undefined;
      return {code, message, at, ...(hint === undefined ? {} : {hint})};
    });
}

/** Tables for tests of problems. */
export const problemTables = `CREATE TABLE t (a INT, b STRING, r ROW<x INT, y STRING>, ts TIMESTAMP(3)) WITH ('connector' = 'filesystem', 'path' = 't', 'format' = 'json');
CREATE TABLE p (a INT NOT NULL, b STRING, c AS a + 1) WITH ('connector' = 'print');
CREATE TABLE f (a INT, n BIGINT) WITH ('connector' = 'filesystem', 'path' = 'f', 'format' = 'json');
CREATE TABLE g (a INT) WITH ('connector' = 'datagen');
`;
