import { type ChainParameters, isHeight, refuse, unknownNames, wantedOf } from './network/parameters.ts';

/**
 * What has to be believed for a sortition to follow from Bitcoin alone: that Stacks knows every anchor block (the PoX id is all
 * ones), and that no commit which is otherwise right paid wrong reward addresses.
 */
export const ASSUMPTIONS = ['everyAnchorBlockIsKnown', 'everyCommitPaidTheRightAddresses'] as const;

/** What the machine is asked for beside its collections. */
export interface MachineParameters {
  /** Null where no sortitions are asked for. */
  readonly sortition: { readonly expected: ReadonlyMap<number, string> } | null;
}

type Given = Readonly<Record<string, unknown>>;

/**
 * Reads the parameters of the machine from JSON: `sortition` `{ assume, expectedSnapshots }`, where `assume` names both of
 * `ASSUMPTIONS`, and `expectedSnapshots` has published consensus hashes of Stacks by height.
 *
 * @throws StacksParametersInvalid with every problem listed.
 */
export function readMachineParameters(given: Given, { network, startBlock }: ChainParameters): MachineParameters {
  const problems = unknownNames(given, ['sortition']);
  const asked = given['sortition'];
  if (asked === undefined) {
    refuse('machine stacks', problems);
    return { sortition: null };
  }
  const wanted = wantedOf(problems);
  const options = wanted<Given>('sortition', asked, isRecord, 'is { assume, expectedSnapshots }');
  const { assume, expectedSnapshots = {}, ...others } = isRecord(options) ? options : {};
  problems.push(...unknownNames(others, ['assume', 'expectedSnapshots']));
  wanted(
    'sortition.assume',
    assume,
    (value) =>
      Array.isArray(value) && value.length === ASSUMPTIONS.length && ASSUMPTIONS.every((each) => value.includes(each)),
    `names what is assumed, ${JSON.stringify(ASSUMPTIONS)}: without it sortitions do not follow from Bitcoin`,
  );
  const snapshots = wanted<Given>(
    'sortition.expectedSnapshots',
    expectedSnapshots,
    isSnapshots,
    'are hashes of 40 hex digits by height',
  );
  if (startBlock !== network.firstBlock + 1) {
    problems.push(
      `sortition wants all of the history: the log begins at ${startBlock}, where it has to begin at ${network.firstBlock + 1}`,
    );
  }
  refuse('machine stacks', problems);
  return {
    sortition: { expected: new Map(Object.entries(snapshots).map(([height, hash]) => [Number(height), String(hash)])) },
  };
}

function isRecord(value: unknown): value is Given {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isSnapshots(value: unknown): boolean {
  return (
    isRecord(value) &&
    Object.entries(value).every(
      ([height, hash]) => isHeight(Number(height)) && typeof hash === 'string' && /^[0-9a-f]{40}$/.test(hash),
    )
  );
}
