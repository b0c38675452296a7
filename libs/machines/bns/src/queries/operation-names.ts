/** What the original calls the operations that records end with. */
const NAMES: Readonly<Record<string, string>> = {
  '?': 'NAME_PREORDER',
  ':': 'NAME_REGISTRATION',
  '::': 'NAME_RENEWAL',
  '+': 'NAME_UPDATE',
  '>>': 'NAME_TRANSFER',
  '>~': 'NAME_TRANSFER',
  '~': 'NAME_REVOKE',
  ';': 'NAME_IMPORT',
  '*': 'NAMESPACE_PREORDER',
  '&': 'NAMESPACE_REVEAL',
  '!': 'NAMESPACE_READY',
};

/** By the `op` of a record. */
export function operationOf(op: string): string {
  return NAMES[op] ?? op;
}
