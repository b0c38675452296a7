import { ANSWERS_KEPT_MAX } from '../limits.ts';
import { authorization } from './token.ts';

/** The gateway refused, or could not be reached; `detail` is for people. */
export class Refused extends Error {
  override readonly name = 'Refused';
  /** The HTTP status; 0 where no answer came. */
  readonly status: number;
  readonly code: string;
  readonly detail: string;

  constructor(status: number, code: string, detail: string) {
    super(`${code}: ${detail}`);
    this.status = status;
    this.code = code;
    this.detail = detail;
  }
}

const kept = new Map<string, unknown>();

/** The last answer to a question, to show at once while it is asked again. */
export function lastAnswer<Body>(path: string): Body | null {
  return (kept.get(path) as Body | undefined) ?? null;
}

/**
 * Asks the gateway; `path` is what stands behind `/v1`.
 *
 * @throws Refused
 */
export async function ask<Body>(path: string, signal?: AbortSignal): Promise<Body> {
  const asked = { headers: authorization(), ...(signal === undefined ? {} : { signal }) };
  const response = await fetch(`/v1${path}`, asked).catch((error: Error) => {
    if (error.name === 'AbortError') throw error;
    throw new Refused(0, 'GATEWAY_AWAY', 'the gateway does not answer');
  });
  if (!response.ok) throw await refusalOf(response);
  const body = (await response.json()) as Body;
  keep(path, body);
  return body;
}

async function refusalOf(response: Response): Promise<Refused> {
  const { code, detail } = await response.json().catch(() => ({}) as Readonly<Record<string, string>>);
  return new Refused(response.status, code ?? `HTTP_${response.status}`, detail ?? response.statusText);
}

function keep(path: string, body: unknown): void {
  kept.delete(path);
  kept.set(path, body);
  const [oldest] = kept.keys();
  if (kept.size > ANSWERS_KEPT_MAX && oldest !== undefined) kept.delete(oldest);
}

/** The answer, or null where there is nothing of that name, height or hash. @throws Refused for everything else */
export async function askOrNull<Body>(path: string, signal?: AbortSignal): Promise<Body | null> {
  try {
    return await ask<Body>(path, signal);
  } catch (error) {
    if (error instanceof Refused && (error.status === 404 || error.status === 400)) return null;
    throw error;
  }
}
