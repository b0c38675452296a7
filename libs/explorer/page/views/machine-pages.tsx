import { type Place, placePath, type View } from '../address/view.ts';
import type { ChainsAnswer, MachineShape } from '../data/answers.ts';
import { LiveMachine, useLive } from '../data/live-machine.tsx';
import type { Shown } from '../data/shown.ts';
import type { Asked } from '../data/use-answer.ts';
import { Answered } from '../parts/state.tsx';
import { runsOf } from '../reorganisation/runs.ts';
import { plural } from '../words/text.ts';
import { BlockPage } from './block.tsx';
import { Blocks } from './blocks.tsx';
import { CollectionPage } from './collection.tsx';
import { KeyPage } from './key.tsx';
import { MachineOverview } from './machine.tsx';
import { NamePage } from './name.tsx';
import { Names } from './names.tsx';
import { NothingHere } from './nothing.tsx';
import { OperationPage } from './operation.tsx';
import { Operations } from './operations.tsx';
import { ReorganisationPage } from './reorganisation.tsx';
import { Reorganisations } from './reorganisations.tsx';

type PlacedView = Extract<View, { readonly place: Place }>;

/** Everything about one machine, which is followed meanwhile. */
export function MachinePages({ view, chains }: { readonly view: PlacedView; readonly chains: Asked<ChainsAnswer> }) {
  return (
    <LiveMachine place={view.place}>
      <Answered asked={chains}>
        {(body) => {
          const chain = body.chains.find(({ name }) => name === view.place.chain);
          const machine = chain?.machines.find(({ name }) => name === view.place.machine);
          if (chain === undefined || machine === undefined) return <NothingHere what="machine" />;
          return (
            <>
              <MachineBar view={view} machine={machine} />
              {view.kind !== 'reorganisation' && <ReorganisationNotice place={view.place} />}
              <MachineView view={view} shown={{ place: view.place, chain, machine }} />
            </>
          );
        }}
      </Answered>
    </LiveMachine>
  );
}

/** Whether a machine is the name system: its names have owners, an expiry and a price. */
const hasNames = ({ name, collections }: MachineShape): boolean =>
  name === 'bns' && collections.some((collection) => collection.name === 'names');

function MachineBar({ view: { place, kind }, machine }: { readonly view: PlacedView; readonly machine: MachineShape }) {
  const tabs = [
    ['Overview', placePath(place), ['machine']],
    ['Blocks', placePath(place, 'blocks'), ['blocks', 'block']],
    ['Operations', placePath(place, 'operations'), ['operations', 'operation']],
    ...(hasNames(machine) ? [['Names', placePath(place, 'names'), ['names', 'name']] as const] : []),
    ['Reorganisations', placePath(place, 'reorganisations'), ['reorganisations', 'reorganisation']],
  ] as const;
  return (
    <nav class="machine-bar" aria-label="Machine">
      <p class="machine-name">
        <a href="/">{place.chain}</a> <span aria-hidden="true">/</span> <a href={placePath(place)}>{place.machine}</a>
        <LiveSign />
      </p>
      <ul class="tabs">
        {tabs.map(([name, href, kinds]) => (
          <li key={name}>
            <a href={href} {...((kinds as readonly string[]).includes(kind) ? { 'aria-current': 'page' } : {})}>
              {name}
            </a>
          </li>
        ))}
      </ul>
    </nav>
  );
}

const WAYS = {
  feed: ['live', 'New blocks are shown as they come'],
  asking: ['every 2 s', 'The gateway is asked for news every other second'],
  away: ['away', 'The gateway does not answer; what is shown may be old'],
} as const;

function LiveSign() {
  const { way } = useLive();
  if (way === null) return null;
  const [word, title] = WAYS[way];
  return (
    <span class={`live ${way}`} title={title} role="status">
      <span class="dot" aria-hidden="true" /> {word}
    </span>
  );
}

/** Tells of blocks that went while somebody looked. */
function ReorganisationNotice({ place }: { readonly place: Place }) {
  const { retracted, forget } = useLive();
  const [run] = runsOf(retracted);
  if (run === undefined) return null;
  return (
    <div class="notice reorganised" role="status">
      <span>
        <strong>Reorganisation</strong>: {plural(run.depth, 'block')} from height {run.lowest.height} on{' '}
        {run.depth === 1 ? 'was' : 'were'} taken back. What you see is the branch that stands now.{' '}
        <a href={placePath(place, 'reorganisations', run.lowest.hash)}>Compare both branches</a>
      </span>
      <button type="button" onClick={forget}>
        Close
      </button>
    </div>
  );
}

function MachineView({ view, shown }: { readonly view: PlacedView; readonly shown: Shown }) {
  switch (view.kind) {
    case 'machine':
      return <MachineOverview shown={shown} />;
    case 'blocks':
      return <Blocks shown={shown} />;
    case 'block':
      return <BlockPage shown={shown} block={view.block} />;
    case 'operations':
      return <Operations shown={shown} />;
    case 'operation':
      return <OperationPage shown={shown} txid={view.txid} />;
    case 'collection':
      return <CollectionPage shown={shown} name={view.collection} />;
    case 'key':
      return <KeyPage shown={shown} name={view.collection} keyTexts={view.key} />;
    case 'names':
      return <Names shown={shown} />;
    case 'name':
      return <NamePage shown={shown} name={view.name} />;
    case 'reorganisations':
      return <Reorganisations shown={shown} />;
    case 'reorganisation':
      return <ReorganisationPage shown={shown} hash={view.hash} />;
  }
}
