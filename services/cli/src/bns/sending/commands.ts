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
import { withTransaction } from '../../transaction-options.ts';
import { bnsChains, bnsConnection } from '../connection.ts';
import { waitSecondsDefault } from '../limits.ts';
import { hash160Of, microStacksOf, nameOf, namespaceOf, revealOptionsOf, type TypedReveal } from '../values.ts';
import { type SendingOptions, senderKinds } from './sending-options.ts';

type Planner<Options> = (planning: Planning, words: readonly string[], options: Options) => Promise<Plan>;

const OWNER = ['--owner <address>', 'whose the name is to be; the sender by default'] as const;
const TOKENS = ['--tokens', 'pay in tokens where satoshis are taken too'] as const;
const ZONEFILE = ['--zonefile-hash <hex>', 'hash160 of the zone file'] as const;
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
  sending<BuyOptions>(
    under,
    'preorder <name>',
    'pays for a name without showing it',
    (planning, [name = ''], options) => planPreorder(planning, nameOf(name), options),
  )
    .option(...OWNER)
    .option(...TOKENS);
  sending<NameOptions>(
    under,
    'register <name>',
    'shows the name that was preordered, and takes it',
    (planning, [name = ''], options) => planRegister(planning, nameOf(name), checked(options)),
  )
    .option(...OWNER)
    .option(...ZONEFILE);
  sending<NameOptions>(under, 'renew <name>', 'pays for another lifetime of a name', (planning, [name = ''], options) =>
    planRenew(planning, nameOf(name), checked(options)),
  )
    .option(...OWNER)
    .option(...ZONEFILE)
    .option(...TOKENS);
}

function addKeeping(under: Parent): void {
  sending<{ zonefileHash: string }>(
    under,
    'update <name>',
    'sets the zone file hash of a name',
    (planning, [name = ''], { zonefileHash }) =>
      planUpdate(planning, nameOf(name), hash160Of('--zonefile-hash', zonefileHash)),
  ).requiredOption(...ZONEFILE);
  sending<{ keepData?: boolean }>(
    under,
    'transfer <name> <recipient>',
    'gives a name to an address',
    (planning, [name = '', to = ''], { keepData }) => planTransfer(planning, nameOf(name), to, keepData === true),
  ).option('--keep-data', 'with its zone file hash, which is dropped otherwise');
  sending(under, 'revoke <name>', 'makes a name dead until it expires', (planning, [name = '']) =>
    planRevoke(planning, nameOf(name)),
  );
}

function addGiving(under: Parent): void {
  sending<{ owner?: string; zonefileHash: string }>(
    under,
    'import <name>',
    'gives away a name of a namespace that is not launched yet',
    (planning, [name = ''], options) =>
      planImport(planning, nameOf(name), {
        ...options,
        zonefileHash: hash160Of('--zonefile-hash', options.zonefileHash),
      }),
  )
    .option(...OWNER)
    .requiredOption(...ZONEFILE);
  sending<{ note?: string }>(
    under,
    'send-tokens <recipient> <micro-stacks>',
    'sends tokens to an address',
    (planning, [to = '', amount = ''], { note }) => planSendTokens(planning, to, microStacksOf(amount), note ?? ''),
  ).option('--note <text>', 'goes along with the tokens');
  sending(
    under,
    'announce <message-hash>',
    'announces a message; heard from a few names only',
    (_planning, [hash = '']) => planAnnounce(hash160Of('message hash', hash)),
  );
}

/** The three steps to a namespace. */
export function addNamespaceCommands(namespace: Command, signal: AbortSignal): void {
  const under = { parent: namespace, signal };
  sending<{ launcher?: string }>(
    under,
    'preorder <id>',
    'pays for a namespace without showing it',
    (planning, [id = ''], options) => planNamespacePreorder(planning, namespaceOf(id), options),
  ).option(...LAUNCHER);
  sending<TypedReveal>(
    under,
    'reveal <id>',
    'shows the namespace that was preordered, and fixes its rules',
    (planning, [id = ''], options) => planNamespaceReveal(planning, namespaceOf(id), revealOptionsOf(options)),
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
  sending(under, 'ready <id>', 'launches a namespace: its names are sold from then on', (planning, [id = '']) =>
    planNamespaceReady(planning, namespaceOf(id)),
  );
}

/** A command that sends one operation. */
function sending<Options extends object>(
  { parent, signal }: Parent,
  usage: string,
  about: string,
  plan: Planner<Options>,
): Command {
  const command = parent.command(usage).description(about);
  return withTransaction(withConnection(command, bnsChains), senderKinds.join(', '), 'p2pkh')
    .option('--wait [confirmations]', 'wait for the verdict of the projection; 1 confirmation by default')
    .option('--timeout <seconds>', 'wait no longer', String(waitSecondsDefault))
    .option('--force', 'send it even if the rules would not take it')
    .action(async (...given: unknown[]) => {
      const called = given.at(-1) as Command;
      const options = called.opts<SendingOptions & Options>();
      const sent = { ...options, json: options.json ?? false };
      const connection = await bnsConnection(called, { usesNode: true });
      const { sendPlanned } = await import('./send-planned.ts'); // wallet and node: not for who only asks
      return sendPlanned(connection, sent, signal, (planning) => plan(planning, called.args, options));
    });
}

function checked(options: NameOptions): NameOptions {
  if (options.zonefileHash !== undefined) hash160Of('--zonefile-hash', options.zonefileHash);
  return options;
}
