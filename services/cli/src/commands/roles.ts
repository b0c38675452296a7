import { secureAccess } from '@virtualchain/access';
import { optional, type Parser, readConfig } from '@virtualchain/process';
import { type RoleName, roleName, secureDatabase } from '@virtualchain/projection';
import { type Connection, need } from '../connection.ts';
import { print } from '../output.ts';
import { QueryInvalid } from '../values.ts';

/** Every client and server prepares these in the same way. */
const ascii: Parser<string> = {
  rule: 'printable ASCII',
  isQuotable: false,
  parse: (given) => (/^[ -~]+$/.test(given) ? given : undefined),
};

const password = (role: RoleName) =>
  optional(ascii, {
    env: `VCHAIN_${role.toUpperCase()}_PASSWORD`,
    about: `what the role of the ${role} logs in with`,
    secret: true,
  });

const PASSWORDS = {
  ingester: password('ingester'),
  projector: password('projector'),
  gateway: password('gateway'),
  relay: password('relay'),
  operator: password('operator'),
} as const;

/** Names of roles are at most 63 bytes, ours and what is behind it included. */
const PREFIX = /^[a-z][a-z0-9_]{0,49}$/;

/** `vchain roles`: makes the roles of the services, and hands over to them what is there. */
export async function roles(
  connection: Connection,
  { prefix, json }: { readonly prefix: string; readonly json: boolean },
): Promise<void> {
  if (!PREFIX.test(prefix)) {
    throw new QueryInvalid(`--role-prefix ${JSON.stringify(prefix)}: give up to 50 of a-z, 0-9 and _, a letter first`);
  }
  const postgresUrl = need(connection, 'postgresUrl');
  const { logPostgresUrl } = connection;
  const options = { prefix, passwords: readConfig(PASSWORDS, process.env) };
  const isOneDatabase = logPostgresUrl === postgresUrl;
  await secureDatabase(postgresUrl, isOneDatabase ? 'both' : 'projections', options);
  await secureAccess(postgresUrl, options);
  if (logPostgresUrl !== undefined && !isOneDatabase) await secureDatabase(logPostgresUrl, 'log', options);
  const told = {
    [roleName(options, 'ingester')]: logPostgresUrl === undefined ? 'nothing: Postgres keeps no log' : 'owns the log',
    [roleName(options, 'projector')]: 'owns the projections, reads the log',
    [roleName(options, 'gateway')]: 'reads both, writes webhooks for their owners',
    [roleName(options, 'relay')]: 'reads the projections and webhooks, writes where each webhook stands',
    [roleName(options, 'operator')]: 'owns tokens and webhooks: for vchain tokens',
  };
  if (json) print(JSON.stringify(told));
  else for (const [name, what] of Object.entries(told)) print(`${name}: ${what}`);
}
