import type { BlockHash } from '@virtualchain/bitcoin';
import type { ConsensusHash } from '@virtualchain/machine';
import type { Seal, Seals } from '@virtualchain/projection';

/** What a peer answered to a question about these heights; null for what is no such answer. Total: every text has an answer. */
export function readPeerAnswer(text: string, heights: readonly number[]): Seals | null {
  const answer = fieldsOf(jsonOf(text));
  const [network, chain, machine] = [answer['network'], answer['chain'], answer['machine']];
  const { version, parametersHash, seals } = answer;
  if (!isName(network) || !isName(chain) || !isName(machine)) return null;
  if (!isWhole(version) || !isHex(parametersHash, 64)) return null;
  const tip = sealOf(answer['tip']);
  if (tip === undefined || !Array.isArray(seals) || seals.length !== heights.length) return null;
  const read = seals.map(sealOf);
  const fits = read.every((seal, index) => seal !== undefined && (seal === null || seal.height === heights[index]));
  return fits ? { network, chain, machine, version, parametersHash, tip, seals: read as (Seal | null)[] } : null;
}

/** Undefined for what is neither a seal nor null. */
function sealOf(value: unknown): Seal | null | undefined {
  if (value === null) return null;
  const { height, hash, consensusHash, changesHash } = fieldsOf(value);
  if (!isWhole(height) || !isHex(hash, 64) || !isHex(consensusHash, 32) || !isHex(changesHash, 64)) return undefined;
  return { height, hash: hash as BlockHash, consensusHash: consensusHash as ConsensusHash, changesHash };
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

function fieldsOf(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null ? (value as Readonly<Record<string, unknown>>) : {};
}

/** Of a network, chain or machine: it goes into a log. */
function isName(value: unknown): value is string {
  return typeof value === 'string' && /^[\w.:-]{1,64}$/.test(value);
}

/** Up to what a question may ask for. */
function isWhole(value: unknown): value is number {
  return Number.isSafeInteger(value) && (value as number) >= 0 && (value as number) <= 999_999_999;
}

function isHex(value: unknown, digits: number): value is string {
  return typeof value === 'string' && value.length === digits && /^[0-9a-f]+$/.test(value);
}
