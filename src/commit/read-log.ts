import {stat} from 'node:fs/promises';
import {fail, type Problem, ProblemError} from '../base/problem.ts';
import {segmentEpochs} from './log.ts';
import {readRecord, type StoredRecord} from './record-image.ts';
import {readSegment, type Segment, type SegmentHeader, segmentPath} from './segment.ts';

/** One record of a log, as far as it can be told without the engine. */
export interface LogRecord extends StoredRecord {
  /** In the log, with its checksums. */
  readonly bytes: number;
  /** False: nothing in the log says that it counts; the offsets of the job's group do. */
  readonly isCertain: boolean;
}

export interface LogSegment {
  readonly path: string;
  readonly bytes: number;
  /** At its end, of a record that was not written to its end. The next start cuts them off. */
  readonly tornBytes: number;
  readonly records: readonly LogRecord[];
}

/** What a log holds. Reading changes nothing, and may be done while the job runs. */
export interface LogContent {
  readonly header: SegmentHeader | null;
  /** Oldest first. */
  readonly segments: readonly LogSegment[];
  /** What is damaged, or cannot be read by this version. */
  readonly problems: readonly Problem[];
}

/** Reads all segments in a job's folder, and verifies every checksum. A folder without a log is a problem. */
export async function readLog(directory: string): Promise<LogContent> {
  await checkFolder(directory);
  const problems: Problem[] = [];
  const found: Segment[] = [];
  for (const epoch of await segmentEpochs(directory)) {
    try {
      found.push(await readSegment(segmentPath(directory, epoch), epoch));
    } catch (error) {
      if (!(error instanceof ProblemError)) throw error;
      // A job that runs deletes segments that it needs no more.
      if (await exists(segmentPath(directory, epoch))) problems.push(...error.problems);
    }
  }
  problems.push(...gaps(found));
  const newest = found.at(-1);
  return {
    header: newest?.header ?? found.at(-2)?.header ?? null,
    segments: found.map(segment => logSegment(segment, segment === newest)),
    problems,
  };
}

function logSegment(segment: Segment, isNewest: boolean): LogSegment {
  const records = segment.entries.map(({payload, start, end}, index): LogRecord => {
    const stored = readRecord(payload);
    const isLast = isNewest && index === segment.entries.length - 1;
    return {...stored, bytes: end - start, isCertain: !isLast || segment.isMarked || stored.countsByItself};
  });
  return {path: segment.path, bytes: segment.fileLength, tornBytes: segment.fileLength - segment.length, records};
}

/** Every segment goes on where the one before it ends, unless power went while some were deleted. */
function gaps(segments: readonly Segment[]): Problem[] {
  return segments.slice(1).flatMap((segment, index) => {
    const before = segments[index] as Segment;
    const expected = before.firstEpoch + before.entries.length;
    if (segment.firstEpoch === expected) return [];
    const message = `the log ${segment.path} begins with commit ${segment.firstEpoch}, and the one before it ends with commit ${expected - 1}`;
    return [
      {kind: 'environment', severity: 'warning', code: 'log-gap', message, hint: 'nothing has to be done: a job goes on from the last one'},
    ];
  });
}

async function checkFolder(directory: string): Promise<void> {
  if ((await exists(directory)) && (await segmentEpochs(directory)).length > 0) return;
  throw fail('environment', 'no-log', `there is no log in ${directory}`, {
    hint: 'jobs that commit keep one; name the folder of the job, or give --state-dir',
  });
}

async function exists(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    () => false,
  );
}
