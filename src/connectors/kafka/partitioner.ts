/** `default`: the client's, by the hash of the key; `fixed`: all of a process into one; `round-robin`: in turn. */
export type Partitioner = 'default' | 'fixed' | 'round-robin';

/** Gives the partition of the next message; below 0 where its key decides. */
export function partitionerOf(partitioner: Partitioner, partitions: number, slotIndex: number): () => number {
  switch (partitioner) {
    case 'default':
      return () => -1;
    case 'fixed':
      return () => slotIndex % partitions;
    case 'round-robin': {
      let next = slotIndex % partitions;
      return () => {
        const partition = next;
        next = (next + 1) % partitions;
        return partition;
      };
    }
  }
}
