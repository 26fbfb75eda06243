import {describe, expect, test} from 'vitest';
import {planScript} from '../plan/plan-script.ts';
import {parseScript} from '../sql/parse.ts';
import {createCatalog} from './catalog.ts';
import {connectors, findConnector} from './index.ts';

const catalog = createCatalog({directory: '/', externals: new Map()});

describe.each(connectors)('connector $name', connector => {
  test.each(connector.examples)('$summary', ({sql}) => {
    const columns = sql.slice(sql.indexOf('(') + 1);
    const name = /TABLE (\w+)/.exec(sql)?.[1] ?? '';
    const use = connector.isSource ? `SELECT * FROM ${name}` : `INSERT INTO ${name} SELECT * FROM (${sampleRow(columns)})`;
    const source = {name: '<example>', text: `${sql};\n${use};`};
    const {script, problems} = parseScript(source, {lenient: false});
    expect(problems).toEqual([]);
    const planned = planScript({source, script, catalog, parameters: new Map(), mode: 'script', changelog: false, timeZone: 'UTC'});
    expect(planned.problems).toEqual([]);
    expect(planned.plan?.nodes.some(node => usesConnector(node, connector.name))).toBe(true);
  });

  test('is found by its name', () => {
    expect(findConnector(connector.name)).toBe(connector);
  });

  test('says of every option what it is', () => {
    for (const [name, spec] of Object.entries(connector.options)) expect([name, spec.help.length > 10]).toEqual([name, true]);
  });
});

/** A row of the types that the examples declare. */
function sampleRow(columns: string): string {
  const types = [...columns.slice(0, columns.indexOf(') WITH')).matchAll(/\w+ (STRING|BIGINT|DOUBLE)/g)].map(match => match[1] as string);
  return `SELECT ${types.map(type => `CAST('1' AS ${type})`).join(', ')}`;
}

function usesConnector(node: object, name: string): boolean {
  return JSON.stringify(node, (_, value: unknown) => (typeof value === 'bigint' ? null : value)).includes(`"connector":"${name}"`);
}
