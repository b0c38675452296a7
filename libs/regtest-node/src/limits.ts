/** Every bound of the node. Those of consensus and of relaying are Bitcoin Core's. */

// Scripts, by consensus.

export const SCRIPT_BYTES_MAX = 10_000;
export const PUSH_BYTES_MAX = 520;
export const OPCODES_MAX = 201;
export const STACK_ITEMS_MAX = 1_000;
export const MULTISIG_KEYS_MAX = 20;
/** A number in a script, unless its opcode takes longer ones. */
export const NUMBER_BYTES_MAX = 4;
export const LOCK_NUMBER_BYTES_MAX = 5;
/** What a signature in tapscript uses of the weight of its witness. */
export const SIGNATURE_WEIGHT = 50;

// Blocks and transactions, by consensus.

export const BLOCK_WEIGHT_MAX = 4_000_000;
export const BLOCK_SIGOPS_COST_MAX = 80_000;
export const WITNESS_SCALE = 4;
/** Satoshis that there can be. */
export const MONEY_MAX = 2_100_000_000_000_000n;
export const TIME_AHEAD_SECONDS_MAX = 2 * 3600;
export const MEDIAN_BLOCKS = 11;

// What is relayed.

export const STANDARD_WEIGHT_MAX = 400_000;
export const STANDARD_STRIPPED_BYTES_MIN = 65;
export const STANDARD_VERSION_MAX = 3;
export const SIGNATURE_SCRIPT_BYTES_MAX = 1_650;
/** All OP_RETURN scripts of a transaction together. */
export const DATA_CARRIER_BYTES_MAX = 100_000;
export const DUST_OUTPUTS_MAX = 1;
export const P2SH_SIGOPS_MAX = 15;
export const STANDARD_MULTISIG_KEYS_MAX = 3;
export const WITNESS_SCRIPT_BYTES_MAX = 3_600;
export const WITNESS_ITEMS_MAX = 100;
export const WITNESS_ITEM_BYTES_MAX = 80;
/** Satoshis per 1,000 virtual bytes. */
export const RELAY_FEE_RATE_MIN = 100n;
export const DUST_FEE_RATE = 3_000n;
/** What a replacement pays beyond what it replaces, for its own bytes. */
export const INCREMENT_FEE_RATE = 100n;
export const FEE_RATE_DEFAULT_MAX = 10_000_000n;
export const ANCESTORS_MAX = 25;
export const DESCENDANTS_MAX = 25;
export const PACKAGE_VIRTUAL_BYTES_MAX = 101_000;
export const REPLACED_MAX = 100;

// Making blocks.

/** Room that is left in a block for header and coinbase. */
export const COINBASE_WEIGHT = 4_000;
export const BLOCKS_PER_CALL_MAX = 100_000;

// Requests.

/** A block of 4 MB as hex, and room around it. */
export const REQUEST_BYTES_MAX = 32 * 1024 * 1024;
export const STOP_WAIT_MS = 2_000;

/** Transactions of which it is remembered that their scripts are right. */
export const VERIFIED_SCRIPTS_MAX = 200_000;
