import { placePath, withQuery } from '../address/view.ts';
import type { Block, MachineStatus, Operation, Paged, StatusAnswer } from '../data/answers.ts';
import { useLive } from '../data/live-machine.tsx';
import type { Shown } from '../data/shown.ts';
import { useAnswer } from '../data/use-answer.ts';
import { NEWEST_ENTRIES } from '../limits.ts';
import { BlockStrip } from '../parts/block-strip.tsx';
import { LongHash } from '../parts/hash.tsx';
import { OperationList } from '../parts/operations.tsx';
import { Facts, Panel, Title } from '../parts/panel.tsx';
import { Answered, Empty } from '../parts/state.tsx';
import { Time } from '../parts/time.tsx';
import { VerdictCounts } from '../parts/verdict.tsx';
import { count, fieldWords } from '../words/text.ts';

/** A machine at a glance: its tip, its newest blocks and operations, its collections. */
export function MachineOverview({ shown: { place, chain, machine } }: { readonly shown: Shown }) {
  const { version } = useLive();
  const status = useAnswer<StatusAnswer>('/status', version);
  const blocks = useAnswer<Paged<Block>>(withQuery(placePath(place, 'blocks'), { limit: NEWEST_ENTRIES }), version);
  const operations = useAnswer<Paged<Operation>>(
    withQuery(placePath(place, 'operations'), { limit: NEWEST_ENTRIES }),
    version,
  );
  return (
    <>
      <Title text={`${place.chain} / ${place.machine}`} />
      <Answered asked={status}>
        {({ machines }) => {
          const own = machines.find((one) => one.chain === place.chain && one.machine === place.machine);
          return own === undefined ? <Empty>It has no live build.</Empty> : <Standing status={own} />;
        }}
      </Answered>
      <Panel title="Newest blocks" aside={<a href={placePath(place, 'blocks')}>all blocks</a>}>
        <Answered asked={blocks}>{({ entries }) => <BlockStrip place={place} blocks={entries} />}</Answered>
      </Panel>
      <Panel title="Newest operations" aside={<a href={placePath(place, 'operations')}>all operations</a>}>
        <Answered asked={operations}>
          {({ entries }) =>
            entries.length === 0 ? (
              <Empty>
                {chain.magic === ''
                  ? 'None yet. Every OP_RETURN payload is an operation.'
                  : `None yet. An operation begins with the magic bytes ${chain.magic} in an OP_RETURN output.`}
              </Empty>
            ) : (
              <OperationList place={place} operations={entries} withHeights />
            )
          }
        </Answered>
      </Panel>
      <Panel title="Collections">
        <ul class="rows">
          {machine.collections.map(({ name, key, indexes }) => (
            <li key={name}>
              <a class="row collection" data-row href={placePath(place, 'collections', name)}>
                <span class="collection-name">{fieldWords(name)}</span>
                <span class="quiet">
                  by {key.map(fieldWords).join(', ')}
                  {Object.keys(indexes).length > 0 && ` · also by ${Object.keys(indexes).map(fieldWords).join(', ')}`}
                </span>
              </a>
            </li>
          ))}
        </ul>
      </Panel>
    </>
  );
}

function Standing({ status }: { readonly status: MachineStatus }) {
  const { tip, fault } = status;
  return (
    <>
      {fault !== null && (
        <p class="notice" role="alert">
          <strong>This machine stands still</strong>: {fault.code}: {fault.message}
        </p>
      )}
      <Facts
        facts={[
          tip === null
            ? null
            : [
                'tip',
                <>
                  <strong class="height">{count(tip.height)}</strong> <Time seconds={tip.time} />
                </>,
              ],
          tip === null ? null : ['block hash', <LongHash text={tip.hash} what="the block hash" />],
          tip?.consensusHash
            ? ['consensus hash', <LongHash text={tip.consensusHash} what="the consensus hash" />]
            : null,
          ['operations', <VerdictCounts {...status} />],
          ['rules', `version ${status.version}, ${status.status}`],
        ]}
      />
    </>
  );
}
