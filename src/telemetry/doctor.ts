import type {InputSample, InputTime, Measured, PartitionSample} from './sample.ts';

/** What is asked about: a job that runs. */
export interface Patient {
  readonly measured: Measured;
  /** Since its log began, where it keeps one: what came before this process counts, too. */
  readonly rowsIn: number;
  readonly rowsOut: number;
  readonly rejected: number;
}

/** Somebody who writes has pauses; nothing for so long is no pause any more. */
const quietMs = 10_000;
/** Clocks of two machines differ; by more than this they do not. */
const aheadMs = 60_000;
/** A stage that takes so much of the time is what holds the others up. */
const muchShare = 0.5;
/** So long a job may have been without rows before that is worth a word. */
const mostNames = 3;

/**
 * Why a job gives no output, or less than it could: sentences without full stop, the most likely first; none where nothing seems wrong. A pure function of what
 * the job measures and of the time.
 */
export function diagnose(patient: Patient, nowMs: number): readonly string[] {
  const {inputs} = patient.measured;
  const held = inputs.flatMap(input => holdUps(input, inputs, nowMs));
  return [
    ...(patient.rowsIn === 0 ? emptyInputs(inputs) : []),
    ...held,
    ...inputs.flatMap(input => aheadOfClock(input, nowMs)),
    ...allRejected(patient),
    ...lateRows(patient),
    ...slowStages(patient),
    ...(held.length === 0 ? waitsForTime(patient, nowMs) : []),
  ];
}

function emptyInputs(inputs: readonly InputSample[]): readonly string[] {
  const names = inputs.filter(({hasEnded, rows}) => !hasEnded && rows === 0).map(({table}) => table);
  if (names.length === 0) return [];
  return [`nothing has come from ${listed(names)} yet`];
}

/** Partitions, or the whole input, that others wait for and from which nothing comes. */
function holdUps(input: InputSample, inputs: readonly InputSample[], nowMs: number): readonly string[] {
  const {time, table} = input;
  if (time === null || time.isIdle || input.hasEnded) return [];
  const behind = input.partitions.filter(one => isQuiet(one, input, nowMs));
  const others = input.partitions.filter(one => !behind.includes(one) && !one.hasEnded);
  if (behind.length > 0 && others.some(one => isFurther(one, time))) return [partitionsHold(input, time, behind, nowMs)];
  const isAlone = !inputs.some(other => other !== input && isInputFurther(other, time));
  const sinceMs = input.rowsAtMs === null ? null : nowMs - input.rowsAtMs;
  if (isAlone || (sinceMs !== null && sinceMs < quietMs)) return [];
  return [
    sinceMs === null
      ? `nothing has come from ${table} yet, and the other inputs wait for its event time; ${advice(time)}`
      : `${table} has been idle for ${span(sinceMs)} and holds the watermark ${at(time.watermarkMs, nowMs)}; ${advice(time)}`,
  ];
}

function partitionsHold(input: InputSample, time: InputTime, behind: readonly PartitionSample[], nowMs: number): string {
  const lastMs = Math.max(...behind.map(({rowsAtMs}) => rowsAtMs ?? -Infinity));
  const names = listed(behind.map(one => numberOf(one.name)));
  const subject = `${behind.length === 1 ? 'partition' : 'partitions'} ${names} of ${input.table}`;
  const verb = behind.length === 1 ? ['has', 'holds'] : ['have', 'hold'];
  if (lastMs === -Infinity) {
    const effect =
      time.watermarkMs === null ? 'so event time has not begun' : `and ${verb[1]} the watermark ${at(time.watermarkMs, nowMs)}`;
    return `${subject} ${verb[0]} had no rows since the job was started, ${effect}; ${advice(time)}`;
  }
  return `${subject} ${verb[0]} been idle for ${span(nowMs - lastMs)} and ${verb[1]} the watermark ${at(time.watermarkMs, nowMs)}; ${advice(time)}`;
}

/** It is waited for, nothing comes of it, and nothing of it waits to be read: it is no further than the input as a whole. */
function isQuiet({rowsAtMs, watermarkMs, isIdle, hasEnded, lag}: PartitionSample, {time}: InputSample, nowMs: number): boolean {
  if (isIdle || hasEnded || (lag ?? 0) > 0) return false;
  if (rowsAtMs !== null && nowMs - rowsAtMs < quietMs) return false;
  return (watermarkMs ?? -Infinity) <= (time?.watermarkMs ?? -Infinity);
}

function isFurther({watermarkMs}: PartitionSample, time: InputTime): boolean {
  return (watermarkMs ?? -Infinity) > (time.watermarkMs ?? -Infinity);
}

function isInputFurther({time: other, hasEnded}: InputSample, time: InputTime): boolean {
  return other !== null && !hasEnded && (other.watermarkMs ?? -Infinity) > (time.watermarkMs ?? -Infinity);
}

function advice({idleAfterMs}: InputTime): string {
  return idleAfterMs === null
    ? "set 'scan.watermark.idle-timeout', and nobody waits for what is idle"
    : `after ${span(idleAfterMs)} ('scan.watermark.idle-timeout') nobody waits for it`;
}

function aheadOfClock({table, time}: InputSample, nowMs: number): readonly string[] {
  const ms = (time?.watermarkMs ?? -Infinity) - nowMs;
  if (ms < aheadMs || ms === Infinity) return [];
  return [`the watermark of ${table} is ${span(ms)} ahead of the clock: a row had a time of the future, and rows of the present are late`];
}

function allRejected({rowsIn, rowsOut, rejected, measured}: Patient): readonly string[] {
  if (rowsOut > 0 || rejected === 0 || rejected < rowsIn) return [];
  const codes = listed(measured.rejects.map(({code, count}) => `${code} ${count}`));
  return [`all rows have been rejected${codes === '' ? '' : `: ${codes}`}; weir logs shows why`];
}

function lateRows({measured: {lateRows: rows}}: Patient): readonly string[] {
  if (rows === 0) return [];
  return [
    `${rows} ${rows === 1 ? 'row was' : 'rows were'} dropped since ${rows === 1 ? 'it' : 'they'} came too late: let the watermark wait longer`,
  ];
}

function slowStages({measured: {shares}}: Patient): readonly string[] {
  if (shares === null) return [];
  const percent = (share: number): string => `${Math.round(share * 100)} %`;
  if (shares.sinkWait >= muchShare)
    return [`${percent(shares.sinkWait)} of the time the job waits for a sink: what reads its output is slower than it`];
  if (shares.commitWait >= muchShare)
    return [`${percent(shares.commitWait)} of the time the job waits for a commit: let one cover more with --batch`];
  return [];
}

/** Nothing holds time up, but it has not come far enough to end anything. */
function waitsForTime({measured, rowsIn, rowsOut, rejected}: Patient, nowMs: number): readonly string[] {
  if (rowsOut > 0 || rowsIn === 0 || rejected >= rowsIn) return [];
  const timed = measured.inputs.filter(({time, hasEnded}) => time !== null && !hasEnded);
  return timed
    .slice(0, 1)
    .map(({table, time}) =>
      time?.watermarkMs === null || time === null
        ? `no row of ${table} has a time yet, so no window has ended`
        : `what the job gives comes when event time has passed, and the watermark of ${table} is ${at(time.watermarkMs, nowMs)}`,
    );
}

function numberOf(name: string): string {
  return /\[(\d+)\]$/.exec(name)?.[1] ?? name;
}

function listed(names: readonly string[]): string {
  const shown = names.slice(0, mostNames).join(', ');
  return names.length > mostNames ? `${shown} and ${names.length - mostNames} more` : shown;
}

/** `at 10:03:07`, with the day where it is another. UTC. */
function at(ms: number | null, nowMs: number): string {
  if (ms === null) return 'at its beginning';
  const text = isoOf(ms);
  return `at ${text.slice(0, 10) === isoOf(nowMs).slice(0, 10) ? text.slice(11, 19) : text.slice(0, 19).replace('T', ' ')} UTC`;
}

const mostMs = 8_640_000_000_000_000;

function isoOf(ms: number): string {
  return new Date(Math.min(mostMs, Math.max(-mostMs, ms))).toISOString();
}

/** A time in two units at the most: `42 s`, `3 min 5 s`, `2 d 4 h`. */
export function span(ms: number): string {
  const seconds = Math.max(0, Math.floor(ms / 1000));
  const parts = [
    [Math.floor(seconds / 86_400), 'd'],
    [Math.floor(seconds / 3600) % 24, 'h'],
    [Math.floor(seconds / 60) % 60, 'min'],
    [seconds % 60, 's'],
  ] as const;
  const first = parts.findIndex(([count]) => count > 0);
  if (first < 0) return '0 s';
  const shown = parts.slice(first, first + 2).filter(([count]) => count > 0);
  return shown.map(([count, unit]) => `${count} ${unit}`).join(' ');
}
