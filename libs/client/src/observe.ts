import { from, lastValueFrom, Observable, type ObservableInput, of, tap } from 'rxjs';
import { type ChainChange, type FollowOptions, follow } from './follow.ts';

/**
 * The same as `follow`, as an Observable. The next change is pulled only when `work` is done with this one, so that a
 * slow subscriber holds at most one change and the reader's one fetch ahead; `concatMap` behind an Observable would let
 * the whole log pile up. Unsubscribing ends the reading.
 */
export function observe<Result = ChainChange>(
  options: FollowOptions,
  work: (change: ChainChange) => ObservableInput<Result> = (change) => of(change as Result),
): Observable<Result> {
  return new Observable<Result>((subscriber) => {
    const gone = new AbortController();
    const signal = options.signal === undefined ? gone.signal : AbortSignal.any([options.signal, gone.signal]);
    const read = async () => {
      for await (const change of follow({ ...options, signal })) {
        const results = from(work(change)).pipe(tap((result) => subscriber.next(result)));
        await lastValueFrom(results, { defaultValue: null });
        if (subscriber.closed) return;
      }
      subscriber.complete();
    };
    read().catch((error: unknown) => subscriber.error(error));
    return () => gone.abort();
  });
}
