import { countNamesCreatedBy, namesCreatedBy } from '../queries/creations.ts';
import { CREATIONS_PER_PAGE_MAX, NAMES_PER_PAGE_MAX } from '../queries/limits.ts';
import { allNames, allNamesEver, countNames, countNamesEver, namesOfAddress } from '../queries/lists.ts';
import type { NamePage } from '../queries/view.ts';
import { asks } from './asking.ts';
import { PAGE_NUMBER_MAX } from './limits.ts';
import { address, limitUpTo, listOf, name, namePage, namePageJson, number, object, text } from './schemas.ts';

const pages = { limit: limitUpTo(NAMES_PER_PAGE_MAX), after: name } as const;
const nothing = { properties: {} } as const;
const count = object({ count: number });
const pageOf = ({ after, limit }: { readonly after?: string | undefined; readonly limit: number }): NamePage =>
  after === undefined ? { limit } : { limit, after };

/** Queries about many names. */
export const ofLists = {
  get_num_names: asks({
    about: 'how many names exist, revoked ones too',
    parameters: nothing,
    result: count,
    paths: ['/v1/blockchains/bitcoin/name_count'],
    ask: async (view) => ({ count: await countNames(view) }),
  }),
  get_num_names_cumulative: asks({
    about: 'how many names ever were, expired ones too',
    parameters: nothing,
    result: count,
    ask: async (view) => ({ count: await countNamesEver(view) }),
  }),
  get_all_names: asks({
    about: 'names that exist, revoked ones too, in bytewise order',
    parameters: { properties: pages },
    result: namePage,
    paths: ['/v1/names'],
    ask: async (view, given) => namePageJson(await allNames(view, pageOf(given)), given.limit),
  }),
  get_all_names_cumulative: asks({
    about: 'names that ever were, expired ones too, in bytewise order',
    parameters: { properties: pages },
    result: namePage,
    ask: async (view, given) => namePageJson(await allNamesEver(view, pageOf(given)), given.limit),
  }),
  get_names_owned_by_address: asks({
    about: 'names of an address that exist and are not revoked',
    parameters: { properties: { address, ...pages }, required: ['address'] },
    result: namePage,
    paths: ['/v1/addresses/bitcoin/{address}'],
    ask: async (view, given) => namePageJson(await namesOfAddress(view, given.address, pageOf(given)), given.limit),
  }),
  get_historic_names_by_address: asks({
    about: 'names that an address created, whoever owns them now, oldest first',
    parameters: {
      properties: {
        address,
        limit: limitUpTo(CREATIONS_PER_PAGE_MAX),
        offset: { type: 'integer', minimum: 0, maximum: PAGE_NUMBER_MAX, default: 0 },
      },
      required: ['address'],
    },
    result: object({ names: listOf(object({ name: text, address: text, height: number, vtxindex: number })) }),
    ask: async (view, { address: of, limit, offset }) => ({ names: await namesCreatedBy(view, of, { limit, offset }) }),
  }),
  get_num_historic_names_by_address: asks({
    about: 'how many names an address created',
    parameters: { properties: { address }, required: ['address'] },
    result: count,
    ask: async (view, given) => ({ count: await countNamesCreatedBy(view, given.address) }),
  }),
};
