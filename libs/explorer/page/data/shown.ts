import type { Place } from '../address/view.ts';
import type { ChainShape, MachineShape } from './answers.ts';

/** A machine as the pages below it know it. */
export interface Shown {
  readonly place: Place;
  readonly chain: ChainShape;
  readonly machine: MachineShape;
}
