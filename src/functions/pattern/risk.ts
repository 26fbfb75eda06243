import {type CharacterSet, type JavaPattern, type PatternNode, setSource} from './syntax.ts';

/**
 * Whether a backtracking matcher might take more than a small power of the text's length for the pattern. It errs on the side of caution: what it cannot see to
 * be harmless is a risk, and goes to the linear matcher.
 */
export function isRisky(pattern: JavaPattern): boolean {
  const sets = new SetChecks(pattern.ignoreCase);
  return hasRiskyLoop(pattern.root, sets) || overlappingLoops(pattern.root, sets) > 2;
}

/** A repetition of more than this counts as one without an end. */
const many = 30;

function isLoop(node: PatternNode): node is PatternNode & {readonly kind: 'repeat'} {
  return node.kind === 'repeat' && node.most > many;
}

function childrenOf(node: PatternNode): readonly PatternNode[] {
  switch (node.kind) {
    case 'sequence':
      return node.items;
    case 'choice':
      return node.branches;
    case 'repeat':
    case 'group':
    case 'look':
      return [node.item];
    case 'set':
    case 'assertion':
    case 'reference':
      return [];
  }
}

function hasRiskyLoop(node: PatternNode, sets: SetChecks): boolean {
  if (isLoop(node) && !isPlainBody(node.item, sets)) return true;
  return childrenOf(node).some(child => hasRiskyLoop(child, sets));
}

/** Whether each turn of a loop over this body can be read in one way only. */
function isPlainBody(body: PatternNode, sets: SetChecks): boolean {
  if (body.kind === 'group') return isPlainBody(body.item, sets);
  if (body.kind === 'set') return true;
  if (body.kind === 'choice') return body.branches.every(branch => isPlainBody(branch, sets)) && haveDistinctStarts(body.branches, sets);
  if (body.kind !== 'sequence') return false;
  const isFixed = body.items.every(item => item.kind === 'set');
  return body.items.length > 0 && (isFixed || hasSeparator(body.items, sets));
}

/** All branches begin with a character that no other branch begins with. */
function haveDistinctStarts(branches: readonly PatternNode[], sets: SetChecks): boolean {
  const starts = branches.map(branch => firstSet(branch));
  return starts.every(
    (start, index) => start !== null && starts.slice(index + 1).every(other => other !== null && !sets.overlap(start, other)),
  );
}

function firstSet(node: PatternNode | undefined): CharacterSet | null {
  if (node?.kind === 'set') return node.set;
  if (node?.kind === 'sequence') return firstSet(node.items[0]);
  return node?.kind === 'group' ? firstSet(node.item) : null;
}

/** The body begins or ends with a character that occurs nowhere else in it, so that the turns of the loop are told apart: `(\w+\s)*`. */
function hasSeparator(items: readonly PatternNode[], sets: SetChecks): boolean {
  return [0, items.length - 1].some(at => {
    const separator = items[at];
    if (separator?.kind !== 'set') return false;
    const others = items.filter((_, index) => index !== at);
    return others.every(item => isSimple(item) && allSets(item).every(set => !sets.overlap(set, separator.set)));
  });
}

/** A character, or one repeated. */
function isSimple(node: PatternNode): boolean {
  return node.kind === 'set' || (node.kind === 'repeat' && node.item.kind === 'set');
}

function allSets(node: PatternNode): readonly CharacterSet[] {
  return node.kind === 'set' ? [node.set] : childrenOf(node).flatMap(allSets);
}

/** The most loops that can all read one character: each adds a power of the text's length. */
function overlappingLoops(root: PatternNode, sets: SetChecks): number {
  const loops: CharacterSet[][] = [];
  const collect = (node: PatternNode): void => {
    if (isLoop(node)) loops.push([...allSets(node.item)]);
    childrenOf(node).forEach(collect);
  };
  collect(root);
  return Math.max(
    0,
    ...loops.map(loop => loops.filter(other => loop.some(set => other.some(otherSet => sets.overlap(set, otherSet)))).length),
  );
}

/** Which characters sets contain: the ASCII ones exactly, all others as one. */
class SetChecks {
  readonly #ignoreCase: boolean;
  readonly #members = new Map<CharacterSet, ReadonlySet<number>>();

  constructor(ignoreCase: boolean) {
    this.#ignoreCase = ignoreCase;
  }

  overlap(a: CharacterSet, b: CharacterSet): boolean {
    const members = this.#membersOf(b);
    for (const member of this.#membersOf(a)) if (members.has(member)) return true;
    return false;
  }

  #membersOf(set: CharacterSet): ReadonlySet<number> {
    let members = this.#members.get(set);
    if (members === undefined) {
      members = this.#find(set);
      this.#members.set(set, members);
    }
    return members;
  }

  #find(set: CharacterSet): ReadonlySet<number> {
    const member = new RegExp(setSource(set), this.#ignoreCase ? 'iu' : 'u');
    const found = new Set<number>();
    for (let code = 0; code < 128; code++) if (member.test(String.fromCharCode(code))) found.add(code);
    const isPlain =
      !set.negated && !set.source.includes('p{') && ![...set.source.matchAll(/\\u\{([0-9a-f]+)\}|\\u([0-9a-f]{4})/g)].some(isBeyondAscii);
    if (!isPlain || /\\x[89a-f]/.test(set.source)) found.add(128);
    return found;
  }
}

function isBeyondAscii(match: RegExpMatchArray): boolean {
  return Number.parseInt((match[1] ?? match[2]) as string, 16) > 127;
}
