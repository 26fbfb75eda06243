/** One line of a metric. */
export interface ParsedSample {
  readonly name: string;
  readonly labels: ReadonlyMap<string, string>;
  readonly value: number;
}

export interface ParsedFamily {
  readonly name: string;
  type: string;
  help: string;
  readonly samples: ParsedSample[];
}

const types = new Set(['counter', 'gauge', 'histogram']);
const metricName = /^[a-zA-Z_:][a-zA-Z0-9_:]*/;
const labelName = /^[a-zA-Z_][a-zA-Z0-9_]*/;
const number = /^(?:[+-]?(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d+)?|[+-]Inf|NaN)$/;

/**
 * Reads the text in which Prometheus takes metrics, or that of OpenMetrics, and throws at whatever their specifications do not allow: an unknown type, a family in two
 * places, lines of a family that do not bear its name, a series twice, bad escapes, a histogram whose buckets fall or have no end.
 */
export function parseMetrics(text: string, format: 'prometheus' | 'openmetrics'): ReadonlyMap<string, ParsedFamily> {
  if (!text.endsWith('\n')) throw new Error('the last line has no end');
  const lines = text.slice(0, -1).split('\n');
  if (format === 'openmetrics' && lines.pop() !== '# EOF') throw new Error('OpenMetrics ends with # EOF');
  const families = new Map<string, ParsedFamily>();
  const series = new Set<string>();
  let current = null as ParsedFamily | null;
  for (const line of lines) {
    if (line === '') {
      if (format === 'openmetrics') throw new Error('OpenMetrics has no empty lines');
      continue;
    }
    const comment = /^# (HELP|TYPE) ([^ ]+) (.*)$/.exec(line);
    if (comment !== null) {
      const [, kind = '', name = '', rest = ''] = comment;
      if (metricName.exec(name)?.[0] !== name) throw new Error(`a bad name: ${line}`);
      if (current?.name !== name) {
        if (families.has(name)) throw new Error(`${name} stands in two places`);
        current = {name, type: '', help: '', samples: []};
        families.set(name, current);
      }
      if (current.samples.length > 0) throw new Error(`${name} is described behind its samples`);
      if (kind === 'HELP') current.help = unescaped(rest, /\\(?![\\n"])/);
      else if (!types.has(rest) || current.type !== '') throw new Error(`a bad type: ${line}`);
      else current.type = rest;
      continue;
    }
    if (line.startsWith('#')) throw new Error(`a comment that is none of ours: ${line}`);
    const sample = parseSample(line);
    if (current === null || current.type === '') throw new Error(`no family before ${line}`);
    if (!namesOf(current, format).includes(sample.name)) throw new Error(`${sample.name} is none of ${current.name}`);
    if ((current.type === 'counter' || current.type === 'histogram') && !(sample.value >= 0)) throw new Error(`a counter falls: ${line}`);
    const key = JSON.stringify([sample.name, [...sample.labels].toSorted(([a], [b]) => (a < b ? -1 : 1))]);
    if (series.has(key)) throw new Error(`a series stands there twice: ${line}`);
    series.add(key);
    current.samples.push(sample);
  }
  for (const family of families.values()) if (family.type === 'histogram') checkHistogram(family);
  return families;
}

function namesOf({name, type}: {readonly name: string; readonly type: string}, format: 'prometheus' | 'openmetrics'): readonly string[] {
  if (type === 'histogram') return [`${name}_bucket`, `${name}_sum`, `${name}_count`];
  return type === 'counter' && format === 'openmetrics' ? [`${name}_total`] : [name];
}

function parseSample(line: string): ParsedSample {
  const name = metricName.exec(line)?.[0];
  if (name === undefined) throw new Error(`a bad name: ${line}`);
  const labels = new Map<string, string>();
  let at = name.length;
  if (line[at] === '{') {
    at++;
    while (line[at] !== '}') {
      const label = labelName.exec(line.slice(at))?.[0];
      if (label === undefined || labels.has(label)) throw new Error(`a bad label: ${line}`);
      const quoted = /^="((?:[^"\\\n]|\\["\\n])*)"/.exec(line.slice(at + label.length));
      if (quoted === null) throw new Error(`a bad value of ${label}: ${line}`);
      labels.set(label, unescaped(quoted[1] ?? '', /$^/));
      at += label.length + quoted[0].length;
      if (line[at] === ',' && line[at + 1] !== '}') at++;
      else if (line[at] !== '}') throw new Error(`labels go on badly: ${line}`);
    }
    at++;
  }
  const value = line.slice(at);
  if (!value.startsWith(' ') || !number.test(value.slice(1))) throw new Error(`a bad value: ${line}`);
  return {name, labels, value: Number(value.slice(1).replace('Inf', 'Infinity'))};
}

function unescaped(text: string, forbidden: RegExp): string {
  if (forbidden.test(text)) throw new Error(`a bad escape: ${text}`);
  return text.replaceAll(/\\(.)/g, (_, letter: string) => (letter === 'n' ? '\n' : letter));
}

function checkHistogram({name, samples}: ParsedFamily): void {
  const groups = new Map<string, ParsedSample[]>();
  for (const sample of samples) {
    const key = JSON.stringify([...sample.labels].filter(([label]) => label !== 'le').toSorted(([a], [b]) => (a < b ? -1 : 1)));
    groups.set(key, [...(groups.get(key) ?? []), sample]);
  }
  for (const [labels, group] of groups) {
    const buckets = group.filter(sample => sample.name === `${name}_bucket`);
    const ends = buckets.map(bucket => Number((bucket.labels.get('le') ?? 'NaN').replace('Inf', 'Infinity')));
    if (ends.some((end, index) => index > 0 && !(end > (ends[index - 1] as number))))
      throw new Error(`buckets of ${name}${labels} are in no order`);
    if (ends.at(-1) !== Infinity) throw new Error(`${name}${labels} has no last bucket`);
    const counts = buckets.map(({value}) => value);
    if (counts.some((count, index) => index > 0 && count < (counts[index - 1] as number)))
      throw new Error(`buckets of ${name}${labels} fall`);
    const count = group.filter(sample => sample.name === `${name}_count`);
    if (count.length !== 1 || count[0]?.value !== counts.at(-1)) throw new Error(`${name}${labels} counts something else`);
    if (group.filter(sample => sample.name === `${name}_sum`).length !== 1) throw new Error(`${name}${labels} has no sum`);
  }
}
