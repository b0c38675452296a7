import { nameRevokePayload } from '../operations/name/name-revoke.ts';
import { nameTransferPayload } from '../operations/name/name-transfer.ts';
import { nameUpdatePayload } from '../operations/name/name-update.ts';
import { historicNameAt } from '../queries/names.ts';
import { hash128, nameConsensusHash } from '../rules/hashes.ts';
import { OPCODES } from '../wire/opcodes.ts';
import { outputTo, partyOf } from './party.ts';
import { type Plan, type Planning, problemsOf } from './plan.ts';
import { standingOf, standingText } from './standing.ts';

/** Sets the hash of a name's zone file. */
export async function planUpdate(planning: Planning, name: string, zonefileHash: string): Promise<Plan> {
  return {
    summary: `sets the zone file hash of ${name} to ${zonefileHash}`,
    opcode: OPCODES.nameUpdate,
    payload: nameUpdatePayload({
      nameConsensusHash: nameConsensusHash(name, planning.consensusHash),
      valueHash: zonefileHash,
    }),
    outputs: [],
    problems: await ownershipProblems(planning, name),
  };
}

/** Gives a name to somebody else. */
export async function planTransfer(
  planning: Planning,
  name: string,
  recipient: string,
  keepsValue: boolean,
): Promise<Plan> {
  const to = partyOf('the recipient', recipient, planning.rules);
  return {
    summary: `transfers ${name} to ${to.address}, ${keepsValue ? 'with' : 'without'} its zone file hash`,
    opcode: OPCODES.nameTransfer,
    payload: nameTransferPayload({
      keepsValue,
      nameHash: hash128(name),
      consensusHash: planning.consensusHash,
    }),
    outputs: [outputTo(to)],
    problems: await ownershipProblems(planning, name),
  };
}

/** Makes a name dead until it expires. */
export async function planRevoke(planning: Planning, name: string): Promise<Plan> {
  return {
    summary: `revokes ${name}`,
    opcode: OPCODES.nameRevoke,
    payload: nameRevokePayload({ name }),
    outputs: [],
    problems: await ownershipProblems(planning, name),
  };
}

/** The name is registered, out of grace, and the sender's. */
async function ownershipProblems(planning: Planning, name: string): Promise<readonly string[]> {
  const found = await historicNameAt(planning, name);
  if (found === null || standingOf(found) !== 'registered') return [standingText(name, found)];
  const isTheirs = found.record.sender === planning.sender.script;
  return problemsOf(
    isTheirs ? null : `${name} belongs to ${found.record.address}; this key is ${planning.sender.address}`,
  );
}
