import { encodeBase58Check } from '@virtualchain/bitcoin';
import { ExpectedError } from '@virtualchain/kernel';
import { EPOCH_ENDS_MAINNET } from './rules/epochs.ts';

/** An account that is there from the start. Amounts are micro-Stacks as decimal text or as whole numbers. */
export interface GenesisAccount {
  readonly address: string;
  readonly unit: string;
  readonly value: bigint;
  /** Tokens cannot be sent below this height; names can be bought. */
  readonly lockTransferBlock: number;
  readonly isReceiveWhitelisted: boolean;
  readonly metadata: string;
  /** What is credited when these heights begin. */
  readonly vesting: readonly { readonly height: number; readonly amount: bigint }[];
}

/** What the rules of the machine depend on. Mainnet's values where nothing is given. */
export interface BnsParameters {
  readonly gracePeriodBlocks: number;
  readonly preorderExpiryBlocks: number;
  readonly revealWindowBlocks: number;
  readonly receiveFeesBlocks: number;
  readonly consensusWindowBlocks: number;
  readonly namesPerOwnerMax: number;
  readonly importKeys: number;
  /** Last blocks of the epochs 1 to 5. */
  readonly epochEnds: readonly number[];
  /** From this height on every operation is ignored; null for never. */
  readonly endOfLife: number | null;
  readonly addressVersions: { readonly p2pkh: number; readonly p2sh: number };
  readonly burnAddress: string;
  readonly announcers: readonly string[];
  readonly genesisAccounts: readonly GenesisAccount[];
}

/** The parameters make no machine. All problems at once. */
export class BnsParametersInvalid extends ExpectedError {
  override readonly name = 'BnsParametersInvalid';
  readonly code = 'BNS_PARAMETERS_INVALID';
  readonly remedy = 'halt';
}

type Given = Readonly<Record<string, unknown>>;

const BLOCKS: readonly (readonly [keyof BnsParameters, string, number])[] = [
  ['gracePeriodBlocks', 'gracePeriod', 5000],
  ['preorderExpiryBlocks', 'preorderExpiry', 144],
  ['revealWindowBlocks', 'revealWindow', 52_595],
  ['receiveFeesBlocks', 'receiveFees', 52_595],
  ['consensusWindowBlocks', 'consensusWindow', 24],
  ['namesPerOwnerMax', 'namesPerOwnerMax', 25],
  ['importKeys', 'importKeys', 300],
];

const KNOWN = [
  ...BLOCKS.map(([, name]) => name),
  'epochEnds',
  'endOfLife',
  'addressVersions',
  'announcers',
  'genesisAccounts',
];

/**
 * Reads the parameters of the machine from JSON. Names: those of `KNOWN`.
 *
 * @throws BnsParametersInvalid with every problem listed.
 */
export function readParameters(given: Given): BnsParameters {
  const problems = Object.keys(given)
    .filter((name) => !KNOWN.includes(name))
    .map((name) => `unknown parameter ${JSON.stringify(name)}; known are ${KNOWN.join(', ')}`);
  const wanted = <Value>(name: string, value: unknown, isRight: (value: unknown) => boolean, rule: string): Value => {
    if (!isRight(value)) problems.push(`${name} ${rule}, not ${JSON.stringify(value)}`);
    return value as Value;
  };
  const counts = Object.fromEntries(
    BLOCKS.map(([key, name, byDefault]) => [
      key,
      wanted<number>(name, given[name] ?? byDefault, isCount, 'is a whole number'),
    ]),
  );
  const versions = wanted<BnsParameters['addressVersions']>(
    'addressVersions',
    given['addressVersions'] ?? { p2pkh: 0, p2sh: 5 },
    (value) => isRecord(value) && isByte(value['p2pkh']) && isByte(value['p2sh']),
    'is { p2pkh, p2sh }, two bytes',
  );
  const accounts = wanted<readonly unknown[]>(
    'genesisAccounts',
    given['genesisAccounts'] ?? [],
    Array.isArray,
    'is a list',
  );
  const parameters = {
    ...counts,
    epochEnds: wanted<readonly number[]>(
      'epochEnds',
      given['epochEnds'] ?? EPOCH_ENDS_MAINNET,
      (value) => Array.isArray(value) && value.length === EPOCH_ENDS_MAINNET.length && value.every(isCount),
      'are the last blocks of the epochs 1 to 5',
    ),
    endOfLife: wanted<number | null>(
      'endOfLife',
      given['endOfLife'] === undefined ? 665_750 : given['endOfLife'],
      (value) => value === null || isCount(value),
      'is a height or null',
    ),
    addressVersions: versions,
    announcers: wanted<readonly string[]>(
      'announcers',
      given['announcers'] ?? ['judecn.id', 'muneeb.id', 'shea256.id'],
      (value) => Array.isArray(value) && value.every((name) => typeof name === 'string'),
      'is a list of names',
    ),
    genesisAccounts: (Array.isArray(accounts) ? accounts : []).flatMap((account, index) => {
      const read = genesisAccount(account);
      if (read === null) problems.push(`genesisAccounts[${index}] is { address, value, lock?, vesting?, … }`);
      return read === null ? [] : [read];
    }),
  };
  if (problems.length > 0) throw new BnsParametersInvalid(`bns: ${problems.join('; ')}`);
  const burnAddress = encodeBase58Check(versions.p2pkh, new Uint8Array(20));
  return { ...parameters, burnAddress } as unknown as BnsParameters;
}

/** `{ address, value, unit?, lock?, receiveWhitelisted?, metadata?, vesting?: { height: amount } }`. */
function genesisAccount(given: unknown): GenesisAccount | null {
  if (!isRecord(given) || !isPlainText(given['address'])) return null;
  const { unit = 'STACKS', lock = 0, receiveWhitelisted = true, metadata = '', vesting = {} } = given;
  const value = amountOf(given['value']);
  if (value === null || !isPlainText(unit) || !isCount(lock) || typeof metadata !== 'string') return null;
  if (!/^[ -~]*$/.test(metadata) || typeof receiveWhitelisted !== 'boolean' || !isRecord(vesting)) return null;
  const due = Object.entries(vesting).map(([height, amount]) => ({ height: Number(height), amount: amountOf(amount) }));
  if (!due.every(({ height, amount }) => isCount(height) && amount !== null)) return null;
  return {
    address: given['address'],
    unit,
    value,
    lockTransferBlock: lock,
    isReceiveWhitelisted: receiveWhitelisted,
    metadata,
    vesting: due as readonly { readonly height: number; readonly amount: bigint }[],
  };
}

function amountOf(given: unknown): bigint | null {
  if (isCount(given)) return BigInt(given);
  return typeof given === 'string' && /^[0-9]{1,40}$/.test(given) ? BigInt(given) : null;
}

function isRecord(value: unknown): value is Given {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isPlainText(value: unknown): value is string {
  return typeof value === 'string' && /^[!-~]{1,64}$/.test(value);
}

function isCount(value: unknown): value is number {
  return Number.isSafeInteger(value) && (value as number) >= 0;
}

function isByte(value: unknown): boolean {
  return isCount(value) && value <= 255;
}
