import { GatewayUnavailable } from '../errors.ts';
import { EVENT_CHARACTERS_MAX } from '../limits.ts';

/** An event of a stream of server-sent events, its data not yet read. */
export interface ServerSentEvent {
  readonly id: string | null;
  readonly event: string;
  readonly data: string;
}

/**
 * Reads server-sent events as the HTML standard says, from text that may be cut anywhere. Nothing comes of an event that is
 * not ended by an empty line. The id stays until another is given; null before the first.
 *
 * @throws GatewayUnavailable for an event without end
 */
export function createSseParser(): (text: string) => readonly ServerSentEvent[] {
  let rest: string[] = [];
  let restCharacters = 0;
  let isAfterReturn = false;
  let id: string | null = null;
  let event = '';
  let data: string[] = [];

  function take(line: string): ServerSentEvent | null {
    if (line === '') {
      const found = data.length === 0 ? null : { id, event: event === '' ? 'message' : event, data: data.join('\n') };
      [event, data] = ['', []];
      return found;
    }
    const [, field, value = ''] = /^([^:]*)(?::\x20?([\s\S]*))?$/.exec(line) ?? [];
    if (field === 'event') event = value;
    else if (field === 'data') data.push(value);
    else if (field === 'id' && !value.includes('\0')) id = value;
    return null;
  }

  return (text) => {
    const found: ServerSentEvent[] = [];
    // An end of line that was cut: the second half of it is none of its own.
    let start = isAfterReturn && text[0] === '\n' ? 1 : 0;
    if (text !== '') isAfterReturn = text.endsWith('\r');
    for (const { 0: end, index } of text.matchAll(/\r\n|\r|\n/g)) {
      if (index < start) continue;
      const message = take(rest.join('') + text.slice(start, index));
      [rest, restCharacters, start] = [[], 0, index + end.length];
      if (message !== null) found.push(message);
    }
    if (start < text.length) rest.push(text.slice(start));
    restCharacters += text.length - start;
    if (restCharacters > EVENT_CHARACTERS_MAX)
      throw new GatewayUnavailable(`an event of more than ${EVENT_CHARACTERS_MAX} characters`);
    return found;
  };
}
