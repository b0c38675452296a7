import type { MemoryFold } from '@virtualchain/machine';
import {
  type AccountRow,
  type BnsParameters,
  deadlinesOf,
  type Epoch,
  epochAt,
  isReady,
  isRegistered,
  isRevealed,
  type NameRow,
  type NamespaceRow,
  type PreorderRow,
  splitName,
} from '@virtualchain/machine-bns';
import type { Random } from '../../simulation/random.ts';
import { BURN, EVERYBODY, ODD, type Person, TRADERS } from './people.ts';

/** A preorder that was drawn, accepted or not: only who drew it knows what it hides. */
export interface Secret {
  readonly kind: 'name' | 'namespace';
  readonly id: string;
  readonly by: Person;
  readonly to: Person;
  readonly hash: string;
  readonly height: number;
}

const LABELS = ['a', 'e', 'abc', 'b2', 'x-y', 'bcd', 'hello', '0a', '00a', 'averylongname1234'];
const NAMESPACES = ['a', 'one', 'two', 'four', 'eightone', ...'bcdefgh'].flatMap((id) => [id, `${id}-x`]);

/** The state before a block as those see it who draw its transactions. */
export class World {
  readonly random: Random;
  readonly rules: BnsParameters;
  readonly height: number;
  readonly epoch: Epoch;
  readonly names: readonly NameRow[];
  readonly namespaces: readonly NamespaceRow[];
  readonly accounts: readonly AccountRow[];
  readonly #pending: ReadonlySet<string>;
  /** Of all blocks so far; new ones are put behind. */
  readonly secrets: Secret[];
  readonly #fold: MemoryFold;

  constructor(random: Random, rules: BnsParameters, fold: MemoryFold, secrets: Secret[]) {
    this.random = random;
    this.rules = rules;
    this.height = fold.height + 1;
    this.epoch = epochAt(this.height, rules.epochEnds);
    this.names = fold.state.dump('names') as unknown as readonly NameRow[];
    this.namespaces = fold.state.dump('namespaces') as unknown as readonly NamespaceRow[];
    this.accounts = fold.state.dump('accounts') as unknown as readonly AccountRow[];
    const preorders = fold.state.dump('preorders') as unknown as readonly PreorderRow[];
    this.#pending = new Set(preorders.map(({ preorder_hash }) => preorder_hash));
    this.secrets = secrets;
    this.#fold = fold;
  }

  /** Mostly a trader, seldom somebody with an odd key. */
  anybody(): Person {
    return this.random.chance(0.06) ? this.random.pick(ODD) : this.random.pick(TRADERS);
  }

  /** Whoever has the script; now and then somebody else. */
  holder(scriptHex: string): Person {
    const owner = this.random.chance(0.95) ? EVERYBODY.find((each) => each.scriptHex === scriptHex) : undefined;
    return owner ?? this.anybody();
  }

  addressee(address: string): Person {
    return [...EVERYBODY, BURN].find((each) => each.address === address) ?? this.anybody();
  }

  namespaceId(): string {
    const known = this.random.chance(0.9) ? this.namespaces.filter(isReady) : this.revealed();
    return known.length > 0 && this.random.chance(0.95)
      ? this.random.pick(known).namespace_id
      : this.random.pick(NAMESPACES);
  }

  /** One that is neither launched nor revealed, mostly; those that expired first. */
  freeNamespaceId(): string {
    const revealed = this.revealed();
    const expired = this.namespaces.filter((row) => row.op !== '!' && !revealed.includes(row));
    if (expired.length > 0 && this.random.chance(0.4)) return this.random.pick(expired).namespace_id;
    const free = NAMESPACES.filter((id) => !this.namespaces.some((row) => row.namespace_id === id && isReady(row)));
    return this.random.pick(free.length > 0 && this.random.chance(0.9) ? free : NAMESPACES);
  }

  /** One whose owner announces, now and then. */
  name(): string {
    const heard = this.rules.announcers.filter((name) => this.namespace(splitName(name).namespace)?.op === '!');
    if (heard.length > 0 && this.random.chance(0.15)) return this.random.pick(heard);
    return `${this.random.pick(LABELS)}.${this.namespaceId()}`;
  }

  namespace(id: string): NamespaceRow | null {
    return this.namespaces.find((row) => row.namespace_id === id) ?? null;
  }

  revealed(): readonly NamespaceRow[] {
    return this.namespaces.filter((row) => isRevealed(this.rules, row, this.height - 1));
  }

  /** A name that there is, or was: those at the edge of their time first. */
  existing(): NameRow | null {
    if (this.names.length === 0) return null;
    const atEdge = this.names.filter((row) => {
      const { expireBlock, renewalDeadline } = deadlinesOf(
        this.rules,
        row,
        this.namespace(row.namespace_id),
        this.height,
      );
      return [expireBlock, renewalDeadline].some((edge) => edge !== null && Math.abs(this.height - edge) <= 2);
    });
    if (atEdge.length > 0 && this.random.chance(0.3)) return this.random.pick(atEdge);
    const live = this.names.filter((row) =>
      isRegistered(this.rules, row, this.namespace(row.namespace_id), this.height - 1),
    );
    return this.random.pick(live.length > 0 && this.random.chance(0.93) ? live : this.names);
  }

  /** One that waits for its use, or one just at the edge of its time; others seldom. */
  secret(kind: Secret['kind']): Secret | null {
    const all = this.secrets.filter((each) => each.kind === kind);
    const waiting = all.filter(({ hash, height }) => this.#pending.has(hash) || height === this.height);
    const young = waiting.filter(({ height }) => this.height - height <= this.rules.preorderExpiryBlocks);
    const atEdge = waiting.filter(
      ({ height }) => Math.abs(this.height - height - this.rules.preorderExpiryBlocks) <= 1,
    );
    const [from = all] = [
      ...(this.random.chance(0.15) ? [atEdge] : []),
      ...(this.random.chance(0.9) ? [young, waiting] : []),
    ].filter((secrets) => secrets.length > 0);
    return from.length === 0 ? null : this.random.pick(from);
  }

  /** A consensus hash that is recent, mostly; just too old, at the last height that counts, or made up. */
  consensusHash(): string {
    const back = this.random.chance(0.85)
      ? this.random.between(1, 3)
      : this.rules.consensusWindowBlocks + this.random.between(0, 1);
    const hash = this.random.chance(0.02) ? null : this.#fold.consensusHashAt(Math.max(0, this.height - back) as never);
    return hash ?? 'ab'.repeat(16);
  }

  value(): string {
    return this.random.between(0, 255).toString(16).padStart(2, '0').repeat(20);
  }
}
