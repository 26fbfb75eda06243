import {sortNames} from '../columns.ts';
import {bindingsFor, type KeyBinding, keyText} from '../keys.ts';
import {cutLine, type Line, lineOf, piece, toned} from '../line.ts';
import {signsOf} from '../look.ts';
import type {Model} from '../model.ts';
import {fill, wrap} from '../text.ts';

const groups: readonly (readonly [KeyBinding['group'], string])[] = [
  ['move', 'To move'],
  ['look', 'To look'],
  ['act', 'To act'],
  ['screen', 'The screen'],
];

const keysWidth = 14;

/** All keys and what they do. */
export function helpLines({columns, setting}: Model): readonly Line[] {
  const bindings = bindingsFor(setting.isReadOnly);
  return groups.flatMap(([group, title]) => [
    lineOf(` ${title}`, 'strong'),
    ...bindings.filter(binding => binding.group === group).flatMap(binding => helpOf(binding, columns, setting.look.isUnicode)),
    [],
  ]);
}

function helpOf(binding: KeyBinding, columns: number, isUnicode: boolean): readonly Line[] {
  const keys = keyText(binding);
  const text = isUnicode ? keys : keys.replace('↑', 'Up').replace('↓', 'Down').replace('…', '-');
  return wrap(binding.summary, Math.max(10, columns - keysWidth - 4)).map((summary, index) =>
    cutLine([piece(`  ${fill(index === 0 ? text : '', keysWidth)} `, 'accent'), piece(summary)], columns),
  );
}

/** Lines of help that are in sight. */
export function helpInSight(model: Model, top: number, height: number): readonly Line[] {
  const lines = helpLines(model);
  const first = Math.min(top, Math.max(0, lines.length - height));
  return lines.slice(first, first + height);
}

/** What the list can be sorted by. */
export function sortLines(model: Model, at: number, height: number): readonly Line[] {
  const signs = signsOf(model.setting.look);
  const lines = sortNames.map((name, index) => {
    const line = lineOf(` ${index === at ? signs.cursor : ' '} ${name}`);
    return index === at ? toned(line, 'chosen') : line;
  });
  const first = Math.max(0, Math.min(at - Math.floor(height / 2), lines.length - height));
  return lines.slice(first, first + height);
}
