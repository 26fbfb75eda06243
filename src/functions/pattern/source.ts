import {type Assertion, type JavaPattern, type PatternNode, setSource} from './syntax.ts';

const lineEnd = String.raw`[\n\r\u0085\u2028\u2029]`;

const assertions: Readonly<Record<Assertion, string>> = {
  textStart: '^',
  textEnd: '$',
  end: String.raw`(?=(?:\r\n|${lineEnd})?$)`,
  lineStart: `(?<=^|${lineEnd})`,
  lineEnd: `(?=$|${lineEnd})`,
  boundary: String.raw`\b`,
  noBoundary: String.raw`\B`,
};

/** The pattern as a JavaScript regular expression. */
export function toRegExp(pattern: JavaPattern): RegExp {
  return new RegExp(source(pattern.root), pattern.ignoreCase ? 'iu' : 'u');
}

function source(node: PatternNode): string {
  switch (node.kind) {
    case 'set':
      return setSource(node.set);
    case 'sequence':
      return node.items.map(item => (item.kind === 'choice' ? `(?:${source(item)})` : source(item))).join('');
    case 'choice':
      return node.branches.map(source).join('|');
    case 'repeat':
      return `${repeatable(node.item)}${quantifier(node.least, node.most)}${node.lazy ? '?' : ''}`;
    case 'group':
      return `(${node.index === null ? '?:' : ''}${source(node.item)})`;
    case 'assertion':
      return assertions[node.what];
    case 'look':
      return `(${node.sign}${source(node.item)})`;
    case 'reference':
      return `(?:\\${node.group})`;
  }
}

function repeatable(node: PatternNode): string {
  return node.kind === 'set' || node.kind === 'group' ? source(node) : `(?:${source(node)})`;
}

function quantifier(least: number, most: number): string {
  if (most === Infinity) return `{${least},}`;
  return `{${least},${most}}`;
}
