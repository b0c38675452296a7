/** What the specification of the name system says of every chain, whatever was drawn. Violations in words. */
import type { FoldedBlock, Row } from '@virtualchain/machine';
import {
  type AccountRow,
  type BnsOperation,
  balanceOf,
  epochAt,
  type NameRow,
  type NamespaceRow,
  type PreorderRow,
  readParameters,
  STACKS,
  splitName,
} from '@virtualchain/machine-bns';
import type { RandomChain } from './chain.ts';
import { EVERYBODY } from './people.ts';

interface Judged {
  readonly op: BnsOperation;
  readonly code: string;
}

/** What a law sees: a block, and the rows as they were before it. */
interface Before {
  readonly height: number;
  readonly epoch: number;
  readonly ops: readonly Judged[];
  readonly accepted: readonly BnsOperation[];
  readonly rows: ReadonlyMap<string, ReadonlyMap<string, Row>>;
  readonly receiveFees: number;
}

type Law = (block: Before) => readonly string[];

const isScriptHash = (script: string): boolean => script.startsWith('a914');

function repeated(ids: readonly string[]): readonly string[] {
  return [...Map.groupBy(ids, (id) => id)].filter(([, same]) => same.length > 1).map(([id]) => id);
}

const LAWS: Readonly<Record<string, Law>> = {
  'a block accepts one preorder of a hash (spec §6.2)': ({ accepted }) =>
    repeated(
      accepted.flatMap((op) => ('preorderHash' in op && op.kind !== 'namespace_reveal' ? [op.preorderHash] : [])),
    ),
  'a block accepts one registration of a name (spec §6.2)': ({ accepted }) =>
    repeated(accepted.flatMap((op) => (op.kind === 'name_registration' ? [op.name] : []))),
  'a block accepts one reveal of a namespace (spec §6.2)': ({ accepted }) =>
    repeated(accepted.flatMap((op) => (op.kind === 'namespace_reveal' ? [op.namespaceId] : []))),
  'a registration collides with another one (spec §6.2)': ({ ops }) =>
    ops
      .filter(({ code }) => code === 'NAME_COLLISION')
      .map(({ op }) => ('name' in op ? op.name : ''))
      .filter((name) => ops.filter(({ op }) => op.kind === 'name_registration' && op.name === name).length < 2),
  'p2sh scripts are not registered to and do not transfer in epoch 1, and only then not (spec §3)': ({ epoch, ops }) =>
    ops.flatMap(({ op, code }) => {
      const owner = op.kind === 'name_registration' ? op.recipient : op.kind === 'name_transfer' ? op.sender : '';
      const isEarly = code.endsWith('MULTISIG_TOO_EARLY');
      const isWrong = isEarly ? epoch !== 1 : code === '' && epoch === 1 && isScriptHash(owner);
      return isWrong ? [`${op.kind} ${op.txid}`] : [];
    }),
  'tokens renew no name in the period of a creator (spec §7)': ({ height, accepted, rows, receiveFees }) =>
    accepted.flatMap((op) => {
      if (op.kind !== 'name_renewal' || op.tokens === 0n) return [];
      const namespace = rows.get('namespaces')?.get(splitName(op.name).namespace) as NamespaceRow | undefined;
      const isYoung = namespace?.version === 2 && namespace.reveal_block + receiveFees >= height;
      return isYoung ? [op.txid] : [];
    }),
  'satoshis of before the tokens are enough for a namespace (spec §7)': ({ epoch, ops, rows }) =>
    ops.flatMap(({ op, code }) => {
      if (op.kind !== 'namespace_reveal' || code !== 'PAYMENT_TOO_SMALL' || epoch < 4) return [];
      const preorders = [...(rows.get('preorders')?.values() ?? [])] as unknown as readonly PreorderRow[];
      const paid = preorders.find((row) => row.preorder_hash === op.preorderHash && row.op === '*');
      return paid?.token_units === 'BTC' ? [op.txid] : [];
    }),
  'the key of a sender is the one that it shows (spec §1)': ({ ops }) =>
    ops.flatMap(({ op }) => {
      const sender = EVERYBODY.find(({ scriptHex }) => scriptHex === op.sender);
      return sender !== undefined && sender.key !== op.senderPubkey ? [`${op.txid} of ${sender.name}`] : [];
    }),
  'what a block creates is not acted on in it (spec §6.1)': ({ accepted, rows }) => {
    const names = rows.get('names') as ReadonlyMap<string, NameRow> | undefined;
    return accepted.flatMap((op) =>
      (op.kind === 'name_revoke' || op.kind === 'name_renewal') && !names?.has(op.name) ? [op.txid] : [],
    );
  },
  'no balance is below zero (spec §9)': ({ rows }) =>
    ([...(rows.get('accounts')?.values() ?? [])] as unknown as readonly AccountRow[])
      .filter((account) => balanceOf(account) < 0n)
      .map(({ address }) => address),
};

/** Every violation, with its law and its height. */
export function violations({ instance, fold }: RandomChain): readonly string[] {
  const { machine, parameters } = instance;
  const rules = readParameters(parameters);
  const rows = new Map<string, Map<string, Row>>();
  const found: string[] = [];
  let burnt = 0n;
  for (const { block, outcomes, changes } of fold.blocks) {
    const ops = outcomes.flatMap(({ event, verdict }): Judged[] => {
      if (verdict.kind === 'ignored') return [];
      const op = machine.parse(event) as BnsOperation;
      return [{ op, code: verdict.kind === 'accepted' ? '' : verdict.code }];
    });
    const accepted = ops.filter(({ code }) => code === '').map(({ op }) => op);
    const epoch = epochAt(block.height, rules.epochEnds).number;
    const before = { height: block.height, epoch, ops, accepted, rows, receiveFees: rules.receiveFeesBlocks };
    for (const [law, broken] of Object.entries(LAWS))
      for (const what of broken(before)) found.push(`${law}: block ${block.height}, ${what}`);
    for (const op of accepted) burnt += burntBy(op);
    keep(rows, changes);
  }
  return [
    ...found,
    ...balanceLaw(fold.state.dump('accounts') as unknown as readonly AccountRow[], rules, fold.height, burnt),
  ];
}

function keep(rows: Map<string, Map<string, Row>>, changes: FoldedBlock['changes']): void {
  for (const { collection, before, after } of changes) {
    const kept = rows.get(collection) ?? new Map<string, Row>();
    rows.set(collection, kept);
    const id = keyText(collection, (after ?? before) as Row);
    if (after === null) kept.delete(id);
    else kept.set(id, after);
  }
}

function keyText(collection: string, row: Row): string {
  const columns: Readonly<Record<string, readonly string[]>> = {
    names: ['name'],
    namespaces: ['namespace_id'],
    preorders: ['preorder_hash', 'block_number'],
    accounts: ['address', 'unit'],
  };
  return (columns[collection] ?? Object.keys(row)).map((column) => String(row[column])).join(' ');
}

/** Tokens that an accepted operation takes out for good. */
function burntBy(op: BnsOperation): bigint {
  if (op.kind === 'name_preorder') return op.tokens?.unit === STACKS ? op.tokens.amount : 0n;
  if (op.kind === 'namespace_preorder') return op.tokens ?? 0n;
  return op.kind === 'name_renewal' ? op.tokens : 0n;
}

/** Tokens are made by the genesis and by what vests above the first block, and by nothing else (spec §9). */
function balanceLaw(
  accounts: readonly AccountRow[],
  { genesisAccounts }: ReturnType<typeof readParameters>,
  height: number,
  burnt: bigint,
): readonly string[] {
  const sum = (amounts: readonly bigint[]): bigint => amounts.reduce((total, amount) => total + amount, 0n);
  const isStacks = ({ unit }: { readonly unit: string }): boolean => unit === STACKS;
  const given = sum(genesisAccounts.filter(isStacks).map(({ value }) => value));
  const vested = genesisAccounts
    .flatMap(({ vesting }) => vesting)
    .filter((due) => due.height > 1 && due.height <= height);
  const wanted = given + sum(vested.map(({ amount }) => amount)) - burnt;
  const held = sum(accounts.filter(isStacks).map(balanceOf));
  return held === wanted
    ? []
    : [`tokens come from the genesis and from vesting: ${held} are held, ${wanted} should be`];
}
