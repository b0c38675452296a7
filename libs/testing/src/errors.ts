import { ExpectedError } from '@virtualchain/bitcoin';

/** The node would not have a block. `reason` is its own word, such as `bad-txns-inputs-missingorspent`. */
export class BlockRejected extends ExpectedError {
  override readonly name = 'BlockRejected';
  readonly code = 'BLOCK_REJECTED';
  readonly remedy = 'halt';
  readonly hash: string;
  readonly reason: string;

  constructor(hash: string, reason: string) {
    super(`the node refuses block ${hash}: ${reason}`);
    this.hash = hash;
    this.reason = reason;
  }
}

/** The node answered a call with an error. `rpcCode` is the node's. */
export class NodeCallRefused extends ExpectedError {
  override readonly name = 'NodeCallRefused';
  readonly code = 'NODE_CALL_REFUSED';
  readonly remedy = 'halt';
  readonly rpcCode: number;
  readonly reason: string;

  constructor(method: string, rpcCode: number, reason: string) {
    super(`${method}: the node answers ${rpcCode}: ${reason}`);
    this.rpcCode = rpcCode;
    this.reason = reason;
  }
}

/** The node did not answer, or not in JSON-RPC. */
export class NodeUnreachable extends ExpectedError {
  override readonly name = 'NodeUnreachable';
  readonly code = 'NODE_UNREACHABLE';
  readonly remedy = 'retry';

  constructor(method: string, why: string, cause?: unknown) {
    super(`${method}: no answer from the node: ${why}`, { cause });
  }
}

/** A block was named that the miner neither mined nor read from the node. */
export class BlockUnknown extends ExpectedError {
  override readonly name = 'BlockUnknown';
  readonly code = 'BLOCK_UNKNOWN';
  readonly remedy = 'halt';

  constructor(hash: string) {
    super(`block ${hash} is unknown to the miner; call refresh() if somebody else mined it`);
  }
}

/** No output of the wallet is large enough, mature, unspent on the branch and not reserved. */
export class NothingToSpend extends ExpectedError {
  override readonly name = 'NothingToSpend';
  readonly code = 'NOTHING_TO_SPEND';
  readonly remedy = 'halt';

  constructor(wallet: string, needed: bigint) {
    super(`wallet '${wallet}' has no free output of ${needed} satoshis or more; give fundingTree more outputs`);
  }
}
