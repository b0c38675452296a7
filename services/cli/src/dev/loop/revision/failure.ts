import { errorText, isExpectedError } from '@virtualchain/kernel';
import { MachineFaulted } from '@virtualchain/machine';
import type { BlamedOperation, Failure } from './messages.ts';
import { placeOf } from './place.ts';

/** A failure as it is told: in the author's words where the author's code threw. */
export function failureOf(error: unknown, folder: string, operation: BlamedOperation | null = null): Failure {
  const code = isExpectedError(error) ? error.code : 'BUG';
  const hook = error instanceof MachineFaulted ? `${error.hook}: ` : '';
  return { code, message: `${hook}${wordsOf(error, folder)}`, place: placeOf(error, folder), operation };
}

/** What was thrown first, with its kind; paths are told from the folder. */
export function wordsOf(error: unknown, folder: string): string {
  const thrown = error instanceof Error && error.cause !== undefined ? error.cause : error;
  const isKindTold = thrown instanceof Error && thrown.name !== 'Error' && !isExpectedError(thrown);
  return `${isKindTold ? `${thrown.name}: ` : ''}${errorText(thrown)}`.replaceAll(`${folder}/`, './');
}
