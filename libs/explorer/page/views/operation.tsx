import { placePath } from '../address/view.ts';
import type { Moment, Operation } from '../data/answers.ts';
import { useFeedEntry } from '../data/feed-entry.ts';
import { useLive } from '../data/live-machine.tsx';
import type { Shown } from '../data/shown.ts';
import { useAnswer } from '../data/use-answer.ts';
import { Changes } from '../parts/changes.tsx';
import { LongHash } from '../parts/hash.tsx';
import { Facts, Panel, Title } from '../parts/panel.tsx';
import { ProofPanel } from '../parts/proof.tsx';
import { Answered, Empty } from '../parts/state.tsx';
import { TransactionPanel } from '../parts/transaction.tsx';
import { Quoted, Value } from '../parts/value.tsx';
import { Reason, Verdict } from '../parts/verdict.tsx';
import { decodedFields, operationWords, saidHex } from '../words/summary.ts';
import { capital, count, fieldWords, textOfHex } from '../words/text.ts';

/** An operation: what it said, what became of it and why, what it changed, its transaction, and the proof of that. */
export function OperationPage({ shown, txid }: { readonly shown: Shown; readonly txid: string }) {
  const { version } = useLive();
  const asked = useAnswer<{ at: Moment; operation: Operation }>(placePath(shown.place, 'operations', txid), version);
  return (
    <>
      {asked.body === null && <Title text="Operation" />}
      {asked.problem?.status === 404 ? (
        <p class="notice" role="status">
          The branch that stands has no operation of the transaction <code class="hash whole">{txid}</code>. A
          reorganisation may have taken it back: <a href={placePath(shown.place, 'reorganisations')}>see what went</a>.
        </p>
      ) : (
        <Answered asked={asked}>
          {({ at, operation }) => <Judged shown={shown} operation={operation} tip={at.tip} />}
        </Answered>
      )}
    </>
  );
}

interface JudgedProps {
  readonly shown: Shown;
  readonly operation: Operation;
  /** Height of the newest block. */
  readonly tip: number;
}

function Judged({ shown, operation, tip }: JudgedProps) {
  const { place, chain } = shown;
  const told = useFeedEntry(place, operation);
  const usage = chain.operations.find(({ opcode }) => opcode === operation.opcode)?.usage ?? null;
  return (
    <>
      <Title text={capital(operationWords(operation))}>
        <Verdict verdict={operation.verdict} />
      </Title>
      {operation.code !== null && (
        <p class={`why ${operation.verdict}`}>
          <Reason code={operation.code} detail={operation.detail} />{' '}
          <a href={`${placePath(place, 'operations')}?code=${encodeURIComponent(operation.code)}`}>
            <code>{operation.code}</code>
          </a>
        </p>
      )}
      <Facts
        facts={[
          ['transaction', <LongHash text={operation.txid} what="the transaction id" />],
          [
            'block',
            <>
              <a class="height" href={placePath(place, 'blocks', operation.blockHash)}>
                {count(operation.height)}
              </a>
              , operation {operation.position + 1} of the block, transaction {operation.transactionIndex}
            </>,
          ],
        ]}
      />
      <Said operation={operation} usage={usage} />
      <Panel title="Changes">
        {operation.verdict === 'accepted' ? (
          <Answered asked={told}>
            {({ entry }) =>
              entry === null || entry.changes.length === 0 ? (
                <Empty>It wrote no row.</Empty>
              ) : (
                <Changes place={place} changes={entry.changes} />
              )
            }
          </Answered>
        ) : (
          <Empty>None: only accepted operations write.</Empty>
        )}
      </Panel>
      <TransactionPanel operation={operation} />
      <ProofPanel
        key={operation.blockHash}
        place={place}
        operation={operation}
        tip={tip}
        transaction={told.body?.entry?.operation ?? null}
        magic={chain.magic}
      />
    </>
  );
}

function Said({ operation, usage }: { readonly operation: Operation; readonly usage: string | null }) {
  const { opcode, payload, problem, decoded } = operation;
  const text = textOfHex(saidHex(operation));
  return (
    <Panel title="What it says">
      <Facts
        facts={[
          ...decodedFields(decoded).map(([name, value]) => [fieldWords(name), <Value value={value} />] as const),
          problem === undefined ? null : ['does not read', problem],
          [
            'opcode',
            <>
              <code>{opcode ?? 'none'}</code>
              {opcode !== null && textOfHex(opcode) !== null && ` “${textOfHex(opcode)}”`}
              {usage !== null && <span class="quiet"> · {usage}</span>}
            </>,
          ],
          [
            'payload',
            payload === '' ? <span class="quiet">empty</span> : <LongHash text={payload} what="the payload" />,
          ],
          text === null ? null : ['as text', <Quoted text={text} />],
        ]}
      />
    </Panel>
  );
}
