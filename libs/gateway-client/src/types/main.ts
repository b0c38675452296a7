import { errorText, isExpectedError } from '@virtualchain/kernel';
import { askJson } from '../ask-json.ts';
import { addressOf } from '../subscription/options.ts';
import { writeTypes } from './write-types.ts';

const USAGE = `usage: npx @virtualchain/gateway-client types URL > questions.ts
Writes the types of the questions that the gateway at URL answers, for questionsOf<Questions>(URL).`;

/** Where lines go. */
interface Output {
  log(line: string): void;
  error(line: string): void;
}

/** `npx @virtualchain/gateway-client types URL`. @returns the exit code */
export async function main(args: readonly string[], output: Output): Promise<number> {
  const [command, gateway, ...others] = args;
  if (command === '--help') {
    output.log(USAGE);
    return 0;
  }
  if (command !== 'types' || gateway === undefined || others.length > 0 || !URL.canParse(gateway)) {
    output.error(USAGE);
    return 2;
  }
  try {
    const document = await askJson(addressOf(gateway, '/openapi.json'));
    output.log(`// Made by: npx @virtualchain/gateway-client types\n\n${writeTypes(document, 'Questions').trimEnd()}`);
    return 0;
  } catch (error) {
    if (!isExpectedError(error)) throw error;
    output.error(`${error.code}: ${errorText(error)}`);
    return 1;
  }
}
