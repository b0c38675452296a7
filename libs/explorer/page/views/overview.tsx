import { placePath } from '../address/view.ts';
import type { ChainShape, ChainsAnswer, MachineStatus, StatusAnswer } from '../data/answers.ts';
import { useNewsOf } from '../data/live-machine.tsx';
import { type Asked, useAnswer } from '../data/use-answer.ts';
import { Hash } from '../parts/hash.tsx';
import { Title } from '../parts/panel.tsx';
import { Answered, Empty } from '../parts/state.tsx';
import { Time } from '../parts/time.tsx';
import { VerdictCounts } from '../parts/verdict.tsx';
import { placesOf } from '../search/search.ts';
import { count } from '../words/text.ts';

/** All chains and machines, and how they stand now. */
export function Overview({ chains }: { readonly chains: Asked<ChainsAnswer> }) {
  const places = chains.body === null ? [] : placesOf(chains.body).map(({ chain, machine }) => ({ chain, machine }));
  const status = useAnswer<StatusAnswer>('/status', useNewsOf(places));
  return (
    <>
      <Title text="Chains and machines" />
      <Answered asked={chains}>
        {(body) =>
          body.chains.length === 0 ? (
            <Empty>No machine is served yet. One is shown here once it is live.</Empty>
          ) : (
            body.chains
              .toSorted((a, b) => (a.name < b.name ? -1 : 1))
              .map((chain) => <Chain key={chain.name} chain={chain} machines={status.body?.machines ?? []} />)
          )
        }
      </Answered>
    </>
  );
}

function Chain({ chain, machines }: { readonly chain: ChainShape; readonly machines: readonly MachineStatus[] }) {
  const operations = chain.operations.map(({ name }) => name.toLowerCase().replaceAll('_', ' ')).join(', ');
  return (
    <section class="chain">
      <div class="panel-head">
        <h2>{chain.name}</h2>
        <p class="quiet">
          {chain.magic === '' ? 'every OP_RETURN payload' : ['magic bytes ', <code key="magic">{chain.magic}</code>]}
          {` · from block ${count(chain.firstBlock)}`}
          {chain.operations.length > 0 && ` · ${operations}`}
        </p>
      </div>
      <div class="cards">
        {chain.machines.map(({ name, version }) => (
          <MachineCard
            key={name}
            chain={chain.name}
            machine={name}
            version={version}
            status={machines.find((one) => one.chain === chain.name && one.machine === name) ?? null}
          />
        ))}
      </div>
    </section>
  );
}

interface CardProps {
  readonly chain: string;
  readonly machine: string;
  readonly version: number;
  readonly status: MachineStatus | null;
}

function MachineCard({ chain, machine, version, status }: CardProps) {
  const tip = status?.tip ?? null;
  return (
    <article class="card">
      <h3>
        <a data-row href={placePath({ chain, machine })}>
          {machine}
        </a>{' '}
        <span class="quiet">version {version}</span>
      </h3>
      {tip === null ? (
        <p class="quiet">no block yet</p>
      ) : (
        <>
          <p class="tip">
            <a class="height" href={placePath({ chain, machine }, 'blocks', tip.hash)}>
              {count(tip.height)}
            </a>
            <Time seconds={tip.time} />
          </p>
          <p>
            <span class="quiet">block </span>
            <Hash text={tip.hash} ends={6} />
            {tip.consensusHash !== null && (
              <>
                <span class="quiet"> consensus hash </span>
                <Hash text={tip.consensusHash} ends={6} />
              </>
            )}
          </p>
        </>
      )}
      {status !== null && <VerdictCounts {...status} />}
      {status?.fault && (
        <p class="notice">
          <strong>stands still</strong> {status.fault.code}: {status.fault.message}
        </p>
      )}
    </article>
  );
}
