import {grammar} from 'ohm-js';
import {grammarText} from './grammar.ts';
import {isFunctionWord, isReserved} from './keywords.ts';

/** Words that are used without parentheses although they are functions. */
const bareWords =
  'CURRENT_CATALOG CURRENT_DATE CURRENT_DEFAULT_TRANSFORM_GROUP CURRENT_PATH CURRENT_ROLE CURRENT_SCHEMA CURRENT_TIME CURRENT_TIMESTAMP CURRENT_USER LOCALTIME LOCALTIMESTAMP SESSION_USER SYSTEM_USER USER';

type Recipe = readonly unknown[];
const firstCode = 0xe000;

/**
 * The module `generated/recipe.ts`: the grammar, checked and taken apart by ohm at build time, in the compact form that `matcher.ts` runs: a terminal is its
 * character, a rule its number, everything else `[operation, …]`. It also says which character stands for which token.
 */
export function make(): string {
  const [, , , , , rules] = JSON.parse((grammar(grammarText) as unknown as {toRecipe(): string}).toRecipe()) as [
    string,
    unknown,
    string,
    null,
    string,
    Record<string, Recipe>,
  ];
  const terminals = numberTerminals(terminalsIn(rules));
  const names = Object.keys(rules);
  const numbers = new Map(names.map((name, index) => [name, index]));
  const descriptions = names.flatMap(name => (rules[name]?.[2] ? [[name, rules[name][2]]] : []));
  const bodies = names.map(name => JSON.stringify(rewrite(rules[name]?.[4] as Recipe, terminals, numbers)));
  return [
    '/** Made by make-recipe.ts. The names of the rules, and of each the body as matcher.ts reads it. */',
    `export const ruleNames = ${quote(names.join(' '))};`,
    `export const ruleBodies = ${quote(bodies.join('\n'))};`,
    '/** Of each rule the tokens it can begin with, as pairs of characters from and to; nothing where it may match no token or any. */',
    `export const ruleStarts = ${quote(startsOf(names, rules, terminals).join(' '))};`,
    '/** What a rule is called in a message, where it is one thing to a reader. */',
    `export const descriptions: Readonly<Record<string, string>> = ${JSON.stringify(Object.fromEntries(descriptions))};`,
    '/** The kinds of tokens in the order of their characters, from U+E000 on. */',
    `export const kindNames = ${quote([...terminals.kinds.keys()].join(' '))};`,
    '',
  ].join('\n');
}

const quote = (text: string) => `'${text.replaceAll('\\', '\\\\').replaceAll("'", "\\'").replaceAll('\n', '\\n')}'`;

function terminalsIn(rules: Record<string, Recipe>): Set<string> {
  const found = new Set<string>();
  const visit = (part: unknown): void => {
    if (!Array.isArray(part)) return;
    if (part[0] === 'terminal') found.add(part[2] as string);
    else part.forEach(visit);
  };
  for (const rule of Object.values(rules)) visit(rule[4]);
  return found;
}

interface Terminals {
  readonly kinds: ReadonlyMap<string, string>;
  readonly classes: ReadonlyMap<string, readonly [string, string]>;
}

/**
 * One character per kind, so ordered that every class of words is one range: names (the identifier itself and words that are not reserved), functions with
 * reserved names (those that stand bare last), other reserved words, then symbols and literals.
 */
function numberTerminals(terminals: Set<string>): Terminals {
  const bare = new Set(bareWords.split(' '));
  const group = (test: (word: string) => boolean) => [...terminals].filter(word => isWord(word) && !bare.has(word) && test(word)).sort();
  const names = ['identifier', 'quoted-identifier', ...group(word => !word.endsWith('(') && !isReserved(word))];
  const functions = ['reserved-function', ...group(word => word === 'MAP(' || isFunctionWord(word))];
  const others = ['reserved', ...group(word => word !== 'MAP(' && !isFunctionWord(word) && (word.endsWith('(') || isReserved(word)))];
  const rest = [...terminals].filter(terminal => !isWord(terminal) && !['<name>', '<function>', '<bare>'].includes(terminal)).sort();
  const kinds = new Map<string, string>();
  for (const kind of [...names, ...functions, ...[...bare].sort(), ...others, ...rest])
    kinds.set(kind, String.fromCharCode(firstCode + kinds.size));
  const character = (kind: string | undefined) => kinds.get(kind ?? '') ?? '';
  const lastBare = character([...bare].sort().at(-1));
  return {
    kinds,
    classes: new Map([
      ['<name>', [character('identifier'), character(names.at(-1))]],
      ['<function>', [character('reserved-function'), lastBare]],
      ['<bare>', [character([...bare].sort()[0]), lastBare]],
    ]),
  };
}

const isWord = (terminal: string) => /^[A-Z_]+\(?$/.test(terminal);

/** Null: the part may match without a token, or match any. */
type Starts = ReadonlySet<string> | null;

function startsOf(names: readonly string[], rules: Readonly<Record<string, Recipe>>, terminals: Terminals): string[] {
  const known = new Map<string, Starts>();
  const ofRule = (name: string): Starts => {
    if (!known.has(name)) known.set(name, name === 'any' ? null : ofPart(rules[name]?.[4] as Recipe));
    return known.get(name) ?? null;
  };
  const ofPart = ([operation, , ...rest]: Recipe): Starts => {
    if (operation === 'terminal') return new Set(charactersOf(rest[0] as string, terminals));
    if (operation === 'app') return ofRule(rest[0] as string);
    if (operation === 'plus') return ofPart(rest[0] as Recipe);
    if (operation === 'alt') {
      const all = rest.map(inner => ofPart(inner as Recipe));
      return all.includes(null) ? null : new Set(all.flatMap(starts => [...(starts ?? [])]));
    }
    if (operation !== 'seq') return null;
    const starts = new Set<string>();
    for (const factor of rest as Recipe[]) {
      const optional = factor[0] === 'opt' || factor[0] === 'star';
      const first = ofPart(optional ? (factor[2] as Recipe) : factor);
      if (!first) return null;
      first.forEach(character => starts.add(character));
      if (!optional) return starts;
    }
    return null;
  };
  return names.map(name => rangesText(ofRule(name)));
}

function charactersOf(terminal: string, {kinds, classes}: Terminals): string[] {
  const range = classes.get(terminal);
  return range ? [...kinds.values()].filter(character => character >= range[0] && character <= range[1]) : [kinds.get(terminal) ?? ''];
}

function rangesText(starts: Starts): string {
  const codes = [...(starts ?? [])].map(character => character.charCodeAt(0)).sort((a, b) => a - b);
  let text = '';
  codes.forEach((code, index) => {
    if (code - 1 !== codes[index - 1]) text += String.fromCharCode(code);
    if (code + 1 !== codes[index + 1]) text += String.fromCharCode(code);
  });
  return text;
}

/** The numbers are those of `matcher.ts`. */
const operations: Readonly<Record<string, number>> = {seq: 0, alt: 1, star: 2, plus: 3, opt: 4, not: 5, lookahead: 6, range: 7, any: 8};

function rewrite(part: Recipe, terminals: Terminals, rules: ReadonlyMap<string, number>): unknown {
  const [operation, , ...rest] = part as [string, ...unknown[]];
  if (operation === 'terminal') {
    const range = terminals.classes.get(rest[0] as string);
    return range ? [operations['range'], ...range] : terminals.kinds.get(rest[0] as string);
  }
  if (operation === 'app') return rest[0] === 'any' ? [operations['any']] : required(rules.get(rest[0] as string), rest[0]);
  return [required(operations[operation], operation), ...rest.map(inner => rewrite(inner as Recipe, terminals, rules))];
}

function required(number: number | undefined, what: unknown): number {
  if (number === undefined) throw new Error(`the grammar uses ${String(what)}, which the matcher does not know`);
  return number;
}
