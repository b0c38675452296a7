import type { BlockHash, Height, NetworkName } from '@virtualchain/bitcoin';
import { ExpectedError } from '@virtualchain/kernel';

/** A failure of one node, known by its label: host and port, without credentials. */
export abstract class NodeError extends ExpectedError {
  readonly node: string;

  constructor(node: string, message: string) {
    super(`node ${node}: ${message}`);
    this.node = node;
  }
}

/** No connection, or one that broke before the reply. */
export class NodeUnreachable extends NodeError {
  override readonly name = 'NodeUnreachable';
  readonly code = 'NODE_UNREACHABLE';
  readonly remedy = 'retry';
}

/** No reply in time. */
export class NodeTimeout extends NodeError {
  override readonly name = 'NodeTimeout';
  readonly code = 'NODE_TIMEOUT';
  readonly remedy = 'retry';
}

/** The node answers that it has too much to do (HTTP 503), or that it is still starting. */
export class NodeBusy extends NodeError {
  override readonly name = 'NodeBusy';
  readonly code = 'NODE_BUSY';
  readonly remedy = 'retry';
}

/** A reply that is none: cut short, not JSON, of another request, or of another shape than the call has. */
export class NodeReplyInvalid extends NodeError {
  override readonly name = 'NodeReplyInvalid';
  readonly code = 'NODE_REPLY_INVALID';
  readonly remedy = 'retry';
}

/** User name or password are wrong, or our address is not allowed. */
export class NodeUnauthorized extends NodeError {
  override readonly name = 'NodeUnauthorized';
  readonly code = 'NODE_UNAUTHORIZED';
  readonly remedy = 'halt';
}

/** A login in the URL of the node, and a cookie file as well: nobody says which of them is meant. */
export class NodeCredentialsTwice extends NodeError {
  override readonly name = 'NodeCredentialsTwice';
  readonly code = 'NODE_CREDENTIALS_TWICE';
  readonly remedy = 'halt';

  constructor(node: string, cookieFile: string) {
    super(node, `its URL has a user name, and the cookie file ${cookieFile} is given too: leave one of them out`);
  }
}

/** https, and the certificate is not one that we trust for this host. */
export class NodeUntrusted extends NodeError {
  override readonly name = 'NodeUntrusted';
  readonly code = 'NODE_UNTRUSTED';
  readonly remedy = 'halt';

  constructor(node: string, detail: string) {
    super(
      node,
      `${detail}; correct the host, or name the authority of its certificate with NODE_EXTRA_CA_CERTS=<file>`,
    );
  }
}

/** The node understood the call and refused it. */
export class NodeRpcError extends NodeError {
  override readonly name = 'NodeRpcError';
  readonly code = 'NODE_RPC_ERROR';
  readonly remedy = 'retry';
  readonly method: string;
  readonly rpcCode: number;

  constructor(node: string, method: string, rpcCode: number, message: string) {
    super(node, `${method}: ${message} (${rpcCode})`);
    this.method = method;
    this.rpcCode = rpcCode;
  }
}

/** The node belongs to another network than the one configured. */
export class WrongNetwork extends NodeError {
  override readonly name = 'WrongNetwork';
  readonly code = 'WRONG_NETWORK';
  readonly remedy = 'halt';

  constructor(node: string, expected: NetworkName, actual: NetworkName) {
    super(node, `is on ${actual}, ${expected} is wanted`);
  }
}

/** The node has thrown away blocks that are needed. */
export class NodePruned extends NodeError {
  override readonly name = 'NodePruned';
  readonly code = 'NODE_PRUNED';
  readonly remedy = 'halt';
}

/** The node can give funding transactions neither by an index nor with `getblock` 3. */
export class TxindexRequired extends NodeError {
  override readonly name = 'TxindexRequired';
  readonly code = 'TXINDEX_REQUIRED';
  readonly remedy = 'halt';
}

/** The node's chain does not hold the block that the virtual chain is anchored on. */
export class CheckpointMismatch extends NodeError {
  override readonly name = 'CheckpointMismatch';
  readonly code = 'CHECKPOINT_MISMATCH';
  readonly remedy = 'halt';

  constructor(node: string, height: Height, expected: BlockHash, actual: BlockHash) {
    super(node, `has ${actual} at height ${height}, the checkpoint is ${expected}`);
  }
}
