import {pathToFileURL} from 'node:url';
import type {Problem} from '../../base/problem.ts';
import {problemCodes} from '../pages/problem-codes.ts';
import {wholeMessage} from './github.ts';
import {type FindingPlace, findingPlace} from './place.ts';

/** Findings in SARIF 2.1.0, as code scanning services take them. */
export function sarifText(problems: readonly Problem[], directory: string, root: string, version: string): string {
  const codes = [...new Set(problems.map(({code}) => code))];
  const log = {
    $schema: 'https://json.schemastore.org/sarif-2.1.0.json',
    version: '2.1.0',
    runs: [
      {
        tool: {driver: {name: 'weir', semanticVersion: version, rules: codes.map(ruleOf)}},
        columnKind: 'unicodeCodePoints',
        results: problems.map(problem => resultOf(problem, codes, findingPlace(problem, directory, root))),
      },
    ],
  };
  return `${JSON.stringify(log, null, 2)}\n`;
}

function ruleOf(code: string): object {
  const explained = problemCodes.get(code);
  if (explained === undefined) return {id: code};
  return {id: code, shortDescription: {text: explained.meaning}, help: {text: explained.action}};
}

function resultOf(problem: Problem, codes: readonly string[], place: FindingPlace | null): object {
  return {
    ruleId: problem.code,
    ruleIndex: codes.indexOf(problem.code),
    level: problem.severity,
    message: {text: wholeMessage(problem)},
    ...(place === null ? {} : {locations: [{physicalLocation: physicalLocation(place)}]}),
  };
}

function physicalLocation({file, line, column, endLine, endColumn}: FindingPlace): object {
  return {
    artifactLocation: {uri: file.startsWith('/') ? pathToFileURL(file).href : file.split('/').map(encodeURIComponent).join('/')},
    region: {startLine: line, startColumn: column, endLine, endColumn},
  };
}
