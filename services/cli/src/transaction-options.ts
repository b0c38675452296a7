import type { Command } from 'commander';
import type { KeyOptions } from './keys.ts';
import { append } from './values.ts';

/** How a transaction is paid for and whether it is sent. */
export interface TransactionOptions extends KeyOptions {
  readonly coin?: readonly string[];
  readonly feeRate?: string;
  readonly feeRateFallback?: string;
  readonly dryRun?: boolean;
  readonly yes?: boolean;
  readonly json: boolean;
}

/** Adds the options of every command that sends a transaction. */
export function withTransaction(command: Command, kinds: string, kind: string): Command {
  return command
    .option('--account <kind>', kinds, kind)
    .option('--m <count>', 'how many keys of a multisig sign; all by default')
    .option('--key-file <file>', 'encrypted keys (vchain keys); else VCHAIN_KEY holds them')
    .option('--coin <txid:index>', 'spend this output; several may be given; else the node looks for coins', append)
    .option('--fee-rate <rate>', 'satoshis per virtual byte; else the node is asked')
    .option('--fee-rate-fallback <rate>', 'when the node has no estimate')
    .option('--dry-run', 'print the decoded transaction and send nothing')
    .option('--yes', 'do not ask, also outside regtest')
    .option('--json', 'one line of JSON');
}
