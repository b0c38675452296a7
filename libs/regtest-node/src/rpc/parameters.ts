import { hexToBytes, isHexBytes } from '@virtualchain/bitcoin';
import { RPC_CODES, RpcError } from './rpc-error.ts';

/** What a call was given, in the order of the method's parameters. */
export class Parameters {
  readonly #values: readonly unknown[];
  readonly #usage: string;

  constructor(values: readonly unknown[], usage: string) {
    this.#values = values;
    this.#usage = usage;
  }

  has(index: number): boolean {
    return this.#values[index] !== undefined && this.#values[index] !== null;
  }

  value(index: number): unknown {
    return this.#values[index];
  }

  text(index: number): string {
    return this.#typed(index, 'string') as string;
  }

  number(index: number, otherwise?: number): number {
    if (otherwise !== undefined && !this.has(index)) return otherwise;
    const value = this.#typed(index, 'number') as number;
    if (!Number.isSafeInteger(value)) throw new RpcError(RPC_CODES.type, 'JSON integer out of range');
    return value;
  }

  /** A level that may also be said as true or false. */
  level(index: number, otherwise: number): number {
    const value = this.#values[index];
    return typeof value === 'boolean' ? Number(value) : this.number(index, otherwise);
  }

  flag(index: number, otherwise: boolean): boolean {
    return this.has(index) ? (this.#typed(index, 'boolean') as boolean) : otherwise;
  }

  list(index: number): readonly unknown[] {
    const value = this.#given(index);
    if (!Array.isArray(value)) throw wrongType(value, 'array');
    return value as readonly unknown[];
  }

  bytes(index: number, refuse: () => RpcError): Uint8Array {
    const text = this.text(index);
    if (text === '' || !isHexBytes(text.toLowerCase())) throw refuse();
    return hexToBytes(text.toLowerCase());
  }

  /** 64 hex digits. */
  hash(index: number, name: string): string {
    const text = this.text(index);
    if (text.length !== 64)
      throw new RpcError(RPC_CODES.parameter, `${name} must be of length 64 (not ${text.length}, for '${text}')`);
    if (!/^[0-9a-fA-F]{64}$/.test(text))
      throw new RpcError(RPC_CODES.parameter, `${name} must be hexadecimal string (not '${text}')`);
    return text.toLowerCase();
  }

  #given(index: number): unknown {
    if (!this.has(index)) throw new RpcError(RPC_CODES.misc, this.#usage);
    return this.#values[index];
  }

  #typed(index: number, type: 'string' | 'number' | 'boolean'): unknown {
    const value = this.#given(index);
    if (typeof value !== type) throw wrongType(value, type === 'boolean' ? 'bool' : type);
    return value;
  }
}

function wrongType(value: unknown, wanted: string): RpcError {
  const type = Array.isArray(value) ? 'array' : typeof value === 'boolean' ? 'bool' : typeof value;
  return new RpcError(RPC_CODES.type, `JSON value of type ${type} is not of expected type ${wanted}`);
}
