import { type Place, placePath } from '../address/view.ts';
import type { Operation } from '../data/answers.ts';
import { operationWords, summaryOf } from '../words/summary.ts';
import { count } from '../words/text.ts';
import { Reason, Verdict } from './verdict.tsx';

interface OperationListProps {
  readonly place: Place;
  readonly operations: readonly Operation[];
  /** Whether the block is told of each. */
  readonly withHeights?: boolean;
}

/** Operations, a line or two each. */
export function OperationList({ place, operations, withHeights = false }: OperationListProps) {
  return (
    <ul class="rows">
      {operations.map((operation) => (
        <li key={`${operation.txid}:${operation.position}`}>
          <a class="row operation" data-row href={placePath(place, 'operations', operation.txid)}>
            <Verdict verdict={operation.verdict} />
            <span class="operation-name">{operationWords(operation)}</span>
            <span class="operation-says">{summaryOf(operation)}</span>
            {withHeights && <span class="row-height">{count(operation.height)}</span>}
            {operation.code !== null && (
              <span class="row-reason">
                <Reason code={operation.code} detail={operation.detail} />
              </span>
            )}
          </a>
        </li>
      ))}
    </ul>
  );
}
