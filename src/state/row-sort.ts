/** Row numbers, to be put in order in short steps: runs are sorted first, then merged two by two until there is one. */
export class RowSort {
  /** The numbers; in order when `step` says so. */
  order: Uint32Array<ArrayBuffer>;
  readonly #compare: (a: number, b: number) => number;
  readonly #ready: (from: number, to: number) => void;
  /** The runs before this are sorted. */
  #sorted = 0;
  /** Rows in each sorted run but the last; 0 until all runs are sorted. */
  #width = 0;
  /** Where runs are merged into, how far that has come, and the next row of each of the two runs. */
  #target = new Uint32Array(0);
  #merged = 0;
  #left = 0;
  #right = 0;

  /** `compare` never gives 0 for two rows that are not the same, which makes the sort stable; of rows [from, to) `ready` is told before they are compared. */
  constructor(count: number, compare: (a: number, b: number) => number, ready: (from: number, to: number) => void = () => {}) {
    this.order = rowNumbers(count);
    this.#compare = compare;
    this.#ready = ready;
  }

  /** Sorts a run of so many rows, or merges some times as many. True: all are in order. The number should be the same in each step. */
  step(rows: number): boolean {
    const count = this.order.length;
    if (this.#sorted < count) {
      const end = Math.min(count, this.#sorted + rows);
      this.#ready(this.#sorted, end);
      this.order.subarray(this.#sorted, end).sort(this.#compare);
      this.#sorted = end;
      if (end < count) return false;
      this.#width = rows;
    }
    if (this.#width >= count) return true;
    if (this.#target.length === 0) this.#target = new Uint32Array(count);
    this.#merge(rows * mergedRows);
    return this.#width >= count;
  }

  #merge(most: number): void {
    const {order} = this;
    const target = this.#target;
    const count = order.length;
    const compare = this.#compare;
    let [merged, left, right] = [this.#merged, this.#left, this.#right];
    for (const end = Math.min(count, merged + most); merged < end;) {
      // The pair of runs that `merged` stands in, and how far their rows may be taken now.
      const start = merged - (merged % (2 * this.#width));
      const middle = Math.min(start + this.#width, count);
      const last = Math.min(start + 2 * this.#width, count);
      if (merged === start) [left, right] = [start, middle];
      const stop = Math.min(end, last);
      while (merged < stop) {
        const takesLeft = right === last || (left < middle && compare(order[left] as number, order[right] as number) < 0);
        target[merged++] = order[takesLeft ? left++ : right++] as number;
      }
    }
    [this.#merged, this.#left, this.#right] = [merged, left, right];
    if (merged < count) return;
    [this.order, this.#target] = [target, order];
    this.#merged = 0;
    this.#width *= 2;
  }
}

/** All numbers below another. */
export function rowNumbers(count: number): Uint32Array<ArrayBuffer> {
  const rows = new Uint32Array(count);
  for (let row = 0; row < count; row++) rows[row] = row;
  return rows;
}

/** A step merges so many times as many rows as it sorts: that takes about as long. */
const mergedRows = 8;

/** Puts the first `count` of row numbers, by an order, before all others. */
export function partition(rows: Uint32Array, count: number, compare: (a: number, b: number) => number): void {
  let [low, high] = [0, rows.length - 1];
  while (low < high) {
    const pivot = middleOf(rows[low] as number, rows[(low + high) >>> 1] as number, rows[high] as number, compare);
    let [up, down] = [low, high];
    while (up <= down) {
      while (compare(rows[up] as number, pivot) < 0) up++;
      while (compare(rows[down] as number, pivot) > 0) down--;
      if (up > down) break;
      [rows[up], rows[down]] = [rows[down] as number, rows[up] as number];
      up++;
      down--;
    }
    // What stands between is the pivot itself.
    if (count - 1 <= down) high = down;
    else if (count - 1 >= up) low = up;
    else return;
  }
}

function middleOf(a: number, b: number, c: number, compare: (a: number, b: number) => number): number {
  const [less, more] = compare(a, b) < 0 ? [a, b] : [b, a];
  if (compare(c, less) < 0) return less;
  return compare(c, more) < 0 ? c : more;
}
