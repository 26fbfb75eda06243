import {didYouMean} from '../../base/nearest.ts';
import {fail} from '../../base/problem.ts';
import {connectors} from '../../connectors/index.ts';
import {formats} from '../../formats/index.ts';
import {findFunction, functions} from '../../functions/index.ts';
import type {Invocation} from '../commands/define.ts';
import {commands, findCommand} from '../commands/index.ts';
import {allFlags} from '../flags.ts';
import {paragraph, type Section, type Term, terms} from '../pages/page.ts';
import {plainText} from '../pages/plain.ts';
import {type ProblemMeaning, problemCodes} from '../pages/problem-codes.ts';
import {
  commandSections,
  connectorBlocks,
  commandsSection,
  connectorsSection,
  environmentSection,
  examplesSection,
  exitCodesSection,
  flagOfAll,
  formatBlocks,
  formatsSection,
  functionsSection,
  functionTerm,
  jobFileSection,
  keysSection,
  outputSection,
  sqlSection,
  synopsisSection,
} from '../pages/sections.ts';

const topics: Readonly<Record<string, Section>> = {
  sql: sqlSection,
  functions: functionsSection,
  formats: formatsSection,
  connectors: connectorsSection,
  output: outputSection,
  'job-file': jobFileSection,
  keys: keysSection,
  environment: environmentSection,
  'exit-codes': exitCodesSection,
  problems: {title: 'Problems', blocks: [terms([...problemCodes].map(([code, meaning]) => problemTerm(code, meaning)))]},
};

export async function runHelp({operands, world}: Invocation): Promise<number> {
  world.standardOutput.write(Buffer.from(plainText(sectionsOf(operands.join(' ')))));
  await world.standardOutput.flush();
  return 0;
}

function sectionsOf(topic: string): readonly Section[] {
  if (topic === '') {
    const more = terms(Object.keys(topics).map(name => ({term: name, text: `weir help ${name}`})));
    return [
      synopsisSection,
      commandsSection,
      {
        title: 'Topics',
        blocks: [
          more,
          paragraph(
            'A command, a flag, a function, a connector, a format and the code of a problem are topics, too: weir help run, weir help on-error, weir help upper.',
          ),
        ],
      },
      examplesSection(commands),
    ];
  }
  const command = findCommand(topic);
  if (command !== undefined) return commandSections(command);
  const section = Object.hasOwn(topics, topic) ? topics[topic] : undefined;
  if (section !== undefined) return [section];
  const found = definitionsNamed(topic);
  if (found.length > 0) return found;
  const known = [
    ...commands.map(({name}) => name),
    ...Object.keys(topics),
    ...[...connectors, ...formats, ...allFlags].map(({name}) => name),
    ...functions.map(({name}) => name.toLowerCase()),
    ...problemCodes.keys(),
  ];
  throw fail('usage', 'unknown-topic', `there is no help for "${topic}"`, {hint: didYouMean(topic, known) ?? 'weir help lists the topics'});
}

/** What has the name: a text may be that of a function and of a format. */
function definitionsNamed(topic: string): readonly Section[] {
  const sections: Section[] = [];
  const definition = findFunction(topic.toUpperCase());
  if (definition !== undefined) {
    const examples = definition.examples.map(({sql, gives}) => `${sql}  →  ${gives}`).join('\n');
    sections.push({title: 'Function', blocks: [terms([{...functionTerm(definition), code: examples}])]});
  }
  const connector = connectors.find(({name}) => name === topic);
  if (connector !== undefined) sections.push({title: 'Connector', blocks: connectorBlocks(connector)});
  const format = formats.find(({name}) => name === topic);
  if (format !== undefined) sections.push({title: 'Format', blocks: formatBlocks(format)});
  const flags = allFlags.filter(({name, short}) => [name, `--${name}`, `-${short ?? name}`].includes(topic));
  if (flags.length > 0) sections.push({title: 'Flag', blocks: [terms(flags.map(flagOfAll))]});
  const meaning = problemCodes.get(topic);
  if (meaning !== undefined) sections.push({title: 'Problem', blocks: [terms([problemTerm(topic, meaning)])]});
  return sections;
}

function problemTerm(code: string, {meaning, action}: ProblemMeaning): Term {
  return {term: code, text: `${meaning}: ${action}`};
}
