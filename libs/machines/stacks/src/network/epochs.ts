/** The epochs of Stacks, oldest first. Rules change at their heights. */
export const EPOCHS = [
  '2.0',
  '2.05',
  '2.1',
  '2.2',
  '2.3',
  '2.4',
  '2.5',
  '3.0',
  '3.1',
  '3.2',
  '3.3',
  '3.4',
  '4.0',
] as const;

/** An epoch by its number. */
export type Epoch = (typeof EPOCHS)[number];

/** From which height an epoch holds. */
export interface EpochStart {
  readonly epoch: Epoch;
  readonly from: number;
}

/** The epoch at a height: the newest that has begun. Below all of them the first. The starts are sorted by height. */
export function epochAt(starts: readonly EpochStart[], height: number): Epoch {
  return (starts.findLast(({ from }) => from <= height) ?? starts[0])?.epoch ?? '2.0';
}

/** Whether an epoch is another one or younger. */
export function isFrom(epoch: Epoch, first: Epoch): boolean {
  return EPOCHS.indexOf(epoch) >= EPOCHS.indexOf(first);
}

/** What the memo of a commit has to be at least: epochs are marked by it, and 3.1 left one number out. */
export const MARKERS: Readonly<Record<Epoch, number>> = {
  '2.0': 0,
  '2.05': 5,
  '2.1': 6,
  '2.2': 7,
  '2.3': 8,
  '2.4': 9,
  '2.5': 0x0a,
  '3.0': 0x0b,
  '3.1': 0x0d,
  '3.2': 0x0e,
  '3.3': 0x0f,
  '3.4': 0x10,
  '4.0': 0x11,
};
