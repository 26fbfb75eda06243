import type {Clock, Stopwatch} from '../base/clock.ts';
import type {Engine} from '../compile/engine.ts';
import type {HeapReading} from '../telemetry/heap.ts';
import {count} from '../telemetry/histogram.ts';
import {
  byUrgency,
  histograms,
  type InputSample,
  mostPartitions,
  type PartitionSample,
  type Sample,
  type SlotName,
  slots,
  valueCount,
} from '../telemetry/sample.ts';
import type {Input, ReadPartition} from './input.ts';
import type {Output} from './output.ts';
import type {Rejects} from './rejects.ts';

/** What a job does, or waits for. */
export type Occupation = 'work' | 'sourceWait' | 'sinkWait' | 'commitWait' | 'pause';

const occupations = ['work', 'sourceWait', 'sinkWait', 'commitWait', 'pause'] as const;

/** What of a run is measured. */
export interface MeasuredParts {
  readonly engine: Engine;
  readonly inputs: readonly Input[];
  readonly outputs: readonly Output[];
  readonly rejects: Rejects;
}

/** Of so many records of a batch it is noted when they were made: more tell nothing new. */
const notedOfBatch = 32;
/** Records that wait for their commit. When there are more, every other one stands for two. */
const mostWaiting = 4096;
/** Shares are those of so many samples: about two seconds. */
const sharedSamples = 5;

/**
 * Measures one run. The loop calls it where it begins or ends to wait, and once a batch; nothing is counted a row. All numbers stand in one array, of which a
 * copy goes to the parent twice a second.
 */
export class JobMeter {
  readonly #clock: Clock;
  readonly #stopwatch: Stopwatch;
  readonly #heap: () => HeapReading;
  readonly #values = new Float64Array(valueCount);
  #parts: MeasuredParts | null = null;
  /** Until its tables are open it waits for them. */
  #occupation: Occupation = 'sourceWait';
  #sinceMs: number;
  /** The times of the last samples, by `occupations`, the oldest first. */
  readonly #times: (readonly number[])[] = [];
  #waiting = new WaitingRecords();
  /** Those that the commit under way covers. */
  #captured = new WaitingRecords();
  readonly #activity = new Map<Input, InputActivity>();

  constructor(options: {readonly clock: Clock; readonly stopwatch: Stopwatch; readonly heap: () => HeapReading}) {
    this.#clock = options.clock;
    this.#stopwatch = options.stopwatch;
    this.#heap = options.heap;
    this.#sinceMs = options.stopwatch.elapsedMs();
  }

  /** The run has these parts. */
  begin(parts: MeasuredParts): void {
    this.#parts = parts;
    for (const input of parts.inputs) this.#activity.set(input, new InputActivity());
  }

  /** From now on the job does this. */
  turnTo(occupation: Occupation): void {
    if (occupation === this.#occupation) return;
    this.#settle();
    this.#occupation = occupation;
  }

  /** Counts the time up to now. */
  #settle(): void {
    const nowMs = this.#stopwatch.elapsedMs();
    const slot = slots[`${this.#occupation}Ms`];
    this.#values[slot] = (this.#values[slot] as number) + nowMs - this.#sinceMs;
    this.#sinceMs = nowMs;
  }

  /** A batch of an input is about to be worked on. */
  taken(input: Input): void {
    const {count: rows} = input.engineInput.batch;
    if (rows === 0) return;
    if (input.createdAtMs === undefined) {
      this.#waiting.add(this.#clock.now(), rows);
      return;
    }
    const stride = Math.ceil(rows / notedOfBatch);
    for (let row = stride >> 1; row < rows; row += stride) this.#waiting.add(input.createdAtMs(row) ?? this.#clock.now(), stride);
  }

  /** What was taken is through, and counts at once: the job commits nothing. */
  delivered(): void {
    this.#arrive(this.#waiting);
  }

  /** A commit begins that covers all that was taken. The one before is over. */
  captured(): void {
    [this.#waiting, this.#captured] = [this.#captured, this.#waiting];
  }

  /** It counts. */
  counted(tookMs: number): void {
    this.#arrive(this.#captured);
    count(this.#values, histograms.commit, tookMs, 1);
  }

  #arrive(records: WaitingRecords): void {
    const nowMs = this.#clock.now();
    for (let index = 0; index < records.count; index++)
      count(this.#values, histograms.latency, nowMs - (records.createdAtMs[index] as number), records.weights[index] as number);
    records.clear();
  }

  /** All of it at this moment. */
  sample(): Sample {
    const parts = this.#parts;
    this.#settle();
    this.#share();
    const {heapBytes, residentBytes, gcRuns, gcMs} = this.#heap();
    this.#set({
      heapBytes,
      residentBytes,
      gcRuns,
      gcMs,
      lateRows: parts?.engine.lateRows ?? 0,
      stateRows: parts?.engine.stateRows ?? 0,
      writtenBytes: parts?.outputs.reduce((sum, {writtenBytes}) => sum + writtenBytes, 0) ?? 0,
    });
    const nowMs = this.#clock.now();
    return {
      values: this.#values.slice(),
      inputs: parts?.inputs.map(input => this.#inputSample(input, nowMs)) ?? [],
      rejects: [...(parts?.rejects.byCode ?? [])].map(([code, rejected]) => ({code, count: rejected})),
    };
  }

  #set(values: Partial<Record<SlotName, number>>): void {
    for (const [name, value] of Object.entries(values)) this.#values[slots[name as SlotName]] = value;
  }

  /** Where the time since a few samples ago has gone. */
  #share(): void {
    const now = occupations.map(name => this.#values[slots[`${name}Ms`]] as number);
    const before = this.#times[0] ?? occupations.map(() => 0);
    const spent = now.map((ms, index) => ms - (before[index] as number));
    const total = spent.reduce((sum, ms) => sum + ms, 0);
    for (const [index, name] of occupations.entries())
      this.#values[slots[`${name}Share`]] = total === 0 ? 0 : (spent[index] as number) / total;
    this.#times.push(now);
    if (this.#times.length > sharedSamples) this.#times.shift();
  }

  #inputSample(input: Input, nowMs: number): InputSample {
    const {engineInput, rows, readBytes} = input;
    const {eventTime, node} = engineInput;
    const activity = this.#activity.get(input) ?? new InputActivity();
    activity.look(rows, nowMs);
    const partitions = (input.readPartitions?.() ?? []).map((partition, number) =>
      partitionSample(partition, eventTime?.partitions[number] ?? null, activity.lookAt(number, partition.offset, nowMs)),
    );
    return {
      table: node.table.name,
      rows,
      bytes: readBytes,
      rowsAtMs: activity.rowsAtMs,
      hasEnded: activity.hasEnded,
      time:
        eventTime === null
          ? null
          : {
              watermarkMs: finite(eventTime.watermark),
              isIdle: eventTime.isIdle,
              idleAfterMs: finite(eventTime.idleAfterMs),
            },
      partitionCount: partitions.length,
      partitions: partitions.toSorted(byUrgency).slice(0, mostPartitions),
      lag: input.lag(),
    };
  }

  /** An input has been read to its end. */
  ended(input: Input): void {
    const activity = this.#activity.get(input);
    if (activity !== undefined) activity.hasEnded = true;
  }
}

/** When records were made whose results do not count yet, and for how many each stands. */
class WaitingRecords {
  readonly createdAtMs = new Float64Array(mostWaiting);
  readonly weights = new Float64Array(mostWaiting);
  count = 0;

  add(createdAtMs: number, weight: number): void {
    if (this.count === mostWaiting) this.#thin();
    this.createdAtMs[this.count] = createdAtMs;
    this.weights[this.count++] = weight;
  }

  clear(): void {
    this.count = 0;
  }

  #thin(): void {
    this.count >>= 1;
    for (let index = 0; index < this.count; index++) {
      this.createdAtMs[index] = this.createdAtMs[2 * index] as number;
      this.weights[index] = (this.weights[2 * index] as number) + (this.weights[2 * index + 1] as number);
    }
  }
}

/** When something has come from an input, and from each of its partitions: as seen from one look to the next, so that rows cost nothing. */
class InputActivity {
  rowsAtMs: number | null = null;
  hasEnded = false;
  #rows = 0;
  readonly #offsets: number[] = [];
  readonly #rowsAtMs: (number | null)[] = [];

  look(rows: number, nowMs: number): void {
    if (rows !== this.#rows) this.rowsAtMs = nowMs;
    this.#rows = rows;
  }

  /** Gives when the last message of a partition was taken. What came before the first look has come at that moment, if anything has come at all. */
  lookAt(partition: number, offset: number, nowMs: number): number | null {
    const before = this.#offsets[partition];
    if (before !== undefined && before !== offset) this.#rowsAtMs[partition] = nowMs;
    this.#offsets[partition] = offset;
    return this.#rowsAtMs[partition] ?? null;
  }
}

function partitionSample(
  {name, lag, hasEnded}: ReadPartition,
  time: {readonly watermark: number; readonly isIdle: boolean} | null,
  rowsAtMs: number | null,
): PartitionSample {
  return {
    name,
    lag,
    watermarkMs: time === null ? null : finite(time.watermark),
    rowsAtMs,
    isIdle: time?.isIdle ?? false,
    hasEnded,
  };
}

function finite(ms: number): number | null {
  return Number.isFinite(ms) ? ms : null;
}
