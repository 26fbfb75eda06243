import {didYouMean} from '../base/nearest.ts';
import {sortNames} from './columns.ts';
import type {ActionName} from './keys.ts';
import {type Tab, tabs} from './model.ts';
import type {JobCommand} from '../supervisor/decide.ts';

/** What a line of the palette means. */
export type PaletteCommand =
  | {
      readonly kind: 'tell';
      readonly command: JobCommand;
      /** `*` stands for any letters; none: those that keys act on. */ readonly patterns: readonly string[];
    }
  | {readonly kind: 'filter'; readonly text: string}
  | {readonly kind: 'sort'; readonly by: string}
  | {readonly kind: 'tab'; readonly tab: Tab}
  | {readonly kind: 'action'; readonly action: ActionName}
  | {readonly kind: 'nothing'}
  | {readonly kind: 'wrong'; readonly why: string};

interface PaletteEntry {
  readonly name: string;
  readonly operands: string;
  readonly changes?: true;
  readonly parse: (words: readonly string[]) => PaletteCommand;
}

const telling = (command: JobCommand): PaletteEntry => ({
  name: command,
  operands: 'JOB…',
  changes: true,
  parse: patterns => ({kind: 'tell', command, patterns}),
});

const acting = (name: string, action: ActionName): PaletteEntry => ({name, operands: '', parse: () => ({kind: 'action', action})});

const entries: readonly PaletteEntry[] = [
  telling('pause'),
  telling('resume'),
  telling('stop'),
  telling('start'),
  telling('restart'),
  telling('checkpoint'),
  {name: 'filter', operands: 'TEXT', parse: words => ({kind: 'filter', text: words.join(' ')})},
  {
    name: 'sort',
    operands: 'COLUMN',
    parse: ([by = '']) => (sortNames.includes(by) ? {kind: 'sort', by} : {kind: 'wrong', why: `sort by one of ${sortNames.join(', ')}`}),
  },
  {
    name: 'tab',
    operands: 'NAME',
    parse: ([name = '']) => {
      const tab = tabs.find(other => name !== '' && other.toLowerCase().startsWith(name.toLowerCase()));
      return tab === undefined ? {kind: 'wrong', why: `tabs are ${tabs.join(', ')}`} : {kind: 'tab', tab};
    },
  },
  acting('freeze', 'freeze'),
  acting('help', 'help'),
  acting('quit', 'quit'),
];

function entriesFor(isReadOnly: boolean): readonly PaletteEntry[] {
  return entries.filter(({changes}) => !isReadOnly || changes !== true);
}

export function parsePalette(text: string, isReadOnly: boolean): PaletteCommand {
  const [name = '', ...words] = text.trim().split(/\s+/);
  if (name === '') return {kind: 'nothing'};
  const known = entriesFor(isReadOnly);
  const entry = known.find(other => other.name === name);
  if (entry !== undefined) return entry.parse(words);
  const near = didYouMean(
    name,
    known.map(other => other.name),
  );
  return {kind: 'wrong', why: `there is no command "${name}"${near === undefined ? '' : `: ${near}`}`};
}

/** What a line that is being typed may become. */
export function commandHint(text: string, isReadOnly: boolean): string {
  const [name = '', ...words] = text.trimStart().split(/\s+/);
  const found = entriesFor(isReadOnly).filter(entry => (words.length > 0 ? entry.name === name : entry.name.startsWith(name)));
  if (found.length === 1 && words.length > 0) return found[0]?.operands ?? '';
  return found.map(entry => entry.name).join(' ');
}

/** The text with the name that it begins completed, where only one goes on from there. */
export function completed(text: string, isReadOnly: boolean): string {
  const found = entriesFor(isReadOnly).filter(({name}) => name.startsWith(text));
  return found.length === 1 && text !== '' ? `${found[0]?.name ?? text} ` : text;
}
