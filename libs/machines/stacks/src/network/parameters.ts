import { hexToBytes, type NetworkName } from '@virtualchain/bitcoin';
import { ExpectedError } from '@virtualchain/kernel';
import { EPOCHS, type Epoch, type EpochStart } from './epochs.ts';
import { NETWORKS, type StacksNetwork, sunsetFrom } from './network.ts';

/** The parameters make no chain or machine of Stacks. All problems at once. */
export class StacksParametersInvalid extends ExpectedError {
  override readonly name = 'StacksParametersInvalid';
  readonly code = 'STACKS_PARAMETERS_INVALID';
  readonly remedy = 'halt';
}

type Given = Readonly<Record<string, unknown>>;

/** A network, and where the log of it begins. */
export interface ChainParameters {
  readonly network: StacksNetwork;
  /** The first block of the log. Links to what lies between the network's first block and it are unknown. */
  readonly startBlock: number;
  readonly checkpoint: { readonly height: number; readonly hash: string } | undefined;
}

const KNOWN = [
  ...['network', 'bitcoin', 'magic', 'firstBlock', 'cycle', 'prepare', 'epochs', 'sunsetStart', 'sunsetEnd'],
  ...['waterfall', 'startBlock', 'checkpoint'],
];
const BITCOINS: readonly NetworkName[] = ['mainnet', 'testnet3', 'testnet4', 'signet', 'regtest'];

/**
 * Reads the parameters of the chain from JSON: `network` (`mainnet` when absent, `xenon`, `krypton` or `devnet`), and what is other
 * than that network's: `bitcoin` (whose addresses are shown), `magic` (four hex digits), `firstBlock`, `cycle` and `prepare` (blocks),
 * `epochs` (`{ "2.1": height, … }`), `sunsetStart` and `sunsetEnd`, `waterfall` (a height or null), `startBlock`, `checkpoint`.
 *
 * @throws StacksParametersInvalid with every problem listed.
 */
export function readChainParameters(given: Given): ChainParameters {
  const problems = unknownNames(given, KNOWN);
  const wanted = wantedOf(problems);
  const name = wanted<keyof typeof NETWORKS>(
    'network',
    given['network'] ?? 'mainnet',
    (value) => typeof value === 'string' && Object.hasOwn(NETWORKS, value),
    `is one of ${Object.keys(NETWORKS).join(', ')}`,
  );
  const preset: Omit<StacksNetwork, 'sunset'> = NETWORKS[name] ?? NETWORKS.mainnet;
  const heightOf = (parameter: string, byDefault: number) =>
    wanted<number>(parameter, given[parameter] ?? byDefault, isHeight, 'is a height');
  const firstBlock = heightOf('firstBlock', preset.firstBlock);
  const sunset = sunsetFrom(isHeight(firstBlock) ? firstBlock : 0);
  const epochs = given['epochs'] === undefined ? preset.epochs : readEpochs(given['epochs']);
  if (epochs === null) {
    problems.push(
      `epochs is { epoch: height, … } in ascending order, of ${EPOCHS.join(', ')}, not ${JSON.stringify(given['epochs'])}`,
    );
  } else if (epochs.length === 0) {
    problems.push(
      `epochs is missing: ${name} has none of its own; give those of its configuration, as {"2.1":0,"3.0":131}`,
    );
  }
  const count = (parameter: string, byDefault: number) =>
    wanted<number>(
      parameter,
      given[parameter] ?? byDefault,
      (value) => isHeight(value) && value > 0,
      'is a number of blocks',
    );
  const network: StacksNetwork = {
    bitcoin: wanted(
      'bitcoin',
      given['bitcoin'] ?? preset.bitcoin,
      (value) => BITCOINS.includes(value as NetworkName),
      `is one of ${BITCOINS.join(', ')}`,
    ),
    magic: magicOf(given['magic'], preset.magic, problems),
    firstBlock,
    firstBlockHash: given['firstBlock'] === undefined ? preset.firstBlockHash : null,
    cycleBlocks: count('cycle', preset.cycleBlocks),
    prepareBlocks: count('prepare', preset.prepareBlocks),
    epochs: epochs ?? [],
    sunset: { start: heightOf('sunsetStart', sunset.start), end: heightOf('sunsetEnd', sunset.end) },
    waterfall: wanted(
      'waterfall',
      given['waterfall'] === undefined ? preset.waterfall : given['waterfall'],
      (value) => value === null || isHeight(value),
      'is a height or null',
    ),
  };
  if (network.prepareBlocks >= network.cycleBlocks) problems.push('prepare is shorter than cycle');
  if (network.sunset.end <= network.sunset.start) problems.push('sunsetEnd is above sunsetStart');
  const startBlock = heightOf('startBlock', firstBlock + 1);
  if (startBlock <= firstBlock) problems.push(`startBlock is above the network's first block, ${firstBlock}`);
  refuse('chain stacks', problems);
  return { network, startBlock, checkpoint: checkpointOf(given, network) };
}

/** That of the parameters, checked by the chain's definition, or the network's first block. */
function checkpointOf(given: Given, { firstBlock, firstBlockHash }: StacksNetwork): ChainParameters['checkpoint'] {
  const own = given['checkpoint'] as ChainParameters['checkpoint'];
  return own ?? (firstBlockHash === null ? undefined : { height: firstBlock, hash: firstBlockHash });
}

function magicOf(given: unknown, preset: Uint8Array, problems: string[]): Uint8Array {
  if (given === undefined) return preset;
  if (typeof given === 'string' && /^[0-9a-f]{4}$/.test(given)) return hexToBytes(given);
  problems.push(`magic is two bytes as hex, not ${JSON.stringify(given)}`);
  return preset;
}

function readEpochs(given: unknown): readonly EpochStart[] | null {
  if (typeof given !== 'object' || given === null || Array.isArray(given)) return null;
  const starts = EPOCHS.filter((epoch) => Object.hasOwn(given, epoch)).map((epoch: Epoch) => {
    return { epoch, from: (given as Given)[epoch] as number };
  });
  const isAscending = starts.every(({ from }, index) => isHeight(from) && from >= (starts[index - 1]?.from ?? 0));
  return isAscending && starts.length === Object.keys(given).length ? starts : null;
}

/** Names that nobody knows, as problems. */
export function unknownNames(given: Given, known: readonly string[]): string[] {
  return Object.keys(given)
    .filter((name) => !known.includes(name))
    .map((name) => `unknown parameter ${JSON.stringify(name)}; known are ${known.join(', ')}`);
}

/** Notes a problem for each value that is not as it has to be. */
export function wantedOf(problems: string[]) {
  return <Value>(name: string, value: unknown, isRight: (value: unknown) => boolean, rule: string): Value => {
    if (!isRight(value)) problems.push(`${name} ${rule}, not ${JSON.stringify(value)}`);
    return value as Value;
  };
}

/** @throws StacksParametersInvalid where there are problems. */
export function refuse(what: string, problems: readonly string[]): void {
  if (problems.length > 0) throw new StacksParametersInvalid(`${what}: ${problems.join('; ')}`);
}

export function isHeight(value: unknown): value is number {
  return Number.isSafeInteger(value) && (value as number) >= 0 && (value as number) <= 0xffff_ffff;
}
