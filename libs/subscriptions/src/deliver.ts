import { UNITS_HELD_MAX } from './limits.ts';
import type { Selection } from './selection.ts';
import type { Source, Told, Unit } from './unit.ts';

/** What a subscriber asks for. */
export interface Wish {
  /** Everything up to it is done with. */
  readonly after: string;
  readonly selection: Selection;
  /** How deep a block has to be before it is told: 1 is the newest. */
  readonly confirmations: number;
}

/** What is told next, and how far all is done then: whoever goes on from there misses nothing and gets nothing twice. */
export interface Delivery {
  readonly told: readonly Told[];
  readonly cursor: string;
}

/** A block that is not deep enough yet. Its unit is let go where many wait, and read again. */
interface Held {
  readonly height: number;
  readonly hash: string;
  readonly place: number;
  readonly before: string;
  readonly after: string;
  unit: Unit | null;
}

/** Holds blocks back until they are deep enough. A block that is taken back before that is never told of, nor is its retraction. */
class Depth {
  readonly #confirmations: number;
  readonly #from: number;
  readonly #held: Held[] = [];

  /** `from` is the place up to which everything is done with. */
  constructor(confirmations: number, from: number) {
    this.#confirmations = confirmations;
    this.#from = from;
  }

  /** Where everything is done with, once `unit` was taken in. */
  resolved(unit: Unit): string | null {
    const [first] = this.#held;
    if (first === undefined) return unit.after;
    return first.place > this.#from ? first.before : null;
  }

  /** Takes the next unit of the stream; answers with what is deep enough now, in order. */
  take(unit: Unit): readonly Held[] {
    if (unit.kind === 'disconnected') {
      const top = this.#held.at(-1);
      if (top?.hash !== unit.hash) return [heldOf(unit)];
      this.#held.pop();
      return top.place <= this.#from ? [heldOf(unit)] : []; // part of it was told before
    }
    this.#held.push(heldOf(unit));
    const deep = this.#held.findIndex(({ height }) => unit.height - height + 1 < this.#confirmations);
    const released = this.#held.splice(0, deep === -1 ? this.#held.length : deep);
    for (const held of this.#held.slice(0, -UNITS_HELD_MAX)) held.unit = null;
    return released;
  }
}

function heldOf(unit: Unit): Held {
  const { height, hash, place, before, after } = unit;
  return { height, hash, place, before, after, unit };
}

/** Tells a subscriber everything from its cursor on, until the signal; without one, up to where the stream ends now. */
export async function* deliver(source: Source, wish: Wish, signal: AbortSignal | null): AsyncGenerator<Delivery> {
  const from = source.placeOf(wish.after);
  const depth = new Depth(wish.confirmations, from);
  let cursor = wish.after;
  for (;;) {
    const units = signal === null ? await source.unitsNow(cursor) : await source.unitsAfter(cursor, signal);
    if (units.length === 0) return;
    for (const unit of units) {
      if (signal?.aborted) return;
      for (const held of depth.take(unit)) {
        const whole = held.unit ?? (await source.unitsNow(held.before))[0];
        if (whole?.place !== held.place)
          throw new Error(`the block at place ${held.place} is not in the stream any more`);
        const told = whole.told(wish.selection);
        // The very list, where all of it is told: what was encoded of it is shared.
        yield { told: whole.place > from ? told : told.filter(({ place }) => place > from), cursor: held.after };
      }
      const resolved = depth.resolved(unit);
      if (resolved !== null) yield { told: [], cursor: resolved };
      cursor = unit.after;
    }
  }
}
