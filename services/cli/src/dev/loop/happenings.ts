import type { Failure, Switched, ToldBlock } from './revision/messages.ts';

/** What happens in the loop, for people and for programs: `--json` gives a line of each. */
export type Happening =
  | { readonly kind: 'part'; readonly text: string }
  | {
      /** The first rules are folded; other commands find the parts by the file. */
      readonly kind: 'ready';
      readonly file: string;
      readonly chain: string;
      readonly machine: string;
      /** A built-in name, or the path of a module. */
      readonly machineModule: string;
      readonly collections: readonly string[];
      readonly height: number | null;
      readonly ms: number;
    }
  /** The gateway answers, and has a page to look at. */
  | { readonly kind: 'gateway'; readonly address: string }
  | { readonly kind: 'saved'; readonly files: readonly string[] }
  | (Switched & {
      /** From the save to this line. */
      readonly ms: number;
      readonly machine: string;
      readonly version: number;
      /** The chain is another one too: its operations are read from the node again. */
      readonly isOtherChain: boolean;
    })
  | {
      /** Rules that do not load, or that threw while the log was folded anew: those before go on, where there are some. */
      readonly kind: 'failed';
      readonly failure: Failure;
      readonly ms: number;
      readonly isFirst: boolean;
    }
  | { readonly kind: 'faulted'; readonly failure: Failure }
  | { readonly kind: 'judged'; readonly blocks: readonly ToldBlock[] }
  | { readonly kind: 'printed'; readonly line: string }
  | { readonly kind: 'retrying'; readonly code: string; readonly message: string }
  /** The rules have not answered for a while. */
  | { readonly kind: 'silent'; readonly ms: number }
  | { readonly kind: 'ended'; readonly name: string; readonly how: string };
