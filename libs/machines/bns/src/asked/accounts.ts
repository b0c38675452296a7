import { accountBalance, accountHistory, accountRecord, accountsAt, accountTokens } from '../queries/accounts.ts';
import { asks } from './asking.ts';
import {
  accountRecordJson,
  address,
  amount,
  historyJson,
  historyOf,
  listOf,
  object,
  pageNumber,
  accountRecord as record,
  text,
  unit,
} from './schemas.ts';

const ofAccount = { properties: { address, unit }, required: ['address'] } as const;

/** Queries about accounts of tokens. */
export const ofAccounts = {
  get_account_tokens: asks({
    about: 'units that an address ever held',
    parameters: { properties: { address }, required: ['address'] },
    result: object({ tokens: listOf(text) }),
    paths: ['/v1/accounts/{address}/tokens'],
    ask: async (view, given) => ({ tokens: await accountTokens(view, given.address) }),
  }),
  get_account_at: asks({
    about: 'the accounts of an address, one a unit',
    parameters: { properties: { address }, required: ['address'] },
    result: object({ accounts: listOf(record) }),
    ask: async (view, given) => ({ accounts: (await accountsAt(view, given.address)).map(accountRecordJson) }),
  }),
  get_account_record: asks({
    about: 'an account',
    parameters: ofAccount,
    result: record,
    paths: ['/v1/accounts/{address}/{unit}/status'],
    async ask(view, given) {
      const found = await accountRecord(view, given.address, given.unit);
      return found === null ? null : accountRecordJson(found);
    },
  }),
  get_account_balance: asks({
    about: 'what an account holds; 0 for one that never was',
    parameters: ofAccount,
    result: object({ balance: amount }),
    paths: ['/v1/accounts/{address}/{unit}/balance'],
    ask: async (view, given) => ({ balance: String(await accountBalance(view, given.address, given.unit)) }),
  }),
  get_account_history: asks({
    about: 'records of an account, newest first, 20 a page',
    parameters: { properties: { address, unit, page: pageNumber }, required: ['address'] },
    result: historyOf(record),
    paths: ['/v1/accounts/{address}/history'],
    async ask(view, { address: of, ...page }) {
      return historyJson(await accountHistory(view, of, page), page.page, accountRecordJson);
    },
  }),
};
