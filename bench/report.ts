import {createHash} from 'node:crypto';
import {cpus, loadavg, release, totalmem} from 'node:os';
import type {DataFile} from './data.ts';
import type {Measured} from './measure.ts';
import type {Peer} from './peers.ts';

/** One line about the machine: a figure means little without it. */
export function printMachine(): void {
  const [first] = cpus();
  console.log(
    `machine: ${cpus().length} x ${first?.model.trim() ?? 'unknown'}, ${Math.round(totalmem() / 2 ** 30)} GiB, Linux ${release()}, Node ${process.version}, load ${loadavg()[0]?.toFixed(1) ?? '?'}`,
  );
}

export function printPeers(peers: readonly (Peer | null)[], names: readonly string[]): void {
  for (const [index, peer] of peers.entries())
    console.log(peer === null ? `${names[index] ?? 'peer'}: not to be had here, left out` : `${peer.name}: ${peer.version}`);
}

export function printData(file: DataFile): void {
  console.log(
    `data: ${file.path}, ${file.rows.toLocaleString('en')} rows, ${(file.bytes / 1e6).toFixed(0)} MB, ${(file.bytes / file.rows).toFixed(0)} B a row`,
  );
}

/** A checksum of rows that does not depend on their order: all contenders must agree on it before a figure is printed. */
export function checksum(rows: readonly string[]): string {
  return createHash('sha256')
    .update([...rows].sort().join('\n'))
    .digest('hex')
    .slice(0, 12);
}

/** Rows of a bar: what is demanded of us against a peer. */
export interface Bar {
  readonly peer: string;
  readonly atLeast: number;
}

/** Prints each contender's figures and how many times it costs what weir costs; a bar that is missed is marked. Returns whether all bars were met. */
export function printComparison(title: string, measured: readonly Measured[], bars: readonly Bar[]): boolean {
  const ours = measured[0] as Measured;
  let met = true;
  console.log(`\n${title}`);
  console.log(
    `  ${'contender'.padEnd(30)}${'ns/row'.padStart(9)}${'ratio'.padStart(8)}${'CPU s'.padStart(8)}${'wall s'.padStart(8)}${'peak MB'.padStart(9)}  bar`,
  );
  for (const one of measured) {
    const ratio = one.nsPerRow / ours.nsPerRow;
    const bar = bars.find(({peer}) => peer === one.name);
    const verdict = bar === undefined ? '' : ratio >= bar.atLeast ? `>= ${bar.atLeast}x ok` : `>= ${bar.atLeast}x MISSED`;
    if (verdict.endsWith('MISSED')) met = false;
    console.log(
      `  ${one.name.padEnd(30)}${one.nsPerRow.toFixed(0).padStart(9)}${`${ratio.toFixed(2)}x`.padStart(8)}${(one.cpuMs / 1000).toFixed(2).padStart(8)}${(one.wallMs / 1000).toFixed(2).padStart(8)}${one.peakMb.toFixed(0).padStart(9)}  ${verdict}`,
    );
  }
  return met;
}

/** Rows a second on the wall, with all that took part on the same machine, and CPU a row of each contender's own process. */
export function printThroughput(title: string, measured: readonly Measured[]): void {
  console.log(`\n${title} (load ${loadavg()[0]?.toFixed(1) ?? '?'})`);
  for (const {name, nsPerRow, wallNsPerRow} of measured)
    console.log(
      `  ${name.padEnd(30)}${(1e6 / wallNsPerRow).toFixed(0).padStart(6)} K rows/s${(nsPerRow / 1000).toFixed(2).padStart(8)} us CPU a row`,
    );
}

/** What else the machine has to do decides about times on the wall. */
export function printLoad(): void {
  console.log(`  load ${loadavg()[0]?.toFixed(1) ?? '?'}`);
}

/** One figure against its bar. Returns whether it was met. */
export function printBar(what: string, figure: string, bar: string, isMet: boolean): boolean {
  console.log(`  ${what.padEnd(58)}${figure.padStart(14)}  ${bar} ${isMet ? 'ok' : 'MISSED'}`);
  return isMet;
}

/** Prints what has no bar. */
export function printFigure(what: string, figure: string): void {
  console.log(`  ${what.padEnd(58)}${figure.padStart(14)}`);
}
