import {readFileSync} from 'node:fs';

/** Linux counts processor time in hundredths of a second, whatever the machine. */
const tickMs = 10;

/** Processor time that processes have used so far; null where the system does not tell, or one of them is gone. */
export function cpuMsOf(pids: readonly number[]): number | null {
  let sum = 0;
  try {
    for (const pid of pids) {
      const text = readFileSync(`/proc/${pid}/stat`, 'latin1');
      // The name in parentheses may hold spaces and parentheses itself; behind it the fields are counted from the third.
      const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
      sum += (Number(fields[11]) + Number(fields[12])) * tickMs;
    }
  } catch {
    return null;
  }
  return pids.length === 0 || Number.isNaN(sum) ? null : sum;
}
