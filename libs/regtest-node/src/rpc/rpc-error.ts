/** A call that is answered by an error. Its code and words are Bitcoin Core's. */
export class RpcError extends Error {
  override readonly name = 'RpcError';
  readonly rpcCode: number;

  constructor(rpcCode: number, message: string) {
    super(message);
    this.rpcCode = rpcCode;
  }
}

/** Bitcoin Core's numbers for errors. */
export const RPC_CODES = {
  misc: -1,
  type: -3,
  notFound: -5,
  parameter: -8,
  deserialization: -22,
  verify: -25,
  rejected: -26,
  alreadyInChain: -27,
  methodNotFound: -32601,
  invalidRequest: -32600,
  parse: -32700,
} as const;
