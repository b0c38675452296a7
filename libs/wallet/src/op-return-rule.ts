import { type NodeRpc, NodeRpcError } from '@virtualchain/node-client';
import { WalletRefused } from './errors.ts';

/** What nodes have long relayed: 83 bytes of script, 80 of data. */
const SCRIPT_BYTES_USUAL = 83;

/** The longest OP_RETURN script that the node asked relays: its own word where it has one, else what is usual. */
export async function scriptBytesMax(rpc: NodeRpc): Promise<number> {
  try {
    const info = (await rpc.call('getmempoolinfo')) as { readonly maxdatacarriersize?: unknown } | null;
    const said = Number(info?.maxdatacarriersize);
    return Number.isSafeInteger(said) && said > 0 ? said : SCRIPT_BYTES_USUAL;
  } catch (error) {
    if (error instanceof NodeRpcError) return SCRIPT_BYTES_USUAL;
    throw error;
  }
}

/** @throws WalletRefused PAYLOAD_TOO_LONG */
export async function checkPayload(rpc: NodeRpc, script: Uint8Array): Promise<void> {
  const max = await scriptBytesMax(rpc);
  if (script.length > max) {
    throw new WalletRefused(
      'PAYLOAD_TOO_LONG',
      `the OP_RETURN script has ${script.length} bytes, ${rpc.label} relays ${max}: shorten the payload, or send through a node that relays more`,
    );
  }
}
