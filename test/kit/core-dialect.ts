import { type BlockHash, hexToBytes } from '@virtualchain/bitcoin';
import {
  answerCall,
  type Call,
  type CallAnswer,
  type CoreSettings,
  chainMethods,
  type KnownBlock,
  type Methods,
} from '@virtualchain/regtest-node';
import type { NodeModel } from './node-model.ts';

/** One call as Bitcoin Core answers it: by the methods of the embedded node, over a model that checks nothing. */
export function coreAnswer(
  model: NodeModel,
  settings: CoreSettings,
  call: Call,
): { readonly statusCode: number; readonly answer: CallAnswer } {
  return answerCall(methodsOf(model, settings), call);
}

function methodsOf(model: NodeModel, settings: CoreSettings): Methods {
  const hashOf = (given: Parameters<Methods[string]['answer']>[0]) => given.hash(0, 'blockhash') as BlockHash;
  return {
    ...chainMethods({
      view: model,
      settings,
      spentIn: (block, index) => spentIn(model, block, index),
      waiting: () => undefined,
    }),
    submitblock: {
      takes: ['"hexdata"'],
      answer: (given) => (model.submit(hexToBytes(given.text(0))) ? null : 'inconclusive'),
    },
    invalidateblock: { takes: ['"blockhash"'], answer: (given) => model.invalidate(hashOf(given)) },
    reconsiderblock: { takes: ['"blockhash"'], answer: (given) => model.reconsider(hashOf(given)) },
  };
}

/** As the best chain has it. */
function spentIn(model: NodeModel, { block }: KnownBlock, index: number) {
  const { inputs, isCoinbase } = block.transactionAt(index);
  if (isCoinbase) return [];
  return inputs.map(({ txid, index: at }) => {
    const funding = model.transaction(txid);
    const output = funding?.transaction.outputs[at];
    return funding === null || output === undefined
      ? undefined
      : { output, height: funding.in.height, isCoinbase: funding.transaction.isCoinbase };
  });
}
