import { checkTransactionProof } from '@virtualchain/bitcoin';
import { askJson } from '../ask-json.ts';
import { addressOf } from '../subscription/options.ts';
import { AnswerNotProven } from './errors.ts';
import { type ProvenHeader, proveHeaders, type TrustedTop } from './headers.ts';
import { type Operation, transactionOf } from './transaction-of.ts';

/** Whose operation is to be proved, and by what. */
export interface OperationQuestion {
  /** The address of a gateway. It need not be trusted. */
  readonly gateway: string;
  /** A token of the gateway with the scope `read`; none where it asks for none. */
  readonly token?: string | undefined;
  readonly chain: string;
  readonly machine: string;
  readonly trusted: TrustedTop;
  /** The operation as it was told, to be proved as it is; asked for when absent. */
  readonly operation?: Operation;
  /** What payloads of the chain begin with, as hex: then that is proved, too. */
  readonly magic?: string;
  readonly signal?: AbortSignal;
}

/** An operation that is in a block, and the block. */
export interface ProvenOperation extends ProvenHeader {
  /**
   * Proved are the transaction with its outputs and what it spends, the payload, its block and its place there. What the
   * spent outputs hold (`senders`: value, script, addresses), what was decoded, and the fee are the gateway's word.
   */
  readonly operation: Operation;
  /** The height of its block; null where the height of the trusted header was not given. */
  readonly height: number | null;
}

/**
 * Proves an operation against a gateway that is not trusted, by simplified payment verification: from the transaction by its
 * merkle path to the header of its block, and by the headers on top of that to one that is trusted, or that took work enough.
 *
 * @throws AnswerNotProven for an answer that does not hold; GatewayRefused, GatewayUnavailable, NotAGateway
 */
export async function verifyOperation(txid: string, question: OperationQuestion): Promise<ProvenOperation> {
  const { trusted } = question;
  const proof = readProof(await askProof(txid, question));
  const operation = question.operation ?? (await askOperation(txid, proof.height, question));
  const header = proveHeaders([proof.header, ...proof.headers], trusted);
  const transaction = transactionOf(operation, question.magic);
  const proven = checkTransactionProof({ transaction, merklePath: proof.merklePath }, header.merkleRoot);
  if (proven === null)
    throw new AnswerNotProven('PATH_DOES_NOT_LEAD', `${txid} to the merkle root of block ${header.hash}`);
  const isThatOne = proven.transaction.txid === txid && operation.txid === txid;
  if (!isThatOne || operation.blockHash !== header.hash || operation.transactionIndex !== proven.index)
    throw new AnswerNotProven('TRANSACTION_DIFFERS', `transaction ${proven.index} of block ${header.hash} is another`);
  const top = 'hash' in trusted ? trusted.height : undefined;
  const height = top === undefined ? null : top - header.confirmations + 1;
  if (height !== null && height !== operation.height)
    throw new AnswerNotProven('TRANSACTION_DIFFERS', `its block has height ${height}, not ${operation.height}`);
  return { ...header, operation, height };
}

interface Proof {
  readonly height: number;
  readonly merklePath: string;
  readonly header: unknown;
  readonly headers: readonly unknown[];
}

function readProof(answer: unknown): Proof {
  const { height, merklePath, header, headers } = (answer ?? {}) as Partial<Readonly<Record<keyof Proof, unknown>>>;
  if (typeof merklePath !== 'string' || !Array.isArray(headers) || !Number.isSafeInteger(height))
    throw new AnswerNotProven('ANSWER_MALFORMED', 'no proof of a transaction');
  return { height: height as number, merklePath, header, headers };
}

function pathOf({ chain, machine }: OperationQuestion): string {
  return `/v1/chains/${encodeURIComponent(chain)}/machines/${encodeURIComponent(machine)}`;
}

function askProof(txid: string, question: OperationQuestion): Promise<unknown> {
  const { gateway, trusted, signal, token } = question;
  const to = 'hash' in trusted ? trusted.height : undefined;
  const path = `${pathOf(question)}/operations/${encodeURIComponent(txid)}/proof`;
  return askJson(addressOf(gateway, path, { to }), { signal, token });
}

/** The operation with all of its transaction, as the feed has it. @throws AnswerNotProven */
async function askOperation(txid: string, from: number, question: OperationQuestion): Promise<Operation> {
  const query = { from, filter: `txid=${txid}`, blocks: false, limit: 1 };
  const { gateway, signal, token } = question;
  const page = await askJson(addressOf(gateway, `${pathOf(question)}/feed`, query), { signal, token });
  const [entry] = (page as { readonly entries?: readonly { readonly operation?: Operation }[] }).entries ?? [];
  if (entry?.operation === undefined) throw new AnswerNotProven('ANSWER_MALFORMED', `no operation ${txid} in the feed`);
  return entry.operation;
}
