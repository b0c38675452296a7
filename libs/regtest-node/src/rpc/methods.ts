import { Parameters } from './parameters.ts';
import { RPC_CODES, RpcError } from './rpc-error.ts';

/** One call that a node answers. */
export interface Method {
  /** Its parameters in order; those in brackets may be left out. */
  readonly takes: readonly string[];
  readonly answer: (given: Parameters) => unknown;
}

/** The methods of the node, by name. */
export type Methods = Readonly<Record<string, Method>>;

/** How a method is called, as `help` says it. */
export function usageOf(name: string, { takes }: Method): string {
  return [name, ...takes].join(' ');
}

/**
 * Answers a call. Parameters come in order, or by name.
 * @throws RpcError
 */
export function callMethod(methods: Methods, name: string, given: unknown): unknown {
  const method = Object.hasOwn(methods, name) ? methods[name] : undefined;
  if (method === undefined) throw new RpcError(RPC_CODES.methodNotFound, 'Method not found');
  const values = inOrder(method, given);
  if (values.length > method.takes.length) throw new RpcError(RPC_CODES.misc, usageOf(name, method));
  return method.answer(new Parameters(values, usageOf(name, method)));
}

function inOrder({ takes }: Method, given: unknown): readonly unknown[] {
  if (given === undefined || given === null) return [];
  if (Array.isArray(given)) return given as readonly unknown[];
  if (typeof given !== 'object') throw new RpcError(RPC_CODES.invalidRequest, 'Params must be an array or object');
  const names = takes.map((each) => each.replace(/[()"[\] ]/g, ''));
  const byName = given as Readonly<Record<string, unknown>>;
  const unknown = Object.keys(byName).find((name) => !names.includes(name) && name !== 'args');
  if (unknown !== undefined) throw new RpcError(RPC_CODES.parameter, `Unknown named parameter ${unknown}`);
  const first = Array.isArray(byName['args']) ? (byName['args'] as readonly unknown[]) : [];
  const last = names.findLastIndex((name) => byName[name] !== undefined);
  return Array.from(
    { length: Math.max(first.length, last + 1) },
    (_, index) => byName[names[index] ?? ''] ?? first[index],
  );
}
