import { DefinitionUnusable, type Parameters } from './load.ts';

/** Reads the parameters of a definition from JSON text: an object, or nothing. */
export function parseParameters(what: string, text: string | undefined): Parameters {
  if (text === undefined || text.trim() === '') return {};
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw new DefinitionUnusable(
      `${what}: ${JSON.stringify(text)} is not JSON; give an object such as '{"firstBlock":101}'`,
    );
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw new DefinitionUnusable(
      `${what}: ${JSON.stringify(text)} is no JSON object; give one such as '{"firstBlock":101}'`,
    );
  }
  return value as Parameters;
}
