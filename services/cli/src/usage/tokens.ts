import type { Command } from 'commander';
import type { TokenOptions } from '../commands/access/tokens.ts';
import { connected, read } from '../program.ts';

const needs = ['postgresUrl'] as const;

/** Tokens of the gateway: who may ask what. */
export function addTokens(program: Command): void {
  const tokens = program.command('tokens').description('who may ask a gateway, subscribe, and register webhooks');

  connected(tokens, 'create', {
    about: 'makes a token and shows it, this once',
    needs,
    examples: [
      'tokens create reader --scopes read,subscribe',
      'tokens create shop --scopes webhooks --expires-in-days 365',
    ],
  })
    .argument('<name>', 'of who will hold it: changes are logged by it')
    .requiredOption('--scopes <scopes>', 'required: some of read,subscribe,webhooks')
    .option('--expires-in-days <days>', 'it ends by itself then')
    .option('--requests-per-minute <count>', "how often its holder may ask; the gateway's own limit when absent")
    .option('--json', 'one line of JSON')
    .action(async (name: string, given: TokenOptions, command) => {
      const { connection, options } = await read(command);
      const { tokensCreate } = await import('../commands/access/tokens.ts');
      return tokensCreate(connection, name, { ...given, json: options.json ?? false });
    });

  connected(tokens, 'list', {
    about: 'all tokens, without what they are',
    needs,
    examples: ['tokens list', 'tokens list --json'],
  })
    .option('--json', 'one line of JSON')
    .action(async (_options, command) => {
      const { connection, options } = await read(command);
      const { tokensList } = await import('../commands/access/tokens.ts');
      return tokensList(connection, { json: options.json ?? false });
    });

  connected(tokens, 'revoke', {
    about: 'ends a token: its subscriptions are closed within seconds, its webhooks are not delivered to',
    needs,
    examples: ['tokens revoke reader'],
  })
    .argument('<name>', 'as it was made with')
    .option('--json', 'one line of JSON')
    .action(async (name: string, _options, command) => {
      const { connection, options } = await read(command);
      const { tokensRevoke } = await import('../commands/access/tokens.ts');
      return tokensRevoke(connection, name, { json: options.json ?? false });
    });

  connected(tokens, 'rotate', {
    about: 'another token with the same name, scopes and webhooks; the one before ends',
    needs,
    examples: ['tokens rotate shop'],
  })
    .argument('<name>', 'as it was made with')
    .option('--json', 'one line of JSON')
    .action(async (name: string, _options, command) => {
      const { connection, options } = await read(command);
      const { tokensRotate } = await import('../commands/access/tokens.ts');
      return tokensRotate(connection, name, { json: options.json ?? false });
    });

  connected(tokens, 'audit', {
    about: 'who changed which token or webhook, newest first',
    needs,
    examples: ['tokens audit', 'tokens audit --limit 20 --json'],
  })
    .option('--limit <lines>', 'at most so many', '100')
    .option('--json', 'one line of JSON')
    .action(async (given: { limit: string }, command) => {
      const { connection, options } = await read(command);
      const { tokensAudit } = await import('../commands/access/tokens.ts');
      return tokensAudit(connection, { ...given, json: options.json ?? false });
    });
}
