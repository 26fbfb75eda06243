import {cutLine, fillLine, type Line, lineOf} from '../line.ts';
import {chosenJob, hasPreview, isSmall, isTooSmall, type Model, shownJobs} from '../model.ts';
import {footerLine} from './footer.ts';
import {headerLine} from './header.ts';
import {listLines, shortListLines} from './list.ts';
import {helpInSight, sortLines} from './overlays.ts';
import {paneLines} from './pane.ts';

/** The whole screen: as many lines as it has rows, none wider than it. */
export function screenLines(model: Model): readonly Line[] {
  const {columns, rows} = model;
  const lines = isTooSmall(model)
    ? [lineOf('terminal too small')]
    : [headerLine(model), ...fillUp(bodyLines(model), bodyHeight(model)), footerLine(model)];
  return fillUp(lines, rows).map(line => cutLine(line, columns));
}

/** Lines between the first and the last. */
export function bodyHeight({rows}: Model): number {
  return Math.max(0, rows - 2);
}

/** Lines of the tab that can be in sight. */
export function paneHeight(model: Model): number {
  const height = bodyHeight(model);
  return model.isOpen ? height : height - listHeight(model, height);
}

function bodyLines(model: Model): readonly Line[] {
  const {prompt} = model;
  const height = bodyHeight(model);
  if (prompt?.kind === 'help') return helpInSight(model, prompt.top, height);
  if (prompt?.kind === 'sort') return sortLines(model, prompt.at, height);
  const job = chosenJob(model);
  if (model.isOpen && job !== null) return paneLines(model, job, height);
  if (isSmall(model)) return shortListLines(model, height);
  if (!hasPreview(model) || job === null) return listLines(model, height);
  const forList = listHeight(model, height);
  return [...fillUp(listLines(model, forList), forList), ...paneLines(model, job, height - forList)];
}

/** The list has what it needs, and at most what leaves a preview room enough. */
function listHeight(model: Model, height: number): number {
  if (!hasPreview(model)) return height;
  const least = 12;
  return Math.max(4, Math.min(shownJobs(model).length + 2, height - least));
}

function fillUp(lines: readonly Line[], height: number): readonly Line[] {
  return lines.length >= height ? lines.slice(0, height) : [...lines, ...Array.from({length: height - lines.length}, (): Line => [])];
}

/** The screen as text, for where there is no terminal: no more lines than there is something to say. */
export function plainFrame(model: Model): string {
  const lines = screenLines(model).map(line =>
    fillLine(line, model.columns)
      .map(({text}) => text)
      .join('')
      .trimEnd(),
  );
  while (lines.at(-1) === '') lines.pop();
  return `${lines.join('\n')}\n`;
}
