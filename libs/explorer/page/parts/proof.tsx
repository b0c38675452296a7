import { useMemo } from 'preact/hooks';
import { type Place, placePath, withQuery } from '../address/view.ts';
import type { Operation, TransactionProof, WholeTransaction } from '../data/answers.ts';
import type { Refused } from '../data/ask.ts';
import { useAnswer } from '../data/use-answer.ts';
import { PROOF_HEADERS_MAX } from '../limits.ts';
import { checkProof } from '../proof/check-proof.ts';
import { checkTransaction } from '../proof/check-transaction.ts';
import { Panel } from './panel.tsx';
import { Problem } from './state.tsx';

interface ProofProps {
  readonly place: Place;
  readonly operation: Operation;
  /** Height of the newest block that is known. */
  readonly tip: number;
  /** The whole of it; null where it is not known yet. */
  readonly transaction: WholeTransaction | null;
  /** Magic bytes of the chain, hex. */
  readonly magic: string;
}

/** Asks for the proof that the transaction is in its block, and checks it here, without believing the gateway. */
export function ProofPanel({ place, tip, ...checked }: ProofProps) {
  const { txid, height } = checked.operation;
  const to = Math.min(height + PROOF_HEADERS_MAX, tip);
  const { body, problem } = useAnswer<TransactionProof>(
    withQuery(placePath(place, 'operations', txid, 'proof'), { to }),
  );
  return (
    <Panel title="Proof">{body === null ? <NoProof problem={problem} /> : <Checked {...checked} proof={body} />}</Panel>
  );
}

function NoProof({ problem }: { readonly problem: Refused | null }) {
  return problem === null ? <p class="quiet loading">Loading …</p> : <Problem problem={problem} />;
}

type CheckedProps = Omit<ProofProps, 'place' | 'tip'> & { readonly proof: TransactionProof };

function Checked({ operation, transaction, magic, proof }: CheckedProps) {
  const steps = useMemo(() => {
    const own = transaction === null ? [] : checkTransaction(operation, transaction, magic);
    return [...own, ...checkProof(operation, proof)];
  }, [operation, transaction, magic, proof]);
  const holds = steps.every((step) => step.holds);
  return (
    <>
      <p class={holds ? 'proof-says holds' : 'proof-says fails'} role="status">
        <strong>{holds ? 'Checked in this page: it holds.' : 'Checked in this page: it does not hold.'}</strong>{' '}
        {holds
          ? 'The transaction is in the block. Compare the block hash with a node that you trust.'
          : 'Do not believe what this gateway says of it.'}
      </p>
      <ol class="steps">
        {steps.map(({ says, holds: isSo, detail }) => (
          <li key={says} class={isSo ? 'holds' : 'fails'}>
            <span aria-hidden="true">{isSo ? '✓' : '✕'}</span> {says}
            <span class="unseen">{isSo ? ': holds' : ': does not hold'}</span>
            <span class="quiet"> · {detail}</span>
          </li>
        ))}
      </ol>
    </>
  );
}
