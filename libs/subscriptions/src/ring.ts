import { UNITS_AT_ONCE_MAX } from './limits.ts';
import type { Unit } from './unit.ts';

/** The newest units of a stream, of so many characters together. */
export class Ring {
  readonly #charactersMax: number;
  #units: Unit[] = [];
  #characters = 0;

  constructor(charactersMax: number) {
    this.#charactersMax = charactersMax;
  }

  push(units: readonly Unit[]): void {
    for (const unit of units) {
      this.#units.push(unit);
      this.#characters += unit.size;
    }
    let drop = 0;
    while (this.#characters > this.#charactersMax && drop < this.#units.length - 1)
      this.#characters -= (this.#units[drop++] as Unit).size;
    if (drop > 0) this.#units = this.#units.slice(drop);
  }

  /** Units behind a place, the rest of one that it lies in included; null where they do not begin here. */
  after(place: number): readonly Unit[] | null {
    const [first] = this.#units;
    if (first === undefined || first.place > place + 1) return null;
    let [low, high] = [0, this.#units.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((this.#units[middle] as Unit).lastPlace <= place) low = middle + 1;
      else high = middle;
    }
    return this.#units.slice(low, low + UNITS_AT_ONCE_MAX);
  }
}
