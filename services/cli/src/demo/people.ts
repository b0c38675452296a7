import { type BlockHash, bytesToHex, concatBytes } from '@virtualchain/bitcoin';
import { type BuiltBlock, fundWallets, type Miner, type SignedTransaction, type Wallet } from '@virtualchain/testing';
import { PEOPLE, type Person } from './script.ts';

const COINS_EACH = 20;
const encoder = new TextEncoder();

/** The demo's people: wallets with coins, and signed transactions for what the script says. */
export interface People {
  /** Last block of the funding. */
  readonly funded: BuiltBlock;
  readonly scriptOf: (person: Person) => string;
  /** Signs the operations of one block, in order, spending coins of the branch that ends at `tip`. */
  sign(operations: readonly string[], tip: BlockHash): readonly SignedTransaction[];
  /** Coins of transactions that were never mined can be spent again. */
  forgetPending(): void;
}

export async function fundPeople(miner: Miner): Promise<People> {
  const wallets = new Map<string, Wallet>(PEOPLE.map((person) => [person, miner.walletOf(person)]));
  const walletOf = (person: string): Wallet => {
    const wallet = wallets.get(person);
    if (wallet === undefined) throw new RangeError(`nobody is called ${person}`);
    return wallet;
  };
  const funded = await fundWallets(miner, [...wallets.values()], { coinsEach: COINS_EACH });
  return {
    funded,
    scriptOf: (person) => bytesToHex(walletOf(person).script),
    sign: (operations, tip) =>
      operations.map((line) => {
        const [person = '', operation = ''] = line.split(/ (.*)/s);
        return walletOf(person).operation(payloadOf(operation, walletOf), { tip });
      }),
    forgetPending: () => {
      for (const wallet of wallets.values()) wallet.forgetPending();
    },
  };
}

/** `kv`, the opcode, and what follows; the recipient of a transfer as its hash160. */
function payloadOf(operation: string, walletOf: (person: string) => Wallet): Uint8Array {
  if (!operation.startsWith('>')) return encoder.encode(`kv${operation}`);
  const [name = '', recipient = ''] = operation.slice(1).split(':');
  return concatBytes(encoder.encode(`kv>${name}:`), walletOf(recipient).keyHash);
}
