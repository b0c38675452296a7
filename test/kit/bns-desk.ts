import { readFile } from 'node:fs/promises';
import {
  bytesToHex,
  encodeWif,
  hexToBytes,
  parsePrivateKey,
  type Sats,
  scriptAddress,
  sha256,
} from '@virtualchain/bitcoin';
import { loadChain, loadMachine } from '@virtualchain/definitions';
import type { RunningProcess } from '@virtualchain/local';
import type { MachineInstance } from '@virtualchain/projection';
import type { BuiltBlock } from '@virtualchain/testing';
import { createAccount } from '@virtualchain/wallet';
import type { System } from './system.ts';
import { until } from './until.ts';

/** Somebody with a key and coins, who sends by `vchain bns`. */
export interface Person {
  readonly key: string;
  /** Hex. */
  readonly script: string;
  readonly address: string;
  /** Unspent, `txid:index`. */
  readonly coins: string[];
}

export interface Called {
  readonly code: number | null;
  /** Standard output and standard error. */
  readonly text: string;
  /** The last line of JSON. */
  // biome-ignore lint/suspicious/noExplicitAny: what a command prints is looked at field by field
  readonly json: any;
}

/** A command that has sent its operation and waits for the verdict. */
export interface Waiting {
  readonly txid: string;
  readonly called: Promise<Called>;
}

const coinSatoshis = 300_000n;
const coinsEach = 8;

/** A name machine on a running system, and commands of the command line to it. */
export class BnsDesk {
  readonly system: System;
  readonly chainParameters: Readonly<Record<string, unknown>>;
  readonly machineParameters: Readonly<Record<string, unknown>>;

  constructor(
    system: System,
    chainParameters: Readonly<Record<string, unknown>>,
    machineParameters: Readonly<Record<string, unknown>>,
  ) {
    this.system = system;
    this.chainParameters = chainParameters;
    this.machineParameters = machineParameters;
  }

  /** The ingester of the chain and the projector of the machine, once it has made its projection. */
  async start(): Promise<RunningProcess[]> {
    const chain = JSON.stringify(this.chainParameters);
    const settings = {
      VCHAIN_CHAIN_PARAMETERS: chain,
      VCHAIN_MACHINE_PARAMETERS: JSON.stringify(this.machineParameters),
    };
    const running = await Promise.all([
      this.system.ingester({}, ['--chain', 'bns', '--chain-parameters', chain]),
      this.system.projector('bns', settings, 'bns'),
    ]);
    await until(
      'the projection of bns is there',
      () => this.system.statuses(),
      (found) => found.some(({ build }) => build.machine === 'bns'),
    );
    return running;
  }

  async instance(): Promise<MachineInstance> {
    const chain = await loadChain('bns', this.chainParameters);
    const parameters = this.machineParameters;
    return { chain, network: 'regtest', parameters, machine: await loadMachine('bns', chain, parameters) };
  }

  /** Gives somebody coins, in a block of their own. */
  async fund(person: Person): Promise<void> {
    const script = hexToBytes(person.script);
    const outputs = Array.from({ length: coinsEach }, () => ({ value: coinSatoshis as Sats, script }));
    const paid = this.system.miner.wallet.pay(outputs, { fee: 5_000n });
    await this.system.miner.mine([paid]);
    person.coins.push(...outputs.map((_output, index) => `${paid.txid}:${index}`));
  }

  /** `vchain bns …`, signed by somebody where it sends. */
  async call(by: Person | null, ...args: readonly string[]): Promise<Called> {
    return ended(await this.#start(by, args));
  }

  async #start(by: Person | null, args: readonly string[]): Promise<RunningProcess> {
    const paying = by === null ? [] : ['--coin', by.coins[0] ?? '', '--fee-rate', '2'];
    const key = by === null ? {} : { VCHAIN_KEY: by.key };
    return this.system.run('services/cli/src/main.ts', ['bns', ...args, ...paying, '--json'], key);
  }

  /** Sends an operation, which has to work. @returns its txid. */
  async send(by: Person, ...args: readonly string[]): Promise<string> {
    const { code, text, json } = await this.call(by, ...args);
    if (code !== 0) throw new Error(`vchain bns ${args.join(' ')}: ${text}`);
    by.coins.shift();
    return json.txid;
  }

  /** Sends an operation with a command that waits for its verdict, and goes on once the command says that it is sent. */
  async sendAndWait(by: Person, ...args: readonly string[]): Promise<Waiting> {
    const process = await this.#start(by, args);
    let isOver = false;
    const called = ended(process).finally(() => {
      isOver = true;
    });
    const said = await until(
      `vchain bns ${args.join(' ')} says that it is sent`,
      async () => {
        const last = isOver; // looked at before the text, which is whole then
        const text = await readFile(process.logFile, 'utf8');
        return { text, last, txid: /^([0-9a-f]{64}): /m.exec(text)?.[1] };
      },
      ({ txid, last }) => txid !== undefined || last,
    );
    if (said.txid === undefined) throw new Error(`vchain bns ${args.join(' ')}: ${said.text}`);
    by.coins.shift();
    return { txid: said.txid, called };
  }

  /** Mines what was sent, in this order, and waits until the machine has it. */
  async mine(...txids: readonly string[]): Promise<BuiltBlock> {
    const transactions: Uint8Array[] = [];
    for (const txid of txids)
      transactions.push(hexToBytes(String(await this.system.rpc.call('getrawtransaction', txid, 0))));
    const block = await this.system.miner.mine(transactions);
    await this.system.arrived(['bns'], block);
    // The machine may have the block before the node has taken its transactions out of the mempool.
    await until(
      `what was mined in block ${block.height} leaves the mempool`,
      async () => {
        const held = (await this.system.rpc.call('getrawmempool')) as readonly string[];
        return txids.filter((txid) => held.includes(txid));
      },
      (left) => left.length === 0,
    );
    return block;
  }

  async mineTo(height: number): Promise<void> {
    await this.system.arrived(['bns'], await this.system.miner.mineTo(height));
  }
}

/** What a command said: what went wrong in words, too, and the facts. */
async function ended({ exited, logFile }: RunningProcess): Promise<Called> {
  const { code } = await exited;
  const text = await readFile(logFile, 'utf8');
  const lines = text.split('\n').filter((each) => each.startsWith('{'));
  const facts = lines.findLast((each) => !each.startsWith('{"error"'));
  const failed = lines.find((each) => each.startsWith('{"error"'));
  const { error } = JSON.parse(failed ?? '{}') as { error?: { code: string; message: string } };
  const said = error === undefined ? text : `${text}${error.code}: ${error.message}\n`;
  return { code, text: said, json: facts === undefined ? null : JSON.parse(facts) };
}

export function person(name: string): Person {
  const key = encodeWif({ bytes: sha256(new TextEncoder().encode(name)), isCompressed: true }, 'regtest');
  const { script } = createAccount('p2pkh', [parsePrivateKey(key)], 'regtest');
  return { key, script: bytesToHex(script), address: scriptAddress(script, 'regtest') ?? '', coins: [] };
}
