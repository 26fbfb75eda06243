/** The rows of a result that changes, in the order in which they came; a row that is updated stays where it is. Those beyond `most` are only counted. */
export class LiveRows {
  readonly #most: number;
  readonly #textBySlot = new Map<number, string | null>();
  /** Rows may be equal: a text has as many slots as there are rows of it. */
  readonly #slotsByText = new Map<string, number[]>();
  #nextSlot = 0;
  /** Of the row whose old form was just taken away: the new one comes next. */
  #openSlot: number | null = null;
  #more = 0;

  constructor(most: number) {
    this.#most = most;
  }

  /** Takes in one change: `+I`, `-U`, `+U` or `-D`. */
  change(kind: string, text: string): void {
    if (kind === '+I' || kind === '+U') this.#put(text, kind === '+U');
    else this.#take(text, kind === '-U');
  }

  /** Rows beyond those that are kept. */
  get more(): number {
    return this.#more;
  }

  texts(): readonly string[] {
    return [...this.#textBySlot.values()].filter(text => text !== null);
  }

  #put(text: string, isUpdate: boolean): void {
    const open = isUpdate ? this.#openSlot : null;
    if (open === null && this.#textBySlot.size >= this.#most) {
      this.#more++;
      return;
    }
    const slot = open ?? this.#nextSlot++;
    this.#openSlot = null;
    this.#textBySlot.set(slot, text);
    const slots = this.#slotsByText.get(text);
    if (slots === undefined) this.#slotsByText.set(text, [slot]);
    else slots.push(slot);
  }

  #take(text: string, isUpdate: boolean): void {
    const slots = this.#slotsByText.get(text);
    const slot = slots?.pop();
    if (slots?.length === 0) this.#slotsByText.delete(text);
    if (slot === undefined) {
      this.#more--;
      return;
    }
    if (isUpdate) {
      this.#textBySlot.set(slot, null);
      this.#openSlot = slot;
    } else {
      this.#textBySlot.delete(slot);
    }
  }
}
