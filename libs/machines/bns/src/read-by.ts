import type { Prefetch, Row } from '@virtualchain/machine';
import type { BnsCollections } from './collections.ts';
import type { BnsOperation } from './operations.ts';
import type { BnsParameters } from './parameters.ts';
import { STACKS } from './rules/accounts.ts';
import { splitName } from './rules/names.ts';

type Rows = Prefetch<BnsCollections>;

/**
 * The rows that the rules look at for an operation, as far as the operation itself tells them.
 */
export function readBy(op: BnsOperation, rules: BnsParameters): Rows {
  switch (op.kind) {
    case 'name_preorder':
      return {
        names: { by: [ownedBy(op.sender), preorderedBy(op.preorderHash)] },
        ...preorder(op.preorderHash, op.height),
        ...account(op.address, op.tokens?.unit),
      };
    case 'name_registration':
      return {
        ...namespaceOf(op.name),
        names: { keys: [{ name: op.name }], by: [ownedBy(op.recipient), preorderedBy(op.wantedPreorder)] },
        ...preorder(op.wantedPreorder),
      };
    case 'name_renewal':
      return {
        ...namespaceOf(op.name),
        names: { keys: [{ name: op.name }], by: [ownedBy(op.recipient)] },
        ...account(op.address, op.tokens === null ? undefined : STACKS),
      };
    case 'name_update':
      return { names: { by: [ownedBy(op.sender)] } };
    case 'name_transfer':
      return { names: { by: [hashedAs(op.nameHash), ownedBy(op.recipient)] } };
    case 'name_revoke':
      return { ...namespaceOf(op.name), names: [{ name: op.name }] };
    case 'name_import': {
      const { namespace } = splitName(op.name);
      return { ...namespaceOf(op.name), names: [{ name: op.name }], import_rings: [{ namespace_id: namespace }] };
    }
    case 'announce':
      return { names: rules.announcers.map((name) => ({ name })) };
    case 'token_transfer':
      return { accounts: [op.address, op.recipientAddress].map((address) => ({ address, unit: op.unit })) };
    case 'namespace_preorder': {
      const namespaces = { by: [{ index: 'preorder', prefix: { preorder_hash: op.preorderHash } }] } as const;
      return { namespaces, ...preorder(op.preorderHash, op.height), ...account(op.address, STACKS) };
    }
    case 'namespace_reveal': {
      const by = [{ index: 'preorder', prefix: { preorder_hash: op.preorderHash } }] as const;
      return { namespaces: { keys: [{ namespace_id: op.namespaceId }], by }, ...preorder(op.preorderHash) };
    }
    case 'namespace_ready':
      return { namespaces: [{ namespace_id: op.namespaceId }] };
  }
}

/** What the rules look at because of such a row: the namespace that a name lives in, the account that an amount is due to. */
export function readAfter(collection: string, row: Row): Rows {
  const { namespace_id, address, unit } = row as Partial<Record<string, string>>;
  if (collection === 'names' && namespace_id !== undefined) return { namespaces: [{ namespace_id }] };
  if (collection === 'vesting' && address !== undefined && unit !== undefined) return { accounts: [{ address, unit }] };
  return {};
}

const ownedBy = (sender: string) => ({ index: 'owner', prefix: { sender } }) as const;
const preorderedBy = (hash: string) => ({ index: 'preorder', prefix: { preorder_hash: hash } }) as const;
const hashedAs = (hash: string) => ({ index: 'hash', prefix: { name_hash128: hash } }) as const;

/** All preorders of a hash, and the place of a new one at a height. */
function preorder(hash: string, height?: number): Rows {
  const keys = height === undefined ? [] : [{ preorder_hash: hash, block_number: height }];
  return { preorders: { keys, by: [{ index: 'hash', prefix: { preorder_hash: hash } }] } };
}

function account(address: string, unit: string | undefined): Rows {
  return unit === undefined ? {} : { accounts: [{ address, unit }] };
}

function namespaceOf(name: string): Rows {
  return { namespaces: [{ namespace_id: splitName(name).namespace }] };
}
