import type {Block, Section, Term} from './page.ts';

/** Sections as a man page, in the macros that every man understands. */
export function manPage(
  title: {readonly name: string; readonly section: number; readonly version: string},
  sections: readonly Section[],
): string {
  const head = `.TH ${title.name.toUpperCase()} ${title.section} "" "weir ${escaped(title.version)}" "User Commands"`;
  const lines = [`.\\" Written from the definitions by "npm run man": change those.`, head];
  for (const section of sections) lines.push(`.SH ${escaped(section.title.toUpperCase())}`, ...section.blocks.flatMap(blockLines));
  return `${lines.join('\n')}\n`;
}

function blockLines(block: Block): readonly string[] {
  switch (block.kind) {
    case 'paragraph':
      return ['.PP', line(block.text)];
    case 'code':
      return ['.PP', ...codeLines(block.text)];
    case 'heading':
      return [`.SS ${escaped(block.text)}`];
    case 'terms':
      return block.terms.flatMap(termLines);
  }
}

function termLines({term, text, code}: Term): readonly string[] {
  const body = text === '' ? [] : [line(text)];
  return ['.TP', `.B ${escaped(term)}`, ...body, ...(code === undefined ? [] : ['.RS', ...codeLines(code), '.RE'])];
}

function codeLines(code: string): readonly string[] {
  return ['.nf', '.RS 4', ...code.trimEnd().split('\n').map(line), '.RE', '.fi'];
}

/** A line of text: a dot or a quote at its beginning would be a request. */
function line(text: string): string {
  return escaped(text).replace(/^([.'])/, '\\&$1');
}

const characters: Readonly<Record<string, string>> = {'\\': '\\e', '-': '\\-', "'": '\\(aq', '`': '\\(ga', '^': '\\(ha', '~': '\\(ti'};

/** Quotes, dashes and the like stay what they are on a keyboard, so that examples can be copied from the page. The page itself is ASCII. */
function escaped(text: string): string {
  return text.replace(/[\\\-'`^~]|[^ -~]/gu, character => characters[character] ?? `\\[u${codePoint(character)}]`);
}

function codePoint(character: string): string {
  return (character.codePointAt(0) as number).toString(16).toUpperCase().padStart(4, '0');
}
