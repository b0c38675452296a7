/** What a subscription brings: an entry, a heartbeat, or the end with its reason. */
export interface Message {
  /** The cursor to go on from behind this message. */
  readonly id: string | null;
  readonly event: string;
  readonly data: unknown;
}

/** What is opened, until when, and how long it may be silent. */
export interface Opening {
  readonly address: URL;
  readonly signal: AbortSignal;
  readonly silenceMs: number;
  readonly token: string | undefined;
}
