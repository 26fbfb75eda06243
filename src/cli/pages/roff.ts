import type {Block, Section, Term} from './page.ts';

/** Lines of a page's source are no longer than this where words can be parted. */
const width = 78;

/** The day of the manual's version: man shows one, and it must not change with each build. */
const date = '2026-11-25';

/** Sections as a man page, in the macros that every man understands. */
export function manPage(
  title: {readonly name: string; readonly section: number; readonly version: string},
  sections: readonly Section[],
): string {
  const volume = {1: 'User Commands', 5: 'File Formats', 7: 'Miscellanea'}[title.section] ?? '';
  const head = `.TH "${title.name.toUpperCase()}" "${title.section}" "${date}" "weir ${escaped(title.version)}" "${volume}"`;
  const lines = [`.\\" Written from the definitions by "npm run man": change those.`, head];
  for (const section of sections) {
    lines.push(`.SH ${escaped(section.title.toUpperCase())}`);
    // A paragraph begins by itself behind a title.
    let isFirst = true;
    for (const block of section.blocks) {
      const own = blockLines(block);
      lines.push(...(isFirst && own[0] === '.PP' ? own.slice(1) : own));
      isFirst = block.kind === 'heading';
    }
  }
  return `${lines.join('\n')}\n`;
}

function blockLines(block: Block): readonly string[] {
  switch (block.kind) {
    case 'paragraph':
      return ['.PP', ...textLines(block.text)];
    case 'code':
      return ['.PP', ...codeLines(block.text)];
    case 'heading':
      return [`.SS ${escaped(block.text)}`];
    case 'terms':
      return block.terms.flatMap(termLines);
  }
}

function termLines({term, text, code}: Term): readonly string[] {
  const body = text === '' ? [] : textLines(text);
  return ['.TP', `.B ${escaped(term)}`, ...body, ...(code === undefined ? [] : ['.RS', ...codeLines(code), '.RE'])];
}

function codeLines(code: string): readonly string[] {
  return ['.RS 4', '.nf', ...code.trimEnd().split('\n').map(line), '.fi', '.RE'];
}

/** Words in lines, each sentence begins a line: man sets the space between them. */
function textLines(text: string): readonly string[] {
  const lines: string[] = [];
  let current = '';
  for (const word of text.split(/\s+/).filter(Boolean)) {
    const fits = current !== '' && !/[.!?]$/.test(current) && escaped(current).length + 1 + escaped(word).length <= width;
    if (current !== '' && !fits) lines.push(current);
    current = fits ? `${current} ${word}` : word;
  }
  return [...lines, current].map(line);
}

/** A line of text: a dot or a quote at its beginning would be a request. */
function line(text: string): string {
  return escaped(text).replace(/^([.'])/, '\\&$1');
}

const characters: Readonly<Record<string, string>> = {
  '\\': '\\e',
  '-': '\\-',
  "'": '\\(aq',
  '"': '\\(dq',
  '`': '\\(ga',
  '^': '\\(ha',
  '~': '\\(ti',
};

/** Quotes, dashes and the like stay what they are on a keyboard, so that examples can be copied from the page. The page itself is ASCII. */
function escaped(text: string): string {
  return text.replace(/[\\\-'"`^~]|[^ -~]/gu, character => characters[character] ?? `\\[u${codePoint(character)}]`);
}

function codePoint(character: string): string {
  return (character.codePointAt(0) as number).toString(16).toUpperCase().padStart(4, '0');
}
