import { useNavigation } from '../address/navigation.tsx';
import { placePath, withQuery } from '../address/view.ts';
import type { Block, Operation, Paged } from '../data/answers.ts';
import { useLive } from '../data/live-machine.tsx';
import type { Shown } from '../data/shown.ts';
import { useAnswer } from '../data/use-answer.ts';
import { PAGE_ENTRIES } from '../limits.ts';
import { LongHash } from '../parts/hash.tsx';
import { OperationList } from '../parts/operations.tsx';
import { Pager } from '../parts/pager.tsx';
import { Facts, Panel, Title } from '../parts/panel.tsx';
import { Answered, Empty } from '../parts/state.tsx';
import { Time } from '../parts/time.tsx';
import { VerdictCounts } from '../parts/verdict.tsx';
import { count } from '../words/text.ts';

/** A block, by height or hash, with its operations. */
export function BlockPage({ shown, block }: { readonly shown: Shown; readonly block: string }) {
  const { place } = shown;
  const { version } = useLive();
  const asked = useAnswer<{ block: Block }>(placePath(place, 'blocks', block), version);
  const isGone = asked.problem?.status === 404 && block.length === 64;
  return (
    <>
      {asked.body === null && <Title text={`Block ${block.length === 64 ? block.slice(0, 12) : block}`} />}
      {isGone ? (
        <Gone shown={shown} hash={block} />
      ) : (
        <Answered asked={asked}>{(body) => <Sealed shown={shown} block={body.block} asked={block} />}</Answered>
      )}
    </>
  );
}

function Gone({ shown: { place }, hash }: { readonly shown: Shown; readonly hash: string }) {
  return (
    <p class="notice" role="status">
      No block of this hash is on the branch. If it was taken back by a reorganisation,{' '}
      <a href={placePath(place, 'reorganisations', hash)}>both branches can be compared</a>.
    </p>
  );
}

function Sealed({ shown, block, asked }: { readonly shown: Shown; readonly block: Block; readonly asked: string }) {
  const { place } = shown;
  const { query } = useNavigation();
  const { version } = useLive();
  const operations = useAnswer<Paged<Operation>>(
    withQuery(placePath(place, 'blocks', asked, 'operations'), {
      limit: PAGE_ENTRIES,
      after: query.get('after') ?? undefined,
    }),
    version,
  );
  return (
    <>
      <Title text={`Block ${count(block.height)}`}>
        <nav class="beside" aria-label="Blocks beside it">
          {block.height > shown.chain.firstBlock && (
            <a href={placePath(place, 'blocks', String(block.height - 1))}>← {count(block.height - 1)}</a>
          )}
          <a href={placePath(place, 'blocks', String(block.height + 1))}>{count(block.height + 1)} →</a>
        </nav>
      </Title>
      <Facts
        facts={[
          ['block hash', <LongHash text={block.hash} what="the block hash" />],
          ['time', <Time seconds={block.time} />],
          ['consensus hash', <LongHash text={block.consensusHash} what="the consensus hash" />],
          ['ops hash', <LongHash text={block.opsHash} what="the ops hash" />],
          ['changes hash', <LongHash text={block.changesHash} what="the changes hash" />],
          ['operations', <VerdictCounts {...block} />],
        ]}
      />
      <Panel title="Operations">
        <Answered asked={operations}>
          {({ entries, next }) => (
            <>
              {entries.length === 0 && <Empty>This block has none.</Empty>}
              <OperationList place={place} operations={entries} />
              <Pager next={next} />
            </>
          )}
        </Answered>
      </Panel>
    </>
  );
}
