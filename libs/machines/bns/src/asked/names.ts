import { nameCost } from '../queries/costs.ts';
import { didOf } from '../queries/did.ts';
import { nameOfDid } from '../queries/did-names.ts';
import { hadValueHash, historicNameAt, type NameAnswer, nameAt, nameHistory } from '../queries/names.ts';
import { asks } from './asking.ts';
import {
  amount,
  did,
  flag,
  historyJson,
  historyOf,
  name,
  nameRecord,
  nameRecordJson,
  number,
  object,
  orNull,
  pageNumber,
  text,
} from './schemas.ts';

const answered = object({
  ...{ name: text, namespace: text, record: nameRecord, opcode: text, expireBlock: number, renewalDeadline: number },
  ...{ isExpired: flag, isInGrace: flag, isRevoked: flag, exists: flag, did: orNull(text) },
});
const json = (found: NameAnswer) => ({ ...found, record: nameRecordJson(found.record) });
const ofName = { properties: { name }, required: ['name'] } as const;

/** Queries about one name. */
export const ofNames = {
  get_name_record: asks({
    about: 'a name in whatever state, expired ones too',
    parameters: ofName,
    result: answered,
    paths: ['/v1/names/{name}', '/v1/blockchains/bitcoin/names/{name}'],
    async ask(view, given) {
      const found = await historicNameAt(view, given.name);
      return found === null ? null : json(found);
    },
  }),
  get_name_at: asks({
    about: 'a name, if it exists at the height: neither expired nor out of grace',
    parameters: ofName,
    result: answered,
    async ask(view, given) {
      const found = await nameAt(view, given.name);
      return found === null ? null : json(found);
    },
  }),
  get_name_history_page: asks({
    about: 'what a name went through over all its lives, newest first, 20 records a page',
    parameters: { properties: { name, page: pageNumber }, required: ['name'] },
    result: historyOf(nameRecord),
    paths: ['/v1/names/{name}/history'],
    async ask(view, given) {
      return historyJson(await nameHistory(view, given.name, given.page), given.page, nameRecordJson);
    },
  }),
  is_name_zonefile_hash: asks({
    about: 'whether a name ever had this value hash',
    parameters: {
      properties: {
        name,
        hash: { type: 'string', maxLength: 40, pattern: '^[0-9a-f]{40}$', description: 'value hash' },
      },
      required: ['name', 'hash'],
    },
    result: object({ result: flag }),
    async ask(view, given) {
      return { result: await hadValueHash(view, given.name, given.hash) };
    },
  }),
  get_name_DID: asks({
    about: 'the DID of the newest life of a name',
    parameters: ofName,
    result: object({ did: text }),
    async ask(view, given) {
      const found = await didOf(view, given.name);
      return found === null ? null : { did: found };
    },
  }),
  get_DID_record: asks({
    about: 'the name that a DID stands for, or what ended it',
    parameters: { properties: { did }, required: ['did'] },
    result: object({
      status: { type: 'string', enum: ['name', 'ended'] },
      name: text,
      endedBy: orNull({ type: 'string', enum: ['revocation', 'registration'] }),
      answer: orNull(answered),
    }),
    paths: ['/v1/dids/{did}'],
    async ask(view, given) {
      const found = await nameOfDid(view, given.did);
      if (found.kind === 'unknown') return null;
      return found.kind === 'ended'
        ? { status: 'ended', name: found.name, endedBy: found.by, answer: null }
        : { status: 'name', name: found.name.name, endedBy: null, answer: json(found.name) };
    },
  }),
  get_name_cost: asks({
    about: 'what a name costs if it is paid for in the next block',
    parameters: ofName,
    result: object({
      unit: { type: 'string', enum: ['BTC', 'STACKS'], description: 'satoshis, or micro-Stacks' },
      amount,
      microStacks: orNull(amount),
      payTo: text,
    }),
    paths: ['/v1/prices/names/{name}', '/v2/prices/names/{name}'],
    async ask(view, given) {
      const cost = await nameCost(view, given.name);
      if (cost === null) return null;
      const { unit, microStacks, payTo } = cost;
      const price = typeof cost.amount === 'bigint' ? cost.amount : cost.amount.value;
      return { unit, amount: String(price), microStacks: microStacks === null ? null : String(microStacks), payTo };
    },
  }),
};
