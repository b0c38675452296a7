import type { Mutant } from './mutant.ts';

const RULES = ['test/contract/bns-rules.test.ts'];
const PAYMENTS = ['test/scenarios/bns-payments.test.ts'];
const LAWS = ['test/contract/bns-laws.test.ts'];
const ALL_VECTORS = ['test/conformance/conformance.test.ts'];
const machine = (file: string): string => `libs/machines/bns/src/${file}`;

/** The rules of the name system that its first version had wrong, taken back one at a time. */
const CORRECTED: readonly Omit<Mutant, 'tests'>[] = [
  {
    name: 'bns-tokens-in-creator-period',
    file: machine('rules/payment.ts'),
    edits: [['if (toCreator && payment.tokens !== null)', 'if (false)']],
  },
  {
    name: 'bns-preorder-used-in-block',
    file: machine('operations/preorder.ts'),
    edits: [['if (isPreorderAccepted(block, op.preorderHash))', 'if (await isPreorderKept(block, op.preorderHash))']],
  },
  {
    name: 'bns-namespace-preorder-used',
    file: machine('rules/accepted.ts'),
    edits: [["(op.kind === 'name_preorder' || op.kind === 'namespace_preorder')", "op.kind === 'name_preorder'"]],
  },
  {
    name: 'bns-preorder-used-across-kinds',
    file: machine('operations/preorder.ts'),
    edits: [
      [
        'if (isPreorderAccepted(block, op.preorderHash))',
        "if (isPreorderAccepted({ accepted: block.accepted.filter((one) => one.kind.startsWith('namespace') === (kind.op === '*')) }, op.preorderHash))",
      ],
    ],
  },
  {
    name: 'bns-p2sh-outputs-in-epoch-1',
    file: machine('transaction.ts'),
    edits: [["['nulldata', 'p2pkh', 'p2sh']", "['nulldata', 'p2pkh']"]],
  },
  {
    name: 'bns-p2sh-registration-in-epoch-1',
    file: machine('operations/name/name-registration.ts'),
    edits: [['if (!block.epoch.hasMultisig && isScriptHash(op.recipient))', 'if (false)']],
  },
  {
    name: 'bns-p2sh-transfer-in-epoch-1',
    file: machine('operations/name/name-transfer.ts'),
    edits: [['if (!block.epoch.hasMultisig && isScriptHash(op.sender))', 'if (false)']],
  },
  {
    name: 'bns-namespace-of-satoshis',
    file: machine('operations/namespace/namespace-reveal.ts'),
    edits: [["if (price?.unit === 'STACKS' && preorder.token_units === 'BTC') return null;", '']],
  },
  {
    name: 'bns-quota-of-collided',
    file: machine('scan.ts'),
    edits: [['isFirst ? op.recipient : op.sender', 'isRejected(checked) ? op.sender : op.recipient']],
  },
  {
    name: 'bns-import-is-no-registration',
    file: machine('operations/name/name-registration.ts'),
    edits: [['isRegistrationAccepted(block, op.name)', 'previous?.first_registered === op.height']],
  },
  {
    name: 'bns-vesting-at-first-block',
    file: machine('machine.ts'),
    edits: [['if (height > chain.firstBlock) await vest', 'await vest']],
  },
  {
    name: 'bns-key-off-the-curve',
    file: machine('rules/sender-key.ts'),
    edits: [['const isKey = isPublicKey(key);', 'const isKey = true;']],
  },
  {
    name: 'bns-key-of-64-bytes',
    file: machine('rules/sender-key.ts'),
    edits: [['pushed.length === rawKeyBytes ?', 'false ?']],
  },
];

/** Two pairs that look alike: accepted in this block or in the table, and the block before or this one. */
const ALIKE: readonly Omit<Mutant, 'tests'>[] = [
  {
    name: 'bns-registered-in-this-block',
    file: machine('operations/name/name-registration.ts'),
    edits: [['(script) => registrationsTo(block, script)', '() => 0']],
  },
  {
    name: 'bns-registration-twice-in-block',
    file: machine('operations/name/name-registration.ts'),
    edits: [['|| isRegistrationAccepted(block, op.name)', '']],
  },
  {
    name: 'bns-reveal-seen-in-its-block',
    file: machine('rules/lookups.ts'),
    edits: [
      ['isRevealed(block.rules, namespace, lookupHeight(block))', 'isRevealed(block.rules, namespace, block.height)'],
    ],
  },
  {
    name: 'bns-name-seen-in-its-block',
    file: machine('rules/rules.ts'),
    edits: [['name.first_registered > height', 'name.first_registered > height + 1']],
  },
  {
    name: 'bns-revocation-at-the-end',
    file: machine('operations/name/name-revoke.ts'),
    edits: [['nameExists(rules, row, namespace, op.height)', 'nameExists(rules, row, namespace, lookupHeight(block))']],
  },
  {
    name: 'bns-grace-by-the-block-before',
    file: machine('operations/name/name-update.ts'),
    edits: [['isInGrace(rules, row, namespace, op.height)', 'isInGrace(rules, row, namespace, op.height - 1)']],
  },
];

/** The same, where scenarios tell. */
const OF_SCENARIOS: readonly Omit<Mutant, 'tests'>[] = [
  {
    name: 'bns-creator-period-at-preorder',
    file: machine('rules/payment.ts'),
    edits: [['rules.receiveFeesBlocks >= block.height', 'rules.receiveFeesBlocks >= payment.paidAt']],
  },
  {
    name: 'bns-fee-of-the-registration',
    file: machine('operations/name/name-registration.ts'),
    edits: [['paidAt: preorder.block_number', 'paidAt: op.height']],
  },
];

/** What no recorded chain holds, but a drawn one does. */
const DRAWN: readonly Omit<Mutant, 'tests'>[] = [
  {
    name: 'bns-reveal-twice-in-block',
    file: machine('operations/namespace/namespace-reveal.ts'),
    edits: [['|| isRevealAccepted(block, namespaceId)', '']],
  },
];

export const BNS_MUTANTS: readonly Mutant[] = [
  ...CORRECTED.map((mutant) => ({ ...mutant, tests: RULES })),
  ...ALIKE.map((mutant) => ({ ...mutant, tests: ALL_VECTORS })),
  ...OF_SCENARIOS.map((mutant) => ({ ...mutant, tests: PAYMENTS })),
  ...DRAWN.map((mutant) => ({ ...mutant, tests: LAWS })),
];
