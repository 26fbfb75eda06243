/** A list is kept in pieces of at most so many rows. */
const mostRows = 512;

/** Row numbers in an order of their own, by place. However many there are, one that comes or goes moves few others. */
export class RowList {
  /** None is empty but the only one. */
  readonly #pieces: number[][] = [[]];
  #length = 0;

  /** Of rows in order. */
  static of(rows: readonly number[]): RowList {
    const list = new RowList();
    list.#length = rows.length;
    for (let at = 0; at < rows.length; at += mostRows) list.#pieces[at / mostRows] = rows.slice(at, at + mostRows);
    return list;
  }

  get length(): number {
    return this.#length;
  }

  get last(): number | undefined {
    return this.#pieces.at(-1)?.at(-1);
  }

  at(place: number): number | undefined {
    const pieces = this.#pieces;
    let left = place;
    for (let index = 0; index < pieces.length; index++) {
      const piece = pieces[index] as number[];
      if (left < piece.length) return piece[left];
      left -= piece.length;
    }
    return undefined;
  }

  insertAt(place: number, row: number): void {
    this.#length++;
    let left = place;
    let index = 0;
    for (; left > (this.#pieces[index] as number[]).length; index++) left -= (this.#pieces[index] as number[]).length;
    const piece = this.#pieces[index] as number[];
    if (left === piece.length) piece.push(row);
    else piece.splice(left, 0, row);
    if (piece.length <= mostRows) return;
    // At the end of the list rows come in order: the piece before stays full then.
    const kept = index === this.#pieces.length - 1 && left === mostRows ? mostRows : mostRows >> 1;
    this.#pieces.splice(index + 1, 0, piece.splice(kept));
  }

  /** Takes a row out of the list. */
  removeAt(place: number): number {
    this.#length--;
    let left = place;
    let index = 0;
    for (; left >= (this.#pieces[index] as number[]).length; index++) left -= (this.#pieces[index] as number[]).length;
    const piece = this.#pieces[index] as number[];
    const row = (left === 0 ? piece.shift() : left === piece.length - 1 ? piece.pop() : piece.splice(left, 1)[0]) as number;
    if (piece.length === 0 && this.#pieces.length > 1) this.#pieces.splice(index, 1);
    return row;
  }

  /** The first place whose row passes, which all rows behind it do. */
  firstPlace(passes: (row: number) => boolean): number {
    const pieces = this.#pieces;
    let before = 0;
    let [low, high] = [0, pieces.length - 1];
    while (low < high) {
      const middle = (low + high) >>> 1;
      const rows = pieces[middle] as number[];
      if (passes(rows[rows.length - 1] as number)) high = middle;
      else low = middle + 1;
    }
    for (let index = 0; index < low; index++) before += (pieces[index] as number[]).length;
    const rows = pieces[low] as number[];
    [low, high] = [0, rows.length];
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (passes(rows[middle] as number)) high = middle;
      else low = middle + 1;
    }
    return before + low;
  }

  *[Symbol.iterator](): Generator<number> {
    for (const piece of this.#pieces) yield* piece;
  }
}
