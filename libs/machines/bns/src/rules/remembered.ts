/** What was worked out once, by its text. It is emptied when it is full: what comes again soon is soon there again. */
export class Remembered<Value> {
  readonly #max: number;
  readonly #known = new Map<string, Value>();

  constructor(max: number) {
    this.#max = max;
  }

  get(text: string): Value | undefined {
    return this.#known.get(text);
  }

  keep(text: string, value: Value): void {
    if (this.#known.size >= this.#max) this.#known.clear();
    this.#known.set(text, value);
  }
}
