import type { Command } from 'commander';
import type { VerifyCommandOptions } from '../commands/verify.ts';
import { connected, read } from '../program.ts';
import { append } from '../values.ts';

const DATABASE = ['network', 'postgresUrl'] as const;

export function addStatus(program: Command): void {
  connected(program, 'status', {
    about: 'node, log, and how each machine stands',
    needs: [],
    takesGateway: true,
    examples: [
      'status',
      'status --json',
      'status --network mainnet --postgres-url postgres://me@db.example/names',
      'status --gateway https://gateway.example',
    ],
  })
    .option('--json', 'one line of JSON')
    .action(async (_options, command) => {
      const { connection, options } = await read(command, { usesNode: true });
      if (connection.gatewayUrl !== undefined) {
        const { statusOver } = await import('../over-gateway/status.ts');
        return statusOver(connection.gatewayUrl, connection, { json: options.json ?? false });
      }
      const { status } = await import('../commands/status.ts');
      return status(connection, { json: options.json ?? false });
    });
}

export function addTail(program: Command, signal: AbortSignal): void {
  connected(program, 'tail', {
    about: 'the log as it grows',
    needs: ['network', 'log'],
    takesGateway: true,
    examples: [
      'tail',
      'tail --from latest',
      'tail --from 850000 --once --json',
      'tail --from offset:120000',
      "tail --filter 'name=claim and not decoded.name=alice'",
      'tail --from latest --gateway https://gateway.example',
    ],
  })
    .option(
      '--from <place>',
      'earliest, latest, a height, or offset:N of the topic; over a gateway also a block hash',
      'earliest',
    )
    .option('--cursor <json>', 'go on behind this cursor, as a line of --json shows it')
    .option(
      '--filter <terms>',
      'only operations that pass: opcode, name, sender, address, txid, height, decoded.<path>',
    )
    .option('--json', 'a line of JSON each')
    .option('--once', 'end at the end of the log')
    .action(async (given: { once?: boolean; from: string; cursor?: string; filter?: string }, command) => {
      const { connection, options } = await read(command);
      const asked = { ...given, json: options.json ?? false, once: given.once ?? false, signal };
      if (connection.gatewayUrl !== undefined) {
        const { tailOver } = await import('../over-gateway/tail.ts');
        return tailOver(connection.gatewayUrl, connection, asked);
      }
      const { tail } = await import('../commands/tail.ts');
      return tail(connection, asked);
    });
}

export function addState(program: Command): void {
  connected(program, 'state', {
    about: 'rows of a collection, at the tip or at a past height',
    needs: DATABASE,
    takesGateway: true,
    examples: [
      'state kv names',
      'state kv names satoshi --at 120',
      'state bns names --limit 10 --json',
      'state bns names --gateway https://gateway.example',
    ],
  })
    .argument('<machine>', 'name or module')
    .argument(
      '<collection>',
      'for bns: names, namespaces, preorders, accounts, vesting, import_rings; for kv: names; for activity: senders, opcodes; for stacks: keys, commits, missed, pre_stx, stx_operations, burn_blocks, sortitions; for opreturn: prefixes, payloads, heights',
    )
    .argument('[key]', 'value of the key; several columns separated by commas')
    .option('--at <height>', 'the state at this height')
    .option('--limit <rows>', 'at most so many')
    .option('--json', 'one line of JSON')
    .action(async (machine, collection, key, given: { at?: string; limit?: string }, command) => {
      const { connection, options } = await read(command);
      const asked = { ...given, json: options.json ?? false };
      if (connection.gatewayUrl !== undefined) {
        const { stateOver } = await import('../over-gateway/state.ts');
        return stateOver(connection.gatewayUrl, connection, [machine, collection, key], asked);
      }
      const { state } = await import('../commands/state.ts');
      return state(connection, machine, [collection, key], asked);
    });
}

export function addQuery(program: Command): void {
  connected(program, 'query', {
    about: 'what a machine answers about its state, at the tip or at a past height',
    needs: DATABASE,
    examples: [
      'query kv',
      'query kv value name=satoshi',
      'query bns get_name_cost name=gold.demo --chain bns --at 120',
    ],
  })
    .argument('<machine>', 'name or module')
    .argument('[query]', 'one of its queries; they are listed where none is given')
    .argument('[parameters...]', 'PARAMETER=VALUE each; a list by naming its parameter several times')
    .option('--at <height>', 'as it was at this height')
    .option('--json', 'one line of JSON')
    .action(async (machine, name: string | undefined, parameters: string[], given: { at?: string }, command) => {
      const { connection, options } = await read(command);
      const { query } = await import('../commands/query.ts');
      const asked = name === undefined ? [] : [name, ...parameters];
      return query(connection, machine, asked, { ...given, json: options.json ?? false });
    });
}

export function addVerify(program: Command): void {
  connected(program, 'verify', {
    about: 'recomputes every hash from the stored operations and rows',
    needs: DATABASE,
    examples: ['verify kv', 'verify kv --from 100 --to 200', 'verify bns --log --trust HEIGHT:HASH'],
  })
    .argument('<machine>', 'name or module')
    .option('--from <height>', 'begin here, with the rows stored for the height below')
    .option('--to <height>', 'end here')
    .option('--trust <height:hash>', 'a consensus hash that must be met; several may be given', append)
    .option('--log', 'fold the log instead of the stored operations')
    .option('--json', 'one line of JSON')
    .action(async (machine, given: VerifyCommandOptions, command) => {
      const { connection, options } = await read(command);
      const { verify } = await import('../commands/verify.ts');
      return verify(connection, machine, { ...given, json: options.json ?? false });
    });
}

export function addSnv(program: Command): void {
  connected(program, 'snv', {
    about: 'proves the operations of an old block by one trusted hash, against a server that is not trusted',
    needs: DATABASE,
    examples: ['snv kv 120 --server http://projector.example:3001 --trust HEIGHT:HASH'],
  })
    .argument('<machine>', 'name or module')
    .argument('<height>', 'the block whose operations are wanted')
    .requiredOption(
      '--server <url>',
      'required: a projector, http://host:port, or a machine at a gateway, http://host:port/v1/chains/CHAIN/machines/MACHINE',
    )
    .requiredOption(
      '--trust <root>',
      'required: HEIGHT:HASH, a consensus hash, a txid, or a serial number height-index',
    )
    .option('--json', 'one line of JSON')
    .action(async (machine, height, given: { server: string; trust: string }, command) => {
      const { connection, options } = await read(command, { usesNode: true });
      const { snv } = await import('../commands/snv.ts');
      return snv(connection, machine, height, { ...given, json: options.json ?? false });
    });
}

export function addDiverge(program: Command): void {
  connected(program, 'diverge', {
    about: 'finds where the projections of two databases part',
    needs: ['network'],
    examples: ['diverge postgres://me@a.example/names postgres://me@b.example/names --machine bns --chain bns'],
  })
    .argument('<a>', 'postgres:// of one operator')
    .argument('<b>', 'postgres:// of the other')
    .requiredOption('--machine <machine>', 'required: name or module')
    .option('--json', 'one line of JSON')
    .action(async (a, b, given: { machine: string }, command) => {
      const { connection, options } = await read(command);
      const { diverge } = await import('../commands/diverge.ts');
      return diverge(connection, [a, b], given.machine, { json: options.json ?? false });
    });
}

export function addCompareRules(program: Command): void {
  connected(program, 'compare-rules', {
    about: 'folds the log by a new version of a machine and says where it parts from the live build',
    needs: [...DATABASE, 'log'],
    examples: [
      'compare-rules ./names-v3.ts --chain ./names-chain.ts',
      'compare-rules ./names-v3.ts --chain ./names-chain.ts --from 850000 --json',
    ],
  })
    .argument('<machine>', 'the module with the new rules; its machine has the name of the live one')
    .option('--from <height>', 'begin here, with the rows that the live build has of the height below')
    .option('--json', 'one line of JSON')
    .action(async (machine, given: { from?: string }, command) => {
      const { connection, options } = await read(command);
      const { compareRules } = await import('../commands/compare-rules.ts');
      return compareRules(connection, machine, { ...given, json: options.json ?? false });
    });
}

export function addPlan(program: Command, signal: AbortSignal): void {
  connected(program, 'plan', {
    about: 'what a sync will cost, time and disk, by a sample of its blocks',
    needs: ['nodeUrl'],
    examples: [
      'plan --chain bns --node-url http://127.0.0.1:8332 --node-cookie-file /var/lib/bitcoind/.cookie',
      'plan --chain ./my-chain.ts --sample 2000 --json',
    ],
  })
    .option('--sample <blocks>', 'how many blocks are measured; 480 when absent')
    .option('--json', 'one line of JSON')
    .action(async (given: { sample?: string }, command) => {
      const { connection, options } = await read(command, { usesNode: true });
      const { plan } = await import('../commands/plan.ts');
      return plan(connection, { ...given, json: options.json ?? false, signal });
    });
}
