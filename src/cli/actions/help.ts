import {didYouMean} from '../../base/nearest.ts';
import {fail} from '../../base/problem.ts';
import {connectors} from '../../connectors/index.ts';
import {formats} from '../../formats/index.ts';
import {findFunction, functions} from '../../functions/index.ts';
import type {Invocation} from '../commands/define.ts';
import {commands, findCommand} from '../commands/index.ts';
import {allFlags} from '../flags.ts';
import {paragraph, type Section, terms} from '../pages/page.ts';
import {plainText} from '../pages/plain.ts';
import {problemCodes} from '../pages/problem-codes.ts';
import {pageOfCommand} from '../pages/manual.ts';
import {
  commandsSection,
  connectorBlocks,
  examplesSection,
  flagOfAll,
  formatBlocks,
  functionTerm,
  synopsisSection,
} from '../pages/sections.ts';
import {problemTerm, topicPages, topicSections} from '../pages/topics.ts';

const topics: readonly string[] = [...topicPages.keys(), ...topicSections.keys()];

export async function runHelp({operands, world}: Invocation): Promise<number> {
  world.standardOutput.write(Buffer.from(plainText(sectionsOf(operands.join(' ')))));
  await world.standardOutput.flush();
  return 0;
}

function sectionsOf(topic: string): readonly Section[] {
  if (topic === '') {
    const more = terms(topics.map(name => ({term: name, text: topicPages.get(name)?.summary ?? `weir help ${name}`})));
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
  if (command !== undefined) return pageOfCommand(command).sections;
  const page = topicPages.get(topic) ?? [...topicPages.values()].find(({name}) => name === topic);
  if (page !== undefined) return page.sections;
  const section = topicSections.get(topic);
  if (section !== undefined) return [section];
  const found = definitionsNamed(topic);
  if (found.length > 0) return found;
  const known = [
    ...commands.map(({name}) => name),
    ...topics,
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
