import type {CommandDefinition} from '../commands/define.ts';
import {commands} from '../commands/index.ts';
import {code, type Page, paragraph, type Section, terms} from './page.ts';
import {manPage} from './roff.ts';
import {
  commandSections,
  commandsSection,
  descriptionSection,
  environmentSection,
  examplesSection,
  exitCodesSection,
  filesSection,
  flagsSection,
  keysSection,
  outputSection,
  usageOf,
} from './sections.ts';
import {description, synopsis} from './short-help.ts';
import {topicPages} from './topics.ts';

/** The files of the manual, by their names below man/. */
export function manual(version: string): ReadonlyMap<string, string> {
  return new Map(pages.map(page => [fileOf(page), manPage({...page, version}, manSections(page))]));
}

const overview: Page = {
  name: 'weir',
  section: 1,
  summary: description,
  synopsis,
  sections: [
    descriptionSection,
    commandsSection,
    flagsSection,
    environmentSection,
    filesSection,
    exitCodesSection,
    examplesSection(commands.slice(0, 2)),
  ],
};

/** What else belongs on the page of a command. */
const more: Readonly<Partial<Record<CommandDefinition['name'], readonly Section[]>>> = {
  query: [outputSection, exitCodesSection],
  run: [keysSection, exitCodesSection],
  top: [keysSection],
};

/** The page of a command: its sections are what `weir help` prints. */
export function pageOfCommand(command: CommandDefinition): Page {
  return {
    name: `weir-${command.name}`,
    section: 1,
    summary: command.summary,
    synopsis: [`weir ${usageOf(command)} [FLAG…]`],
    sections: [...commandSections(command), ...(more[command.name] ?? [])],
  };
}

const pages: readonly Page[] = [overview, ...commands.map(pageOfCommand), ...topicPages.values()];

function manSections(page: Page): readonly Section[] {
  return [
    {title: 'Name', blocks: [paragraph(`${page.name} - ${page.summary}`)]},
    ...(page.synopsis === undefined ? [] : [{title: 'Synopsis', blocks: [code(page.synopsis.join('\n'))]}]),
    // Behind the synopsis the title of a command's text would say it again.
    ...page.sections.map(section => (section.title.startsWith('weir ') ? {...section, title: 'Description'} : section)),
    seeAlso(page),
  ];
}

function seeAlso(page: Page): Section {
  if (page !== overview) return {title: 'See also', blocks: [paragraph('weir(1) names all pages.')]};
  const others = pages.filter(other => other !== overview);
  return {title: 'See also', blocks: [terms(others.map(other => ({term: `${other.name}(${other.section})`, text: other.summary})))]};
}

function fileOf({name, section}: Page): string {
  return `${name}.${section}`;
}
