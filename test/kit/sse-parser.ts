/** Server-sent events out of text that comes in pieces, as far as ours use the format. */
export function createParser(
  onEvent: (event: { readonly event: string; readonly id: string | null; readonly data: string }) => void,
): (piece: string) => void {
  let rest = '';
  return (piece) => {
    rest += piece;
    for (let end = rest.indexOf('\n\n'); end >= 0; end = rest.indexOf('\n\n')) {
      const fields = new Map(
        rest
          .slice(0, end)
          .split('\n')
          .map((line) => line.split(/: (.*)/s) as [string, string]),
      );
      rest = rest.slice(end + 2);
      const [event, data] = [fields.get('event'), fields.get('data')];
      if (event !== undefined && data !== undefined) onEvent({ event, id: fields.get('id') ?? null, data });
    }
  };
}
