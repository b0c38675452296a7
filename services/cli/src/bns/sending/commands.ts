import type { Plan, Planning } from '@virtualchain/machine-bns';
import {
  type BuyOptions,
  type NameOptions,
  planAnnounce,
  planImport,
  planNamespacePreorder,
  planNamespaceReady,
  planNamespaceReveal,
  planPreorder,
  planRegister,
  planRenew,
  planRevoke,
  planSendTokens,
  planTransfer,
  planUpdate,
  revealDefaults,
} from '@virtualchain/machine-bns';
import type { Command } from 'commander';
import { withConnection } from '../../connection.ts';
import { withWaiting } from '../../sending/waiting-options.ts';
import { withTransaction } from '../../transaction-options.ts';
import { bnsChains, bnsConnection } from '../connection.ts';
import { hash160Of, microStacksOf, nameOf, namespaceOf, revealOptionsOf, type TypedReveal } from '../values.ts';
import { type SendingOptions, senderKinds } from './sending-options.ts';

/** Looks at what was typed, before anything is asked; what it gives makes the plan. @throws QueryInvalid */
type Planner<Options> = (words: readonly string[], options: Options) => (planning: Planning) => Promise<Plan>;

const OWNER = ['--owner <address>', 'whose the name is to be; the sender by default'] as const;
const TOKENS = ['--tokens', 'pay in tokens where satoshis are taken too'] as const;
const ZONEFILE = ['--zonefile-hash <hex>', 'hash160 of the zone file'] as const;
const REQUIRED_ZONEFILE = [ZONEFILE[0], `required: ${ZONEFILE[1]}`] as const;
const LAUNCHER = ['--launcher <address>', 'who imports and launches; the sender by default'] as const;

/** What a command stands under, and the signal that ends it. */
interface Parent {
  readonly parent: Command;
  readonly signal: AbortSignal;
}

/** The commands that buy, keep and give away names, and send tokens. */
export function addNameCommands(bns: Command, signal: AbortSignal): void {
  const under = { parent: bns, signal };
  addBuying(under);
  addKeeping(under);
  addGiving(under);
}

function addBuying(under: Parent): void {
  sending<BuyOptions>(under, 'preorder <name>', 'pays for a name without showing it', ([typed = ''], options) => {
    const name = nameOf(typed);
    return (planning) => planPreorder(planning, name, options);
  })
    .option(...OWNER)
    .option(...TOKENS);
  sending<NameOptions>(
    under,
    'register <name>',
    'shows the name that was preordered, and takes it',
    ([typed = ''], options) => {
      const [name, valid] = [nameOf(typed), checked(options)];
      return (planning) => planRegister(planning, name, valid);
    },
  )
    .option(...OWNER)
    .option(...ZONEFILE);
  sending<NameOptions>(under, 'renew <name>', 'pays for another lifetime of a name', ([typed = ''], options) => {
    const [name, valid] = [nameOf(typed), checked(options)];
    return (planning) => planRenew(planning, name, valid);
  })
    .option(...OWNER)
    .option(...ZONEFILE)
    .option(...TOKENS);
}

function addKeeping(under: Parent): void {
  sending<{ zonefileHash: string }>(
    under,
    'update <name>',
    'sets the zone file hash of a name',
    ([typed = ''], { zonefileHash }) => {
      const [name, hash] = [nameOf(typed), hash160Of('--zonefile-hash', zonefileHash)];
      return (planning) => planUpdate(planning, name, hash);
    },
  ).requiredOption(...REQUIRED_ZONEFILE);
  sending<{ keepData?: boolean }>(
    under,
    'transfer <name> <recipient>',
    'gives a name to an address',
    ([typed = '', to = ''], { keepData }) => {
      const name = nameOf(typed);
      return (planning) => planTransfer(planning, name, to, keepData === true);
    },
  ).option('--keep-data', 'with its zone file hash, which is dropped otherwise');
  sending(under, 'revoke <name>', 'makes a name dead until it expires', ([typed = '']) => {
    const name = nameOf(typed);
    return (planning) => planRevoke(planning, name);
  });
}

function addGiving(under: Parent): void {
  sending<{ owner?: string; zonefileHash: string }>(
    under,
    'import <name>',
    'gives away a name of a namespace that is not launched yet',
    ([typed = ''], options) => {
      const [name, zonefileHash] = [nameOf(typed), hash160Of('--zonefile-hash', options.zonefileHash)];
      return (planning) => planImport(planning, name, { ...options, zonefileHash });
    },
  )
    .option(...OWNER)
    .requiredOption(...REQUIRED_ZONEFILE);
  sending<{ note?: string }>(
    under,
    'send-tokens <recipient> <micro-stacks>',
    'sends tokens to an address',
    ([to = '', typed = ''], { note }) => {
      const amount = microStacksOf(typed);
      return (planning) => planSendTokens(planning, to, amount, note ?? '');
    },
  ).option('--note <text>', 'goes along with the tokens');
  sending(under, 'announce <message-hash>', 'announces a message; heard from a few names only', ([typed = '']) => {
    const hash = hash160Of('message hash', typed);
    return () => planAnnounce(hash);
  });
}

/** The three steps to a namespace. */
export function addNamespaceCommands(namespace: Command, signal: AbortSignal): void {
  const under = { parent: namespace, signal };
  sending<{ launcher?: string }>(
    under,
    'preorder <id>',
    'pays for a namespace without showing it',
    ([typed = ''], options) => {
      const id = namespaceOf(typed);
      return (planning) => planNamespacePreorder(planning, id, options);
    },
  ).option(...LAUNCHER);
  sending<TypedReveal>(
    under,
    'reveal <id>',
    'shows the namespace that was preordered, and fixes its rules',
    ([typed = ''], options) => {
      const [id, rules] = [namespaceOf(typed), revealOptionsOf(options)];
      return (planning) => planNamespaceReveal(planning, id, rules);
    },
  )
    .option(...LAUNCHER)
    .option('--lifetime <blocks>', 'names live for twice as long; infinite for ever', String(revealDefaults.lifetime))
    .option('--coefficient <number>', 'of the price, 0 to 255', String(revealDefaults.coeff))
    .option('--base <number>', 'of the price, 0 to 255', String(revealDefaults.base))
    .option('--buckets <list>', 'exponents for labels of 1, 2, … 16 and more characters', revealDefaults.buckets.join())
    .option(
      '--non-alpha-discount <number>',
      'divides the price of labels with 0-9 - _; 1 to 15',
      String(revealDefaults.nonAlphaDiscount),
    )
    .option(
      '--no-vowel-discount <number>',
      'divides the price of labels without a vowel; 1 to 15',
      String(revealDefaults.noVowelDiscount),
    )
    .option(
      '--namespace-version <number>',
      '1 burns the fees, 2 pays them to the creator at first, 3 takes tokens only',
      String(revealDefaults.namespaceVersion),
    );
  sending(under, 'ready <id>', 'launches a namespace: its names are sold from then on', ([typed = '']) => {
    const id = namespaceOf(typed);
    return (planning) => planNamespaceReady(planning, id);
  });
}

/** A command that sends one operation. */
function sending<Options extends object>(
  { parent, signal }: Parent,
  usage: string,
  about: string,
  plan: Planner<Options>,
): Command {
  const command = parent.command(usage).description(about);
  const typed = `bns${parent.name() === 'bns' ? '' : ` ${parent.name()}`} ${usage.replace(/[<>]/g, '').replace(/ [a-z-]+/g, (word) => word.toUpperCase())}`;
  const told = { needs: ['nodeUrl', 'postgresUrl'], examples: [`${typed} --dry-run`, `${typed} --wait 6`] } as const;
  withTransaction(withConnection(command, { ...told, chains: bnsChains }), senderKinds.join(', '), 'p2pkh');
  return withWaiting(command).action(async (...given: unknown[]) => {
    const called = given.at(-1) as Command;
    const options = called.opts<SendingOptions & Options>();
    const sent = { ...options, json: options.json ?? false };
    const planner = plan(called.args, options);
    const connection = await bnsConnection(called, { usesNode: true });
    const { sendPlanned } = await import('./send-planned.ts'); // wallet and node: not for who only asks
    return sendPlanned(connection, sent, signal, planner);
  });
}

function checked(options: NameOptions): NameOptions {
  if (options.zonefileHash !== undefined) hash160Of('--zonefile-hash', options.zonefileHash);
  return options;
}
