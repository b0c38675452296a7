import { GatewayRefused, GatewayUnavailable, NotAGateway, type Problem } from '../errors.ts';

/** The problem that a body tells, null where it tells none. */
export function problemOf(body: unknown, status: number): (Problem & { readonly resumeAfter: string | null }) | null {
  if (typeof body !== 'object' || body === null) return null;
  const { code, title, detail, resume, ...told } = body as Readonly<Record<string, unknown>>;
  if (typeof code !== 'string') return null;
  const after = (resume as { readonly after?: unknown } | null | undefined)?.after;
  return {
    code,
    status: typeof told['status'] === 'number' ? told['status'] : status,
    title: typeof title === 'string' ? title : code,
    detail: typeof detail === 'string' ? detail : '',
    resumeAfter: typeof after === 'string' ? after : null,
  };
}

/** The feed or log that a cursor is of is gone; where the gateway knows, the block that the cursor lies in. */
export class FeedGoneThere extends GatewayRefused {
  readonly resumeAfter: string | null;

  constructor(problem: Problem, resumeAfter: string | null) {
    super(problem);
    this.resumeAfter = resumeAfter;
  }
}

/** What our cursor names is not there any more: another build, or a log that was written anew. */
const GONE: ReadonlySet<string> = new Set(['FEED_GONE', 'LOG_FORKED', 'LOG_REPLACED', 'LOG_TRUNCATED']);

/** A problem as an error. */
export function refusalOf(body: unknown, status: number, retryAfterMs: number | null = null): GatewayRefused | null {
  const problem = problemOf(body, status);
  if (problem === null) return null;
  const { resumeAfter, ...told } = problem;
  return GONE.has(problem.code) ? new FeedGoneThere(told, resumeAfter) : new GatewayRefused(told, retryAfterMs);
}

/** Why an answer is none. */
export async function refusalOfResponse(response: Response): Promise<Error> {
  const body: unknown = await response.json().catch(() => null);
  const refusal = refusalOf(body, response.status, retryAfterMsOf(response));
  if (refusal !== null) return refusal;
  const told = `${new URL(response.url || 'http://gateway').host} answers with status ${response.status}`;
  return response.status >= 500 || response.status === 429 || response.status === 408
    ? new GatewayUnavailable(told)
    : new NotAGateway(`${told} and no reason as a gateway gives one: correct the address`);
}

/** `Retry-After` in seconds; dates are not read. */
function retryAfterMsOf({ headers }: Response): number | null {
  const seconds = headers.get('retry-after');
  return seconds !== null && /^\d{1,6}$/.test(seconds) ? Number(seconds) * 1_000 : null;
}
