import {textWidth} from '../../base/text-width.ts';
import type {Block, Section, Term} from './page.ts';

const width = 80;
/** Terms no longer than this have their text beside them. */
const besideWidth = 26;

/** Sections as text for a terminal. */
export function plainText(sections: readonly Section[]): string {
  return `${sections.map(section => [section.title, ...section.blocks.map(block => indent(blockText(block)))].join('\n')).join('\n\n')}\n`;
}

function blockText(block: Block): string {
  switch (block.kind) {
    case 'paragraph':
      return `${wrapped(block.text, width - 2)}\n`.trimEnd();
    case 'code':
      return indent(block.text.trimEnd());
    case 'heading':
      return `\n${block.text}`;
    case 'terms':
      return block.terms.map(termText).join('\n');
  }
}

function termText({term, text, code}: Term): string {
  const beside = textWidth(term) < besideWidth;
  const body = wrapped(text, width - (beside ? 2 + besideWidth : 6));
  const shown = beside
    ? body.replace(/^/gm, ' '.repeat(besideWidth)).replace(/^ +/, `${term}${' '.repeat(besideWidth - textWidth(term))}`)
    : `${term}\n${indent(indent(body))}`;
  return code === undefined ? shown.trimEnd() : `${shown.trimEnd()}\n${indent(indent(code.trimEnd()))}`;
}

function indent(text: string): string {
  return text.replace(/^(?=.)/gm, '  ');
}

function wrapped(text: string, most: number): string {
  const lines: string[] = [];
  let line = '';
  for (const word of text.split(/\s+/)) {
    if (line !== '' && textWidth(line) + 1 + textWidth(word) > most) {
      lines.push(line);
      line = word;
    } else {
      line = line === '' ? word : `${line} ${word}`;
    }
  }
  return [...lines, line].join('\n');
}
