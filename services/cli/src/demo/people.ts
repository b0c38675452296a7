import { type BlockHash, bytesToHex, concatBytes, type Sats } from '@virtualchain/bitcoin';
import {
  type BuiltBlock,
  CoinsMissing,
  dataScript,
  fundWallets,
  type Miner,
  type SignedTransaction,
  type Wallet,
} from '@virtualchain/testing';
import { type Act, type Draft, type Knowledge, PEOPLE, type Person } from './acts.ts';

const COINS_EACH = 20;
/** Satoshis. */
const FEE = 1_000n;
const MAGIC = new TextEncoder().encode('id');

/** The demo's people: wallets with coins, and signed transactions for what the script says. */
export interface People {
  /** Last block of the funding. */
  readonly funded: BuiltBlock;
  readonly scriptOf: (person: Person) => string;
  readonly addressOf: (person: Person) => string;
  /** Whose script or address it is; the text itself when it is nobody's. */
  readonly nameOf: (scriptOrAddress: string) => string;
  /** Signs the operations of one block, in order, spending coins of the branch that ends at `tip`. */
  sign(acts: readonly Act[], hashes: Hashes, tip: BlockHash): readonly SignedTransaction[];
  /** Coins of transactions that were never mined can be spent again. */
  forgetPending(): void;
}

export type Hashes = Pick<Knowledge, 'consensusHash' | 'retractedHash'>;

export async function fundPeople(miner: Miner): Promise<People> {
  const wallets = new Map<Person, Wallet>(PEOPLE.map((person) => [person, miner.walletOf(person)]));
  const walletOf = (person: Person): Wallet => {
    const wallet = wallets.get(person);
    if (wallet === undefined) throw new RangeError(`nobody is called ${person}`);
    return wallet;
  };
  const funded = await fundWallets(miner, [...wallets.values()], { coinsEach: COINS_EACH });
  const scriptOf = (person: Person): string => bytesToHex(walletOf(person).script);
  const addressOf = (person: Person): string => walletOf(person).address;
  return {
    funded,
    scriptOf,
    addressOf,
    nameOf: (text) => PEOPLE.find((person) => scriptOf(person) === text || addressOf(person) === text) ?? text,
    sign: (acts, hashes, tip) =>
      acts.map(({ by, draft }) => signed(walletOf(by), draft({ ...hashes, scriptOf, addressOf }), tip)),
    forgetPending: () => {
      for (const wallet of wallets.values()) wallet.forgetPending();
    },
  };
}

/** Payload first, then the outputs that the rules look at; the change where the draft wants it, else last. */
function signed(wallet: Wallet, { opcode, payload, outputs, changeAt }: Draft, tip: BlockHash): SignedTransaction {
  const script = dataScript(concatBytes(MAGIC, Uint8Array.of(opcode), payload));
  const all = [{ value: 0n as Sats, script }, ...outputs];
  if (changeAt === undefined) return wallet.pay(all, { tip, fee: FEE });
  const [coin] = wallet.coins(tip);
  if (coin === undefined) throw new CoinsMissing(`wallet '${wallet.seed}' has no coins`);
  const left = all.reduce((rest, { value }) => rest - value, coin.output.value - FEE);
  const change = { value: left as Sats, script: wallet.script };
  return wallet.pay(all.toSpliced(changeAt, 0, change), { tip, fee: FEE, coins: [coin], isWithoutChange: true });
}
