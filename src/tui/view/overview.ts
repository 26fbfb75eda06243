import {chart, chartMargin} from '../bars.ts';
import {ratesOfMinute} from '../history.ts';
import type {JobView} from '../jobs.ts';
import {beside, cutLine, type Line, lineOf, piece} from '../line.ts';
import {signsOf, stateLook} from '../look.ts';
import type {Model} from '../model.ts';
import {bytes, clockTime, count, grouped, latency, percent, span} from '../quantities.ts';
import {clean, fill, wrap} from '../text.ts';
import {behindMs, watermarkOf} from '../times.ts';

const labelWidth = 10;
const factsWidth = 54;
/** Facts and charts stand side by side where there is room for both. */
const leastForBoth = 100;
const leastChart = 4;
const mostChart = 12;

/** What matters of a job at a glance, so many lines high. */
export function overviewLines(model: Model, job: JobView, width: number, height: number): readonly Line[] {
  if (width >= leastForBoth) {
    const left = width - factsWidth - 2;
    const charts = chartLines(model, job, left, height);
    return beside(charts, factLines(model, job, factsWidth), left + 2);
  }
  const facts = factLines(model, job, width);
  const room = height - facts.length - 1;
  return room < leastChart ? facts : [...facts, [], ...chartLines(model, job, width, room)];
}

function chartLines({setting: {look}}: Model, {history}: JobView, width: number, height: number): readonly Line[] {
  const signs = signsOf(look);
  const parts = Math.max(1, Math.min(120, width - chartMargin));
  const one = (title: string, key: 'rowsIn' | 'rowsOut', lines: number): readonly Line[] => [
    lineOf(` ${title}, rows/s of the last minute`, 'dim'),
    ...chart(ratesOfMinute(history, key, parts), lines, signs, count).map(line => cutLine(line, width)),
  ];
  const isForTwo = height >= 2 * leastChart + 2;
  const lines = Math.min(mostChart, Math.floor(isForTwo ? height / 2 : height) - 1);
  if (lines < 1) return [];
  return isForTwo ? [...one('in', 'rowsIn', lines), ...one('out', 'rowsOut', lines)] : one('in', 'rowsIn', lines);
}

function factLines(model: Model, job: JobView, width: number): readonly Line[] {
  const {report, history, inRate, outRate} = job;
  const {look} = model.setting;
  const {sign, word, tone} = stateLook(report.state, look);
  const {unknown, ellipsis} = signsOf(look);
  const rate = (value: number | null): string => (value === null ? '' : `  ${count(value)}/s`);
  const nowMs = model.frozen?.atMs ?? model.nowMs;
  const waits = report.waitsFor.length === 0 ? '' : ` for ${report.waitsFor.map(clean).join(', ')}`;
  const since = report.startedMs === null ? '' : `, since ${span(nowMs - report.startedMs)}`;
  const fact = (label: string, text: string): Line => cutLine([piece(` ${fill(label, labelWidth)} `, 'dim'), piece(text)], width, ellipsis);
  const problem = report.problem === null ? [] : wrap(clean(report.problem), width - 2).slice(0, 3);
  return [
    cutLine([piece(` ${fill('state', labelWidth)} `, 'dim'), piece(`${sign} ${word}`, tone), piece(`${waits}${since}`)], width, ellipsis),
    ...problem.map(text => lineOf(` ${text}`, 'bad')),
    ...report.notes.flatMap(note => wrap(clean(note), width - 2)).map(text => lineOf(` ${text}`, 'warn')),
    fact('rows in', `${grouped(report.rowsIn)}${rate(inRate)}`),
    fact('rows out', `${grouped(report.rowsOut)}${rate(outRate)}`),
    fact('rejected', grouped(report.rejected)),
    fact('lag', report.lag === null ? unknown : grouped(report.lag)),
    fact('latency', latencyText(job) ?? unknown),
    fact('event time', eventTimeText(job) ?? unknown),
    fact('commit', commitText(job, nowMs)),
    fact('time goes', sharesText(job) ?? unknown),
    fact('state size', bytes(report.stateBytes)),
    fact(
      'memory',
      `${report.memoryBytes === null ? unknown : bytes(report.memoryBytes)}, cpu ${history.cpuShare === null ? unknown : percent(history.cpuShare)}`,
    ),
    fact('restarts', grouped(report.restarts)),
    fact(report.pids.length === 1 ? 'process' : 'processes', report.pids.length === 0 ? unknown : report.pids.join(', ')),
  ];
}

/** From the making of a record until its result counts. */
function latencyText({report}: JobView): string | null {
  const spread = report.measured?.latency ?? null;
  return spread === null ? null : `p50 ${latency(spread.p50Ms)}, p99 ${latency(spread.p99Ms)}, at most ${latency(spread.longestMs)}`;
}

function eventTimeText(job: JobView): string | null {
  const [watermarkMs, behind] = [watermarkOf(job), behindMs(job)];
  const late = job.report.measured?.lateRows ?? 0;
  const lateText = late === 0 ? '' : `, ${grouped(late)} late`;
  return watermarkMs === null || behind === null ? null : `${clockTime(watermarkMs)}, ${span(behind)} behind${lateText}`;
}

/** What the last seconds were spent on, the most first. */
function sharesText({report}: JobView): string | null {
  const shares = report.measured?.shares ?? null;
  if (shares === null) return null;
  const named: readonly (readonly [string, number])[] = [
    ['work', shares.work],
    ['input', shares.sourceWait],
    ['sinks', shares.sinkWait],
    ['commits', shares.commitWait],
    ['pauses', shares.pause],
  ];
  const shown = named.filter(([, share]) => share >= 0.005).sort((a, b) => b[1] - a[1]);
  return shown.map(([name, share]) => `${name} ${percent(share)}`).join(', ');
}

function commitText({report}: JobView, nowMs: number): string {
  const {epoch, lastCommitAtMs, commitMs} = report;
  if (epoch === null) return 'keeps no log: it begins anew';
  if (lastCommitAtMs === null) return 'none yet';
  const took = commitMs === null ? '' : `, took ${latency(commitMs)}`;
  return `${grouped(epoch)}, ${span(nowMs - lastCommitAtMs)} ago${took}`;
}
