import { useMemo } from 'preact/hooks';
import { type Place, placePath, withQuery } from '../address/view.ts';
import type { Operation, TransactionProof } from '../data/answers.ts';
import type { Refused } from '../data/ask.ts';
import { useLive } from '../data/live-machine.tsx';
import { useAnswer } from '../data/use-answer.ts';
import { PROOF_HEADERS_MAX } from '../limits.ts';
import { checkProof } from '../proof/check-proof.ts';
import { Panel } from './panel.tsx';
import { Problem } from './state.tsx';

interface ProofProps {
  readonly place: Place;
  readonly operation: Operation;
}

/** Asks for the proof that the transaction is in its block, and checks it here, without believing the gateway. */
export function ProofPanel({ place, operation }: ProofProps) {
  const { version } = useLive();
  const { txid, height } = operation;
  const path = withQuery(placePath(place, 'operations', txid, 'proof'), { to: height + PROOF_HEADERS_MAX });
  const newest = useAnswer<TransactionProof>(placePath(place, 'operations', txid, 'proof'), version);
  const bounded = useAnswer<TransactionProof>(newest.problem?.status === 400 ? path : null);
  const { body, problem } = newest.body === null && newest.problem?.status === 400 ? bounded : newest;
  return (
    <Panel title="Proof">
      {body === null ? <NoProof problem={problem} /> : <Checked operation={operation} proof={body} />}
    </Panel>
  );
}

function NoProof({ problem }: { readonly problem: Refused | null }) {
  return problem === null ? <p class="quiet loading">Loading …</p> : <Problem problem={problem} />;
}

function Checked({ operation, proof }: { readonly operation: Operation; readonly proof: TransactionProof }) {
  const steps = useMemo(() => checkProof(operation, proof), [operation, proof]);
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
