import {
  type BnsView,
  countNamesInNamespace,
  historicNameAt,
  namespaceAt,
  standingOf,
  standingText,
} from '@virtualchain/machine-bns';
import type { Connection } from '../../connection.ts';
import type { ReadingOptions } from '../name-system.ts';
import { tellAbout } from './about.ts';
import { namesOf } from './names-of.ts';

/** `vchain bns lookup WHAT`: a name, a namespace as `.id`, or an address. */
export async function lookup(connection: Connection, what: string, options: ReadingOptions): Promise<void> {
  if (!what.includes('.')) return namesOf(connection, what, options);
  return tellAbout(connection, what, options, { name: nameFacts, namespace: namespaceFacts });
}

async function nameFacts(view: BnsView, name: string): Promise<Readonly<Record<string, unknown>>> {
  const found = await historicNameAt(view, name);
  const status = standingOf(found);
  const facts = { name, height: view.reading.height, status };
  if (found === null) return { ...facts, about: standingText(name, found) };
  const { record } = found;
  return {
    ...facts,
    about: standingText(name, found),
    owner: record.address,
    ownerScript: record.sender,
    zonefileHash: record.value_hash,
    expireBlock: found.expireBlock,
    renewalDeadline: found.renewalDeadline,
    registered: record.first_registered,
    lastRenewed: record.last_renewed,
    lastOperation: found.opcode,
    txid: record.txid,
    did: found.did,
  };
}

async function namespaceFacts(view: BnsView, id: string): Promise<Readonly<Record<string, unknown>>> {
  const found = await namespaceAt(view, id);
  const facts = { namespace: id, height: view.reading.height };
  if (found === null) return { ...facts, status: 'unknown', about: `${id} is neither revealed nor launched` };
  const { record } = found;
  return {
    ...facts,
    status: found.isReady ? 'launched' : 'revealed',
    about: found.isReady
      ? `${id} was launched at block ${record.ready_block}: its names are sold`
      : `${id} was revealed at block ${record.reveal_block}: names are imported until ${record.recipient_address} launches it`,
    names: await countNamesInNamespace(view, id),
    version: record.version,
    creator: record.address,
    launcher: record.recipient_address,
    revealBlock: record.reveal_block,
    readyBlock: record.ready_block,
    lifetime: record.lifetime,
    coefficient: record.coeff,
    base: record.base,
    buckets: record.buckets,
    nonAlphaDiscount: record.nonalpha_discount,
    noVowelDiscount: record.no_vowel_discount,
    txid: record.txid,
  };
}
