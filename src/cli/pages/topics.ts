import {catalog} from '../../telemetry/catalog.ts';
import {deploymentSections} from './deployment.ts';
import {guaranteesSections} from './guarantees.ts';
import {type Page, paragraph, type Section, terms} from './page.ts';
import {problemCodes, type ProblemMeaning} from './problem-codes.ts';
import {
  connectorsSection,
  environmentSection,
  exitCodesSection,
  formatsSection,
  functionsSection,
  jobFileSection,
  keysSection,
  outputSection,
  sqlSection,
} from './sections.ts';
import type {Term} from './page.ts';

export function problemTerm(code: string, {meaning, action}: ProblemMeaning): Term {
  return {term: code, text: `${meaning}: ${action}`};
}

const problemsSection: Section = {
  title: 'Problems',
  blocks: [terms([...problemCodes].map(([code, meaning]) => problemTerm(code, meaning)))],
};

const metricsSection: Section = {
  title: 'Metrics',
  blocks: [
    paragraph(
      'What a weir run knows of its jobs, by the names that Prometheus sees. Each is told apart by its project, and by what stands in braces.',
    ),
    terms(
      Object.values(catalog).map(({name, type, help, labels}) => ({
        term: labels.length === 0 ? name : `${name}{${labels.join(', ')}}`,
        text: `${help} (${type})`,
      })),
    ),
  ],
};

/** Pages that are about no command, by the word behind `weir help`. */
export const topicPages: ReadonlyMap<string, Page> = new Map([
  ['sql', {name: 'weir-sql', section: 7, summary: 'the SQL that weir understands', sections: [sqlSection]}],
  ['functions', {name: 'weir-functions', section: 7, summary: 'the functions of its SQL', sections: [functionsSection]}],
  [
    'connectors',
    {name: 'weir-connectors', section: 7, summary: 'what tables can be, and the options of each', sections: [connectorsSection]},
  ],
  ['formats', {name: 'weir-formats', section: 7, summary: 'how the records of tables are read and written', sections: [formatsSection]}],
  ['job-file', {name: 'weir-jobs', section: 5, summary: 'the file that weir run takes', sections: [jobFileSection]}],
  ['guarantees', {name: 'weir-guarantees', section: 7, summary: 'what holds over crashes and restarts', sections: guaranteesSections}],
  [
    'deployment',
    {
      name: 'weir-deployment',
      section: 7,
      summary: 'weir as a service: units, sizing, upgrading, backups, security',
      sections: deploymentSections,
    },
  ],
  ['metrics', {name: 'weir-metrics', section: 7, summary: 'the numbers that jobs report', sections: [metricsSection]}],
  [
    'problems',
    {name: 'weir-problems', section: 7, summary: 'what the codes of problems mean, and what to do', sections: [problemsSection]},
  ],
] as const);

/** Words behind `weir help` whose text stands on the page of a command. */
export const topicSections: ReadonlyMap<string, Section> = new Map([
  ['output', outputSection],
  ['keys', keysSection],
  ['environment', environmentSection],
  ['exit-codes', exitCodesSection],
]);
