import fs from 'node:fs';
import {syncBuiltinESMExports} from 'node:module';

/** What a process finds in its environment, all of it optional. */
export const surroundingNames = {
  /** A file to which each sync adds a line: bytes of the file that are on the disk, a tab, its path. */
  ledger: 'WEIR_SYNC_LEDGER',
  /** Syncs wait first: one not at all, the next so many milliseconds, the next twice as many, and so on, so that more stands unsynced, and in another order. */
  slowSync: 'WEIR_SLOW_SYNC',
  /** The clock jumps so often, in milliseconds, by up to an hour back and forth; below 0: only back. */
  clockJumps: 'WEIR_CLOCK_JUMPS',
} as const;

/** Only Node's own modules are loaded before this: whoever comes later takes from them what was put there. */
export async function environment(): Promise<void> {
  const ledger = process.env[surroundingNames.ledger];
  if (ledger !== undefined) await noteSyncs(ledger, Number(process.env[surroundingNames.slowSync] ?? 0));
  const jumps = process.env[surroundingNames.clockJumps];
  if (jumps !== undefined) jump(Number(jumps));
}

const hourMs = 3_600_000;

function jump(everyMs: number): void {
  const {now} = Date;
  let offsetMs = 0;
  let count = 0;
  Date.now = () => now() + offsetMs;
  setInterval(() => {
    // Far ahead, far behind, a little ahead, …
    offsetMs = everyMs < 0 ? offsetMs + 10 * everyMs : ([hourMs, -hourMs, 400, -400, 0][count++ % 5] as number);
  }, Math.abs(everyMs)).unref();
}

/** A sync counts for what the file held when it began. */
async function noteSyncs(ledger: string, slowMs: number): Promise<void> {
  const note = (descriptor: number, length: number): void => {
    fs.appendFileSync(ledger, `${length}\t${fs.readlinkSync(`/proc/self/fd/${descriptor}`)}\n`);
  };
  let count = 0;
  const waitMs = (): number => slowMs * (count++ % 3);
  const lengthOf = (descriptor: number): number => fs.fstatSync(descriptor).size;
  const {fdatasync, fsyncSync} = fs;
  fs.fdatasync = ((descriptor: number, callback: (error: NodeJS.ErrnoException | null) => void) => {
    setTimeout(() => {
      const length = lengthOf(descriptor);
      fdatasync(descriptor, error => {
        if (error === null) note(descriptor, length);
        callback(error);
      });
    }, waitMs());
  }) as typeof fs.fdatasync;
  fs.fsyncSync = (descriptor: number) => {
    const length = lengthOf(descriptor);
    fsyncSync(descriptor);
    note(descriptor, length);
  };
  const handles = await handlePrototype();
  for (const name of ['datasync', 'sync'] as const) {
    // oxlint-disable-next-line typescript/unbound-method -- It is called on the handle that it is taken from.
    const sync = handles[name];
    handles[name] = async function (this: fs.promises.FileHandle): Promise<void> {
      const {fd} = this;
      await new Promise(resolve => setTimeout(resolve, waitMs()));
      const length = lengthOf(fd);
      await sync.call(this);
      note(fd, length);
    };
  }
  syncBuiltinESMExports();
}

/** Of handles of files: Node does not name their class. */
export async function handlePrototype(): Promise<fs.promises.FileHandle> {
  const handle = await fs.promises.open('/dev/null', 'r');
  await handle.close();
  return Object.getPrototypeOf(handle) as fs.promises.FileHandle;
}
