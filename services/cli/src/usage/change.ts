import type { Command } from 'commander';
import type { SendOptions } from '../commands/send.ts';
import type { SnapshotImportOptions } from '../commands/snapshot.ts';
import { withEnd } from '../exit-codes.ts';
import { connected, read } from '../program.ts';
import { withWaiting } from '../sending/waiting-options.ts';
import { withTransaction } from '../transaction-options.ts';
import { append } from '../values.ts';

const DATABASE = ['network', 'postgresUrl'] as const;
const DATABASE_AND_LOG = [...DATABASE, 'log'] as const;

export function addSend(program: Command, signal: AbortSignal): void {
  const command = withTransaction(
    connected(program, 'send', {
      about: 'builds, signs, checks and sends an operation',
      needs: ['nodeUrl'],
      examples: [
        'send kv claim satoshi --dry-run',
        'send kv transfer satoshi RECIPIENT --fee-rate 3 --key-file keys.json',
        'send kv claim satoshi --wait 6 --machine kv',
      ],
    }),
    'p2pkh, p2sh-multisig, p2sh-p2wpkh, p2wpkh or p2tr',
    'p2wpkh',
  );
  withWaiting(command)
    .argument('<chain>', 'a built-in name or a module')
    .argument('<operation>', 'for kv: claim, update, transfer, delete, lock')
    .argument('[words...]', 'what the operation says; for kv: NAME, NAME VALUE, NAME RECIPIENT')
    .option('--payload <hex>', 'what follows the opcode, instead of words')
    .option(
      '--machine <machine>',
      'name or module: it rehearses the operation first; with --wait, the only one that runs',
    )
    .action(async (chain, operation, words, given: Omit<SendOptions, 'json'>) => {
      const { connection, options } = await read(command, { usesNode: true });
      const { send } = await import('../commands/send.ts');
      const sent = { operation, words };
      return send({ ...connection, chain }, sent, { ...given, json: options.json ?? false }, signal);
    });
}

export function addKeys(program: Command): void {
  const keys = program
    .command('keys')
    .description('writes the keys of VCHAIN_KEY into a file encrypted with VCHAIN_KEY_PASSWORD')
    .argument('<file>', 'must not exist yet')
    .option('--json', 'one line of JSON')
    .action(async (file, given: { json?: boolean }) => {
      const { keys } = await import('../commands/send.ts');
      return keys(file, { json: given.json ?? false });
    });
  withEnd(keys, ['keys keys.json']);
}

export function addSnapshot(program: Command): void {
  const snapshot = program.command('snapshot').description('carries a projection from one operator to another');

  connected(snapshot, 'export', {
    about: 'one signed file of a projection at a height',
    needs: DATABASE,
    examples: [
      'snapshot export kv kv.snapshot --key signer.pem',
      'snapshot export kv kv.snapshot --key signer.pem --at 120',
    ],
  })
    .argument('<machine>', 'name or module')
    .argument('<file>', 'where to write it')
    .requiredOption('--key <file>', 'required: Ed25519 private key, PEM (openssl genpkey -algorithm ed25519)')
    .option('--at <height>', 'the newest block by default')
    .option('--json', 'one line of JSON')
    .action(async (machine, file, given: { key: string; at?: string }, command) => {
      const { connection, options } = await read(command);
      const { snapshotExport } = await import('../commands/snapshot.ts');
      return snapshotExport(connection, machine, file, { ...given, json: options.json ?? false });
    });

  connected(snapshot, 'import', {
    about: 'checks a file and makes the live build out of it',
    needs: DATABASE_AND_LOG,
    examples: [
      'snapshot import kv kv.snapshot --signer alice=PUBLICKEY',
      'snapshot import kv kv.snapshot --refold --trust HEIGHT:HASH --replace',
    ],
  })
    .argument('<machine>', 'name or module')
    .argument('<file>', 'a snapshot file')
    .option('--signer <name=key>', 'whose word counts: Ed25519 public key, hex; several may be given', append)
    .option('--trust <height:hash>', 'a consensus hash that must be met; several may be given', append)
    .option('--refold', 'trust no signer: fold the operations')
    .option('--replace', 'take the place of the live build')
    .option('--json', 'one line of JSON')
    .action(async (machine, file, given: Omit<SnapshotImportOptions, 'json'>, command) => {
      const { connection, options } = await read(command);
      const { snapshotImport } = await import('../commands/snapshot.ts');
      return snapshotImport(connection, machine, file, { ...given, json: options.json ?? false });
    });
}

export function addRebuild(program: Command, signal: AbortSignal): void {
  connected(program, 'rebuild', {
    about: 'folds the topic into a new build and makes it the live one if both agree',
    needs: DATABASE_AND_LOG,
    examples: ['rebuild kv', 'rebuild kv --reshaped names --json'],
  })
    .argument('<machine>', 'name or module')
    .option('--reshaped <collection>', 'its shape changed: left out of the comparison; several may be given', append)
    .option('--json', 'one line of JSON')
    .action(async (machine, given: { reshaped?: readonly string[] }, command) => {
      const { connection, options } = await read(command);
      const { reshaped = [] } = given;
      const { rebuild } = await import('../commands/rebuild.ts');
      return rebuild(connection, machine, { json: options.json ?? false, reshaped, signal });
    });
}

export function addAttach(program: Command): void {
  connected(program, 'attach', {
    about: 'stands a machine on the log that its topic holds now',
    needs: DATABASE_AND_LOG,
    examples: ['attach kv', 'attach ./my-machine.ts --chain ./my-chain.ts'],
  })
    .argument('<machine>', 'name or module')
    .option('--json', 'one line of JSON')
    .action(async (machine, _options, command) => {
      const { connection, options } = await read(command);
      const { attach } = await import('../commands/attach.ts');
      return attach(connection, machine, { json: options.json ?? false });
    });
}

export function addResume(program: Command): void {
  connected(program, 'resume', {
    about: 'lets a faulted machine go on',
    needs: DATABASE,
    examples: ['resume kv', 'resume ./my-machine.ts --chain ./my-chain.ts'],
  })
    .argument('<machine>', 'name or module')
    .option('--json', 'one line of JSON')
    .action(async (machine, _options, command) => {
      const { connection, options } = await read(command);
      const { resume } = await import('../commands/attach.ts');
      return resume(connection, machine, { json: options.json ?? false });
    });
}

export function addRoles(program: Command): void {
  connected(program, 'roles', {
    about: 'makes the roles that the services log in to Postgres with, each with the least rights that do',
    needs: ['postgresUrl'],
    examples: ['roles', 'roles --log-postgres-url postgres://me@db.example/log', 'roles --role-prefix names'],
  })
    .option('--role-prefix <word>', 'first part of their names', 'vchain')
    .option('--json', 'one line of JSON')
    .action(async (given: { rolePrefix: string }, command) => {
      const { connection, options } = await read(command);
      const { roles } = await import('../commands/roles.ts');
      return roles(connection, { prefix: given.rolePrefix, json: options.json ?? false });
    });
}

export function addBuilds(program: Command): void {
  const builds = program
    .command('builds')
    .description('the builds of a database: each version of a machine has its own');

  connected(builds, 'list', {
    about: 'live, retired and unfinished ones, with their sizes',
    needs: ['postgresUrl'],
    examples: ['builds list', 'builds list --json'],
  })
    .option('--json', 'one line of JSON')
    .action(async (_options, command) => {
      const { connection, options } = await read(command);
      const { listBuilds } = await import('../commands/builds.ts');
      return listBuilds(connection, { json: options.json ?? false });
    });

  connected(builds, 'drop', {
    about: 'removes builds that a rebuild has replaced',
    needs: ['postgresUrl'],
    examples: ['builds drop --retired --dry-run', 'builds drop kv_kv_v1_1'],
  })
    .argument('[schemas...]', 'retired builds, by their schemas')
    .option('--retired', 'all that are retired')
    .option('--dry-run', 'only say which, and how much they take')
    .option('--json', 'one line of JSON')
    .action(async (schemas: string[], given: { retired?: boolean; dryRun?: boolean }, command) => {
      const { connection, options } = await read(command);
      const { dropBuilds } = await import('../commands/builds.ts');
      const { retired = false, dryRun = false } = given;
      return dropBuilds(connection, schemas, { json: options.json ?? false, retired, dryRun });
    });
}

export function addPrune(program: Command): void {
  connected(program, 'prune', {
    about: 'removes old history of a machine: states below a height cannot be read any more',
    needs: DATABASE,
    examples: ['prune kv --keep 50000 --dry-run', 'prune kv --from 800000'],
  })
    .argument('<machine>', 'name or module')
    .option('--keep <blocks>', 'how many of the newest blocks keep their history')
    .option('--from <height>', 'the lowest height whose state can be read afterwards')
    .option('--dry-run', 'only say what would go')
    .option('--json', 'one line of JSON')
    .action(async (machine, given: { keep?: string; from?: string; dryRun?: boolean }, command) => {
      const { connection, options } = await read(command);
      const { prune } = await import('../commands/prune.ts');
      return prune(connection, machine, { ...given, json: options.json ?? false });
    });
}
