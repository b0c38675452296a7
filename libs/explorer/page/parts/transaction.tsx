import { addressOfScript, hexToBytes, type NetworkName } from '@virtualchain/bitcoin';
import { withQuery } from '../address/view.ts';
import type { ChainsAnswer, Operation } from '../data/answers.ts';
import { useAnswer } from '../data/use-answer.ts';
import { satoshis } from '../words/text.ts';
import { Hash } from './hash.tsx';
import { Panel } from './panel.tsx';

const NULL_DATA = '6a';

/** Who paid for an operation, and whom its transaction pays. */
export function TransactionPanel({ operation }: { readonly operation: Operation }) {
  const { isWithoutSenders = false, senders, outputs, fee } = operation;
  const network = useAnswer<ChainsAnswer>('/chains').body?.network ?? null;
  return (
    <Panel title="Transaction" aside={isWithoutSenders ? null : <span class="quiet">fee {satoshis(fee)}</span>}>
      <div class="transaction">
        <div>
          <h3>from</h3>
          {isWithoutSenders ? (
            <span class="quiet">not looked up: this chain asks for no output that an operation spends</span>
          ) : (
            <ul class="coins">
              {senders.map((sender) => (
                <li key={`${sender.txid}:${sender.index}`}>
                  <Owner address={sender.addresses[0] ?? null} script={sender.scriptPubKey} />
                  <span class="amount">{satoshis(sender.value)}</span>
                </li>
              ))}
            </ul>
          )}
        </div>
        <div>
          <h3>to</h3>
          <ul class="coins">
            {outputs.map(({ script, value }, index) => (
              <li key={index}>
                {script.startsWith(NULL_DATA) ? (
                  <span class="quiet">OP_RETURN, {script.length / 2} bytes of script</span>
                ) : (
                  <Owner address={network === null ? null : addressOf(script, network)} script={script} />
                )}
                <span class="amount">{satoshis(value)}</span>
              </li>
            ))}
          </ul>
        </div>
      </div>
    </Panel>
  );
}

function addressOf(script: string, network: string): string | null {
  try {
    return addressOfScript(hexToBytes(script), network as NetworkName);
  } catch {
    return null;
  }
}

function Owner({ address, script }: { readonly address: string | null; readonly script: string }) {
  if (address !== null) return <Hash text={address} ends={10} href={withQuery('/search', { q: address })} />;
  return script === '' ? <span class="quiet">a script that was cut</span> : <Hash text={script} ends={10} />;
}
