import {
  addressOfScript,
  bytesToHex,
  classifyScript,
  dataScript,
  hexToBytes,
  parseScriptText,
  type ScriptToken,
  scriptAddress,
  scriptText,
  scriptTokens,
  senderScriptType,
  serializeTokens,
} from '@virtualchain/bitcoin';
import type { Case } from '../case.ts';
import { dataScriptExpected, scriptAddressExpected, tokensSerializedExpected } from '../corrections.ts';
import { expectedOf, type Result } from '../result.ts';

type JsonToken = null | number | string;

interface ScriptsVectors {
  readonly scripts: readonly {
    readonly script_hex: string;
    readonly tokens: Result<readonly JsonToken[]>;
    readonly type: Result<string | null>;
    readonly asm: Result<string>;
    readonly address: Result<string | null>;
    readonly has_data: Result<boolean>;
    readonly parsed_output: Result<unknown>;
    readonly reserialized: Result<string>;
  }[];
  readonly serialize: readonly { readonly tokens: readonly JsonToken[]; readonly result: Result<string> }[];
  readonly make_data_script: readonly { readonly data_hex: string; readonly result: Result<string> }[];
  readonly script_to_hex: readonly { readonly script: string; readonly result: Result<string> }[];
}

export function* scriptsCases(vectors: ScriptsVectors): Iterable<Case> {
  for (const [index, each] of vectors.scripts.entries()) yield* scriptCases(`scripts.${index}`, each);
  for (const { tokens, result } of vectors.serialize) {
    yield {
      name: `serialize ${JSON.stringify(tokens).slice(0, 60)}`,
      ...tokensSerializedExpected(tokens, expectedOf(result)),
      actual: () => bytesToHex(serializeTokens(tokens.map(tokenOf))),
    };
  }
  for (const { data_hex, result } of vectors.make_data_script) {
    yield {
      name: `make_data_script of ${data_hex.length / 2} bytes`,
      ...dataScriptExpected(data_hex, expectedOf(result)),
      actual: () => bytesToHex(dataScript(hexToBytes(data_hex))),
    };
  }
  for (const { script, result } of vectors.script_to_hex) {
    yield {
      name: `script_to_hex ${JSON.stringify(script)}`,
      expected: expectedOf(result),
      actual: () => bytesToHex(parseScriptText(script)),
    };
  }
}

function* scriptCases(name: string, recorded: ScriptsVectors['scripts'][number]): Iterable<Case> {
  const script = hexToBytes(recorded.script_hex);
  const tokens = scriptTokens(script);
  yield {
    name: `${name}: tokens, type, asm, data`,
    expected: {
      tokens: expectedOf(recorded.tokens),
      type: expectedOf(recorded.type),
      asm: expectedOf(recorded.asm),
      has_data: expectedOf(recorded.has_data),
      parsed_output: expectedOf(recorded.parsed_output),
    },
    actual: () => ({
      tokens: tokens.map(jsonOf),
      type: classifyScript(script),
      asm: scriptText(script),
      has_data: classifyScript(script) === 'nulldata',
      parsed_output: parsedOutput(script),
    }),
  };
  yield {
    name: `${name}: address`,
    ...scriptAddressExpected(expectedOf(recorded.address)),
    actual: () => (classifyScript(script) === null ? null : addressOfScript(script, 'mainnet')), // it knew no taproot
  };
  yield {
    name: `${name}: serialised again`,
    ...tokensSerializedExpected(tokens.map(jsonOf), expectedOf(recorded.reserialized)),
    actual: () => bytesToHex(serializeTokens(tokens)),
  };
}

/** An output as the original shows it. Addresses only of p2pkh and p2sh; one signature is said to suffice for these. */
function parsedOutput(script: Uint8Array) {
  const address = scriptAddress(script, 'mainnet');
  const type = senderScriptType(script);
  return {
    addresses: address === null ? [] : [address],
    asm: scriptText(script),
    hex: bytesToHex(script),
    ...(['pubkeyhash', 'scripthash', 'pubkey'].includes(type) ? { reqSigs: 1 } : {}),
    type,
  };
}

function tokenOf(token: JsonToken): ScriptToken {
  return typeof token === 'string' ? hexToBytes(token) : token;
}

function jsonOf(token: ScriptToken): JsonToken {
  return token instanceof Uint8Array ? bytesToHex(token) : token;
}
