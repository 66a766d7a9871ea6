import type { ChatResponse, GenerateImageResponse } from '@janus-mesh/contracts';

/** An event of an answer; `$case` says which: queued, started, delta or finished. */
export type ChatEvent = NonNullable<ChatResponse['event']>;

/** An event of a drawing; `$case` says which: queued, started, progress, preview, picture or finished. */
export type DrawingEvent = NonNullable<GenerateImageResponse['event']>;

/** The events of a stream of responses. Those that this version does not know are left out. */
export function eventsOf<Event>(responses: AsyncIterable<{ readonly event: Event | undefined }>): AsyncIterable<Event> {
  return {
    // Not a generator: that would pass a `return` on only after the event that is waited for, and so delay a cancel.
    [Symbol.asyncIterator](): AsyncIterator<Event, void> {
      const iterator = responses[Symbol.asyncIterator]();
      return {
        async next() {
          for (;;) {
            const { done, value } = await iterator.next();
            if (done) return { done: true, value: undefined };
            if (value.event !== undefined) return { done: false, value: value.event };
          }
        },
        async return() {
          await iterator.return?.();
          return { done: true, value: undefined };
        }
      };
    }
  };
}
