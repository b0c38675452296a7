import { namespaceCost } from '../queries/costs.ts';
import { NAMES_PER_PAGE_MAX } from '../queries/limits.ts';
import { countNamesInNamespace, launchedNamespaces, namesInNamespace, namespaceAt } from '../queries/namespaces.ts';
import { asks } from './asking.ts';
import {
  amount,
  flag,
  limitUpTo,
  listOf,
  name,
  namePage,
  namePageJson,
  namespace,
  namespaceRecord,
  namespaceRecordJson,
  number,
  object,
  text,
} from './schemas.ts';

const ofNamespace = { properties: { namespace }, required: ['namespace'] } as const;

/** Queries about namespaces. */
export const ofNamespaces = {
  get_namespace_blockchain_record: asks({
    about: 'a namespace that is launched, or revealed and not expired',
    parameters: ofNamespace,
    result: object({ namespace: text, record: namespaceRecord, opcode: text, isReady: flag }),
    paths: ['/v1/namespaces/{namespace}'],
    async ask(view, given) {
      const found = await namespaceAt(view, given.namespace);
      return found === null ? null : { ...found, record: namespaceRecordJson(found.record) };
    },
  }),
  get_all_namespaces: asks({
    about: 'all launched namespaces',
    parameters: { properties: {} },
    result: object({ namespaces: listOf(text) }),
    paths: ['/v1/namespaces'],
    ask: async (view) => ({ namespaces: await launchedNamespaces(view) }),
  }),
  get_num_names_in_namespace: asks({
    about: 'how many names of a namespace exist, revoked ones too',
    parameters: ofNamespace,
    result: object({ count: number }),
    paths: ['/v1/namespaces/{namespace}/name_count'],
    ask: async (view, given) => ({ count: await countNamesInNamespace(view, given.namespace) }),
  }),
  get_names_in_namespace: asks({
    about: 'names of a namespace that exist, revoked ones too, in bytewise order',
    parameters: {
      properties: { namespace, limit: limitUpTo(NAMES_PER_PAGE_MAX), after: name },
      required: ['namespace'],
    },
    result: namePage,
    paths: ['/v1/namespaces/{namespace}/names'],
    ask: async (view, { namespace: id, ...page }) =>
      namePageJson(await namesInNamespace(view, id, given(page)), page.limit),
  }),
  get_namespace_cost: asks({
    about: 'what a namespace costs if it is revealed in the next block',
    parameters: ofNamespace,
    result: object({ unit: text, amount, isTaken: flag }),
    paths: ['/v1/prices/namespaces/{namespace}', '/v2/prices/namespaces/{namespace}'],
    async ask(view, { namespace: id }) {
      const cost = await namespaceCost(view, id);
      return cost === null ? null : { unit: cost.unit, amount: String(cost.amount), isTaken: cost.isTaken };
    },
  }),
};

/** A page whose beginning may be missing. */
function given({ after, limit }: { readonly after?: string | undefined; readonly limit: number }) {
  return after === undefined ? { limit } : { limit, after };
}
