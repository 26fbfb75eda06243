import {readdirSync, readFileSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';
import {parseDocument} from 'yaml';

/** One behaviour as a file under fixtures/cases/: its name says what it shows. */
export interface Case {
  readonly file: string;
  readonly summary: string;
  /** `query` as a one-liner is planned; `script` (the default) as a file is. */
  readonly mode: 'query' | 'script';
  readonly settings: Readonly<Record<string, string>>;
  /** Each becomes a filesystem table in json. */
  readonly tables: Readonly<Record<string, CaseTable>>;
  readonly sql: string;
  readonly parameters: Readonly<Record<string, string>>;
  readonly onError: 'fail' | 'skip' | 'null';
  readonly expected: CaseExpectation;
  /** Names of oracles that do not apply, each with the reason. */
  readonly without: Readonly<Record<string, string>>;
}

/** A case in which only this much is said: a script that must run without problems. `tables`: in json, where nothing else is said. */
export function plainCase(
  sql: string,
  tables: Readonly<Record<string, Pick<CaseTable, 'columns'> & Partial<CaseTable>>>,
  more: Partial<Case> = {},
): Case {
  const whole = Object.entries(tables).map(([name, table]) => [name, {rows: [], format: 'json', options: {}, ...table}]);
  return {
    file: '',
    summary: sql,
    mode: 'script',
    settings: {},
    tables: Object.fromEntries(whole) as Case['tables'],
    sql,
    parameters: {},
    onError: 'fail',
    expected: {},
    without: {},
    ...more,
  };
}

export interface CaseTable {
  readonly columns: string;
  /** A list of objects (a record each), or the very bytes of the file. */
  readonly rows: readonly unknown[] | string;
  readonly format: string;
  readonly options: Readonly<Record<string, string>>;
}

export interface CaseExpectation {
  /** Every line that a run prints, in order, as `-o flink-row` prints them. */
  readonly changes?: string;
  /** What is left at the end, in any order. */
  readonly rows?: string;
  /** The explained plan. */
  readonly plan?: string;
  /** The code that the plan becomes. */
  readonly code?: string;
  /** Problems, one a line: `code line:column message`. The plan or the run must fail with just these. */
  readonly problems?: string;
  /** Rejected records, one a line: place and reason. */
  readonly rejects?: string;
}

const expectations = ['changes', 'rows', 'plan', 'code', 'problems', 'rejects'] as const;
const keys = new Set<string>(['summary', 'mode', 'settings', 'tables', 'sql', 'parameters', 'on-error', 'without', ...expectations]);

export function caseFiles(directory: string): readonly string[] {
  return readdirSync(directory, {recursive: true, encoding: 'utf8'})
    .filter(file => file.endsWith('.yaml'))
    .sort()
    .map(file => join(directory, file));
}

export function readCase(file: string): Case {
  const document = parseDocument(readFileSync(file, 'utf8'), {uniqueKeys: true});
  if (document.errors.length > 0) throw new Error(`${file}: ${String(document.errors[0])}`);
  const found = document.toJS() as Record<string, unknown>;
  for (const key of Object.keys(found)) if (!keys.has(key)) throw new Error(`${file}: no such key: ${key}`);
  const expected = Object.fromEntries(expectations.flatMap(key => (found[key] === undefined ? [] : [[key, found[key]]])));
  if (Object.keys(expected).length === 0 && process.env['ACCEPT'] === undefined) throw new Error(`${file}: expects nothing`);
  return {
    file,
    summary: String(found['summary']),
    mode: (found['mode'] as Case['mode'] | undefined) ?? 'script',
    settings: (found['settings'] as Case['settings'] | undefined) ?? {},
    tables: Object.fromEntries(
      Object.entries((found['tables'] as Record<string, Partial<CaseTable>> | undefined) ?? {}).map(([name, table]) => [
        name,
        {columns: table.columns ?? '', rows: table.rows ?? [], format: table.format ?? 'json', options: table.options ?? {}},
      ]),
    ),
    sql: String(found['sql']),
    parameters: (found['parameters'] as Case['parameters'] | undefined) ?? {},
    onError: (found['on-error'] as Case['onError'] | undefined) ?? 'fail',
    expected,
    without: (found['without'] as Case['without'] | undefined) ?? {},
  };
}

/** Writes what a run gave into the case's file, for a person to review by `git diff`. Nothing else of the file changes. */
export function acceptExpectation(file: string, key: keyof CaseExpectation, text: string): void {
  const before = readFileSync(file, 'utf8');
  const value = parseDocument(before).get(key, true) as {readonly range: readonly [number, number, number]} | undefined;
  const block = text === '' ? '""\n' : `|\n${text.replace(/\n$/, '').replaceAll(/^(?=.)/gm, '  ')}\n`;
  const after =
    value === undefined
      ? `${before}${key}: ${block}`
      : `${before.slice(0, before.lastIndexOf(':', value.range[0]))}: ${block}${before.slice(value.range[2])}`;
  writeFileSync(file, after);
}
