/**
 * What goes in is a pure function of (seed, partition, sequence), so that whoever reads what came out can compute what should have, without having kept anything.
 */
export interface Workload {
  readonly seed: number;
  readonly partitions: number;
  /** Of each partition. A key has all its rows in one partition, so that their order means something. */
  readonly keys: number;
}

export interface InputRow {
  /** Partition and place in it. */
  readonly p: number;
  readonly s: number;
  readonly k: number;
  readonly a: number;
}

export function rowOf({seed, partitions, keys}: Workload, partition: number, sequence: number): InputRow {
  const random = mixed(mixed(seed ^ Math.imul(partition + 1, 0x9e_37_79_b1)) ^ sequence);
  return {p: partition, s: sequence, k: partition + partitions * (random % keys), a: mixed(random) % 1000};
}

/** Rows that the stateless query lets through. */
export function passes({s}: InputRow): boolean {
  return s % 10 !== 3;
}

/** A number of 32 bits that has nothing to do with the one it is made from (the finalizer of MurmurHash3). */
export function mixed(value: number): number {
  let bits = value | 0;
  bits = Math.imul(bits ^ (bits >>> 16), 0x85_eb_ca_6b);
  bits = Math.imul(bits ^ (bits >>> 13), 0xc2_b2_ae_35);
  return (bits ^ (bits >>> 16)) >>> 0;
}

/** Numbers from a seed, the same in every run. */
export class Random {
  #state: number;
  constructor(seed: number) {
    this.#state = mixed(seed + 1);
  }
  /** A whole number from 0 to one less than `below`. */
  below(below: number): number {
    this.#state = (this.#state + 0x6d_2b_79_f5) | 0;
    return mixed(this.#state) % below;
  }
  between(from: number, to: number): number {
    return from + this.below(to - from + 1);
  }
  pick<Item>(items: readonly Item[]): Item {
    return items[this.below(items.length)] as Item;
  }
}
