/** Why the machine does not take an operation, for people. */
export interface Reason {
  readonly means: string;
  /** What to do about it. */
  readonly remedy: string;
}

const otherWallet = 'use an account of the kind p2pkh, p2sh-multisig or p2sh-p2wpkh';
const ourLayout = 'send it with vchain bns, which lays the transaction out as the rules want it';
const again = 'send it again: the command takes a fresh one';

/** One entry for each code that a verdict of the machine can have. */
export const REASONS: Readonly<Record<string, Reason>> = {
  ACCOUNT_LOCKED: { means: 'the tokens of this address are locked', remedy: 'wait for the block that unlocks them' },
  ACCOUNT_UNKNOWN: {
    means: 'this address has no tokens',
    remedy: 'send tokens to it, or pay in satoshis where that is allowed',
  },
  AMOUNT_ZERO: { means: 'nothing was to be sent', remedy: 'give an amount above 0' },
  BALANCE_TOO_SMALL: {
    means: 'this address has too few tokens',
    remedy: 'send tokens to it, or pay in satoshis where that is allowed',
  },
  BURN_ADDRESS_WRONG: {
    means: 'the payment went to the wrong address, and nothing comes back',
    remedy: 'preorder or renew again: vchain bns price says whom to pay',
  },
  CONSENSUS_HASH_STALE: {
    means: 'it was mined too long after it was made: its consensus hash is no longer recent',
    remedy: again,
  },
  DISCOUNT_ZERO: { means: 'a discount of a namespace is a divisor', remedy: 'give discounts of 1 to 15' },
  DOT_MISSING: { means: 'its payload is not written as a launch is', remedy: ourLayout },
  EPOCH_TOO_EARLY: { means: 'there are no tokens yet at this height', remedy: 'wait for the epoch that has them' },
  FIRST_IMPORT_NOT_REVEALER: {
    means: 'the first name of a namespace is imported by the address that launches it',
    remedy: 'import one name with the key of the launcher first',
  },
  FLAG_UNKNOWN: { means: 'its payload says neither to keep nor to drop the value', remedy: ourLayout },
  IMPORT_PRICE_CHANGED: {
    means: 'the name was imported before the namespace had this price',
    remedy: 'leave the name as it is until the launch',
  },
  IMPORT_TOO_LATE: {
    means: 'the namespace expires in this block, and a name cannot be imported twice then',
    remedy: 'launch in time',
  },
  NAMESPACE_COLLISION: {
    means: 'the namespace was revealed by two in one block, and neither got it',
    remedy: 'reveal again: the preorder still counts',
  },
  NAMESPACE_FEE_CHANGED: {
    means: 'an expired namespace can only be had with the same satoshis in the preorder as before',
    remedy: 'preorder it again: vchain bns namespace preorder burns the same as before',
  },
  NAMESPACE_INVALID: { means: 'this is no name of a namespace', remedy: 'use 1 to 19 of 0-9 a-z - _' },
  NAMESPACE_NOT_READY: {
    means: 'the namespace is not launched',
    remedy: 'wait for its launch (vchain bns namespace ready)',
  },
  NAMESPACE_NOT_REVEALED: {
    means: 'the namespace is not revealed, or launched already, or its year between the two is over',
    remedy: 'see vchain bns lookup .NAMESPACE; a namespace that expired is preordered again',
  },
  NAMESPACE_READY: { means: 'the namespace is launched already', remedy: 'choose another one' },
  NAMESPACE_REVEALED: {
    means: 'somebody revealed the namespace already',
    remedy: 'choose another one, or wait until it expires without a launch',
  },
  NAME_COLLISION: {
    means: 'the name was registered by two in one block, and neither got it',
    remedy: 'register again: the preorder still counts',
  },
  NAME_EXPIRED: { means: 'the name expires in this block', remedy: 'preorder and register it again' },
  NAME_INVALID: { means: 'this is no name', remedy: 'use label.namespace of 0-9 a-z - _, at most 37 characters' },
  NAME_IN_GRACE: {
    means: 'the name has expired and is in its grace period, in which it can only be renewed',
    remedy: 'renew it first: vchain bns renew NAME',
  },
  NAME_REVOKED: {
    means: 'the name is revoked',
    remedy: 'wait until it expires, then preorder it again; where names live for ever it is dead',
  },
  NAME_UNKNOWN: {
    means: 'there is no such name, or it is not of this key, or the consensus hash is no longer recent',
    remedy: 'see vchain bns lookup NAME; if it is yours, send it again',
  },
  NOT_ANNOUNCER: {
    means: 'announcements are only heard from the owners of a few names',
    remedy: 'announce with the key of one of them',
  },
  NOT_IMPORTER: {
    means: 'this key may not import into the namespace',
    remedy: 'use the key of the launcher or one of the keys derived from it',
  },
  NOT_LAUNCHER: { means: 'the namespace is launched by the address that its reveal named', remedy: 'use that key' },
  NOT_OWNER: { means: 'the name belongs to somebody else', remedy: 'use the key of its owner: vchain bns lookup NAME' },
  NOT_PREORDERED: {
    means: 'no preorder of this name by this key for this owner is confirmed, or the name is taken',
    remedy: 'preorder first, with the same key and the same owner, and wait until it is mined',
  },
  NOT_PREORDERER: { means: 'somebody else preordered it', remedy: 'use the key that preordered' },
  OPCODE_MISSING: { means: 'it says nothing: no operation follows the magic bytes', remedy: ourLayout },
  OPCODE_UNKNOWN: { means: 'there is no such operation', remedy: ourLayout },
  OUTPUT_COUNT: { means: 'the transaction has too many or too few outputs for this operation', remedy: ourLayout },
  OUTPUT_MISSING: { means: 'an output of the transaction that the rules read is not there', remedy: ourLayout },
  OUTPUT_UNSUPPORTED: { means: 'an output that the rules read is neither p2pkh nor p2sh', remedy: otherWallet },
  OWNER_CHANGED: { means: 'a renewal changes no owner at this height', remedy: 'renew for yourself, then transfer' },
  OWNER_MULTISIG_TOO_EARLY: {
    means: 'names are not registered to p2sh addresses yet at this height',
    remedy: 'register for a p2pkh address',
  },
  PAYLOAD_LENGTH: { means: 'its payload has a length that this operation never has', remedy: ourLayout },
  PAYMENT_TOO_SMALL: {
    means: 'too little was paid, and nothing comes back',
    remedy: 'preorder or renew again with the price of vchain bns price',
  },
  PREORDER_COLLISION: {
    means: 'the same preorder stands twice in one block; the first one counts',
    remedy: 'go on with the first one',
  },
  PREORDER_EXPIRED: {
    means: 'the preorder is too old',
    remedy: 'preorder again, with another key or for another owner: the old hash stays taken',
  },
  PREORDER_PENDING: {
    means: 'the same name was preordered by this key for this owner before, and the hash stays taken',
    remedy: 'register it if that preorder is young enough; else preorder with another key or for another owner',
  },
  PREORDER_TOO_EARLY: {
    means: 'the name was preordered before its namespace was launched',
    remedy: 'preorder again, with another key or for another owner',
  },
  PREORDER_USED: {
    means: 'the same preorder was taken and used in this very block, by a registration or a reveal',
    remedy: 'if it is still wanted, preorder again in a later block',
  },
  PROTOCOL_ENDED: {
    means: 'this chain takes no more operations: the protocol moved elsewhere',
    remedy: 'there is nothing to be done here',
  },
  PUBLIC_KEY_UNKNOWN: { means: 'an import shows the key that sent it', remedy: 'use an account of the kind p2pkh' },
  QUOTA_EXCEEDED: {
    means: 'one owner can have only so many names',
    remedy: 'use another owner; to renew, renew for another address of yours',
  },
  RECIPIENT_IS_SENDER: { means: 'it goes from an address to the same address', remedy: 'give another recipient' },
  RECIPIENT_NOT_WHITELISTED: {
    means: 'the account of the recipient takes no tokens',
    remedy: 'send to another address',
  },
  SENDER_MULTISIG_TOO_EARLY: {
    means: 'p2sh scripts own names but do not hand them on yet at this height',
    remedy: 'wait for the epoch of p2sh owners; updates and renewals work',
  },
  SENDER_UNSUPPORTED: {
    means: 'every input, also one that only pays the fee, has to spend p2pkh or p2sh',
    remedy: otherWallet,
  },
  TOKENS_MISSING: { means: 'a renewal with a value hash says how many tokens it pays', remedy: ourLayout },
  TOKENS_TOO_EARLY: {
    means: 'names of this namespace are paid in satoshis to its creator for the first year',
    remedy: 'pay in satoshis: vchain bns price says whom',
  },
  TOKENS_UNEXPECTED: { means: 'a registration pays no tokens, its preorder did', remedy: ourLayout },
  UNIT_MALFORMED: { means: 'the unit of the tokens is not readable', remedy: ourLayout },
  UNIT_UNKNOWN: { means: 'names are sold for STACKS only', remedy: ourLayout },
  VERSION_TOO_EARLY: {
    means: 'namespaces of this version are not known yet at this height',
    remedy: 'reveal with a lower version',
  },
  VERSION_UNKNOWN: { means: 'there are namespaces of the versions 1, 2 and 3', remedy: 'give one of these' },
};

/** What a verdict's reason means and what to do, with the machine's own words for it. */
export function reasonText(code: string, detail: string): string {
  const reason = REASONS[code];
  return reason === undefined
    ? `${code}: ${detail}`
    : `${code}: ${reason.means} (${detail}). ${capital(reason.remedy)}`;
}

function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
