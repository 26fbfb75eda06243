/**
 * Things that wait for a time, the earliest first; of equal times the one with the lesser rank. What it holds is made anew of the state that it belongs to when
 * that is loaded, so it is never saved.
 */
export class TimerHeap {
  readonly #times: number[] = [];
  readonly #ranks: number[] = [];
  readonly #items: number[] = [];

  get size(): number {
    return this.#times.length;
  }
  get bytes(): number {
    return this.#times.length * 24;
  }
  /** The earliest time; Infinity: nothing waits. */
  get time(): number {
    return this.#times[0] ?? Infinity;
  }
  get rank(): number {
    return this.#ranks[0] as number;
  }
  get item(): number {
    return this.#items[0] as number;
  }

  push(time: number, rank: number, item: number): void {
    let at = this.#times.length;
    while (at > 0) {
      const parent = (at - 1) >> 1;
      if (!this.#isBefore(time, rank, parent)) break;
      this.#move(parent, at);
      at = parent;
    }
    this.#put(at, time, rank, item);
  }

  /** Takes the first away. */
  pop(): void {
    const last = this.#times.length - 1;
    const [time, rank, item] = [this.#times[last] as number, this.#ranks[last] as number, this.#items[last] as number];
    this.#times.length = last;
    this.#ranks.length = last;
    this.#items.length = last;
    if (last === 0) return;
    let at = 0;
    for (;;) {
      let child = 2 * at + 1;
      if (child >= last) break;
      if (child + 1 < last && this.#isBefore(this.#times[child + 1] as number, this.#ranks[child + 1] as number, child)) child++;
      if (this.#isBefore(time, rank, child)) break;
      this.#move(child, at);
      at = child;
    }
    this.#put(at, time, rank, item);
  }

  clear(): void {
    this.#times.length = 0;
    this.#ranks.length = 0;
    this.#items.length = 0;
  }

  #isBefore(time: number, rank: number, at: number): boolean {
    const other = this.#times[at] as number;
    return time < other || (time === other && rank < (this.#ranks[at] as number));
  }
  #move(from: number, to: number): void {
    this.#put(to, this.#times[from] as number, this.#ranks[from] as number, this.#items[from] as number);
  }
  #put(at: number, time: number, rank: number, item: number): void {
    this.#times[at] = time;
    this.#ranks[at] = rank;
    this.#items[at] = item;
  }
}
