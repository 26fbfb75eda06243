import {fail, type Problem} from '../../base/problem.ts';
import {generatedCode} from '../../compile/compile.ts';
import {redact} from '../../config/redact.ts';
import {prepare, type Prepared} from '../../job/prepare.ts';
import {declareSql} from '../../plan/declare.ts';
import {explainPlan, planJson} from '../../plan/explain.ts';
import type {Plan} from '../../plan/plan.ts';
import type {Invocation} from '../commands/define.ts';
import {exitCodeOf} from '../exit-codes.ts';
import {flags} from '../flags.ts';
import {findJobs, planJob} from '../jobs.ts';
import {queryRequest} from './query.ts';

/** One script's plan, under the name of its job; null for a one-liner, which has none. */
interface Explained {
  readonly name: string | null;
  readonly prepared: Prepared;
  /** What must not be printed: the plan holds it. */
  readonly secrets: ReadonlyMap<string, string>;
}

export async function runExplain(invocation: Invocation): Promise<number> {
  const {options, world, talk} = invocation;
  const {explained, problems} = await prepareAll(invocation);
  // Advice is about the plan: who wants code or declarations did not ask for it.
  const isPlanAsked = !options.isOn(flags.code) && !options.isOn(flags.ddl);
  talk.problems(isPlanAsked ? [...problems, ...explained.flatMap(({prepared}) => prepared.advice)] : problems);
  // What was inferred can be shown though the query around it cannot be planned.
  const isWhole = exitCodeOf(problems) === 0;
  if (isWhole || options.isOn(flags.ddl)) {
    const secrets = new Map(explained.flatMap(one => [...one.secrets]));
    world.standardOutput.write(Buffer.from(redact(textOf(explained, invocation), secrets)));
    await world.standardOutput.flush();
    if (options.isOn(flags.ddl) && explained.every(({prepared}) => prepared.externals.size === 0))
      talk.note('nothing was inferred: every table is declared');
  }
  return exitCodeOf(problems);
}

async function prepareAll(
  invocation: Invocation,
): Promise<{readonly explained: readonly Explained[]; readonly problems: readonly Problem[]}> {
  const {operands, options} = invocation;
  const [first] = operands;
  if (options.isOn(flags.file) || (first !== undefined && /\s/.test(first))) {
    const prepared = await prepare(queryRequest(invocation));
    return {explained: [{name: null, prepared, secrets: new Map()}], problems: prepared.problems};
  }
  if (first === undefined)
    throw fail('usage', 'no-query', 'there is nothing to explain', {hint: "write SQL in quotes, or name a file: weir explain 'SELECT 1'"});
  const found = await findJobs(operands, invocation);
  const explained: Explained[] = [];
  for (const spec of found.specs)
    explained.push({name: spec.name, prepared: (await planJob(spec, invocation)).prepared, secrets: spec.secrets});
  return {explained, problems: [...found.problems, ...explained.flatMap(({prepared}) => prepared.problems)]};
}

function textOf(explained: readonly Explained[], {options}: Invocation): string {
  if (options.isOn(flags.ddl))
    return explained.flatMap(({prepared}) => (prepared.externals.size === 0 ? [] : [ddlText(prepared)])).join('\n');
  const plans = explained.flatMap(({name, prepared}) =>
    prepared.plan === null ? [] : [{name, plan: prepared.plan, replay: prepared.replay, explain: prepared.explain}],
  );
  if (options.isOn(flags.code)) return titled(plans, ({plan}) => codeText(plan));
  if (options.value(flags.explainFormat) === 'json') {
    const [only] = plans;
    if (plans.length === 1 && only !== undefined) return `${planJson(only.plan, only.replay).trimEnd()}\n`;
    return `{${plans.map(({name, plan, replay}) => `${JSON.stringify(name)}: ${planJson(plan, replay).trimEnd()}`).join(',\n')}}\n`;
  }
  return titled(plans, planText);
}

/** To explain an EXPLAIN is to show what it shows. */
function planText({plan, replay, explain}: NamedPlan): string {
  if (plan.sinks.length === 0 && explain.length > 0) return explain.join('\n');
  return `${explainPlan(plan, {replay}).trimEnd()}\n`;
}

interface NamedPlan {
  readonly name: string | null;
  readonly plan: Plan;
  readonly replay: Prepared['replay'];
  /** Of each EXPLAIN of the text. */
  readonly explain: readonly string[];
}

function titled(plans: readonly NamedPlan[], show: (plan: NamedPlan) => string): string {
  return plans.map(plan => (plans.length > 1 && plan.name !== null ? `-- job ${plan.name}\n${show(plan)}` : show(plan))).join('\n');
}

function ddlText(prepared: Prepared): string {
  return [...prepared.externals.values()]
    .map(({declared}) => {
      // Nothing was there to tell columns from, and a table without any cannot be declared.
      if (declared.columns.length === 0) return `-- ${oneLine(declared.name)} is empty: nothing says which columns it has\n`;
      return `${declareSql(declared).trimEnd().replace(/;$/, '')};\n`;
    })
    .join('\n');
}

function oneLine(text: string): string {
  return JSON.stringify(text).slice(1, -1);
}

function codeText(plan: Plan): string {
  return generatedCode(plan)
    .map(({name, text, legend}) => {
      const meanings = [...legend].map(([word, meaning]) => `//   ${word}: ${meaning.replaceAll('\n', ' ')}\n`).join('');
      return `// ${name}\n${meanings}${text.trimEnd()}\n`;
    })
    .join('\n');
}
