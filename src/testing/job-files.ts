import {fail, type Problem} from '../base/problem.ts';
import {renderProblem} from '../base/render-problem.ts';
import type {JobSpec} from '../config/job-file.ts';
import {loadJobFiles, type LoadedFiles} from '../config/load.ts';

/** What a test says beside the files. */
export interface Around {
  /** Names of the files that the command line has; `jobs.yaml` alone unless said. */
  readonly given?: readonly string[];
  readonly environment?: Readonly<Record<string, string>>;
  readonly settings?: readonly string[];
  readonly variables?: Readonly<Record<string, string>>;
  readonly profiles?: readonly string[];
  readonly named?: readonly string[];
}

/** Loads job files out of texts by name. A text alone is `jobs.yaml`. */
export function loadTexts(texts: string | Readonly<Record<string, string>>, around: Around = {}): LoadedFiles {
  const files = new Map(Object.entries(typeof texts === 'string' ? {'jobs.yaml': texts} : texts));
  const readFile = (path: string): {name: string; text: string} => {
    const text = files.get(path);
    if (text === undefined) throw fail('environment', 'cannot-read', `cannot read ${path}: there is no such file`);
    return {name: path, text};
  };
  return loadJobFiles({
    files: (around.given ?? ['jobs.yaml']).map(readFile),
    environment: around.environment ?? {},
    settings: around.settings ?? [],
    variables: new Map(Object.entries(around.variables ?? {})),
    profiles: around.profiles ?? [],
    named: new Set(around.named),
    readFile,
  });
}

/** The jobs by name. Throws where there are problems. */
export function jobsOf(texts: string | Readonly<Record<string, string>>, around: Around = {}): Readonly<Record<string, JobSpec>> {
  const {files, problems} = loadTexts(texts, around);
  if (problems.length > 0) throw new Error(problems.map(brief).join('\n'));
  return Object.fromEntries(files.flatMap(({jobs}) => jobs.map(job => [job.name, job])));
}

/** `file:line:column code: message`, for each problem. */
export function toldOf(texts: string | Readonly<Record<string, string>>, around: Around = {}): readonly string[] {
  return loadTexts(texts, around).problems.map(brief);
}

function brief(problem: Problem): string {
  const [head = '', place = ''] = renderProblem(problem, {color: false}).split('\n');
  const where = problem.place === undefined ? '' : `${place.replace(/^ *--> /, '')} `;
  return `${where}${head.replace(/^error\[(.*?)\]/, '$1')}`;
}

/** All problems as frames, with what to do. */
export function framesOf(texts: string | Readonly<Record<string, string>>, around: Around = {}): string {
  return loadTexts(texts, around)
    .problems.map(problem => renderProblem(problem, {color: false}))
    .join('\n\n');
}
